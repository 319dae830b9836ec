"""What people learn from customers, and the words by which it is found.

The trigger that keeps a table of words becomes one for leads and insights: what differs is said in its arguments.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# Arguments: the table of the words, its key, and the function that returns the words of a row.
ONE_TRIGGER = """
create function sm_keep_words() returns trigger language plpgsql as $$
declare
  told text[];
begin
  execute format('select array(select %I($1))', tg_argv[2]) into told using new;
  if tg_op = 'UPDATE' then
    execute format('delete from %I where organisation_id = $1 and %I = $2 and word <> all($3)', tg_argv[0], tg_argv[1])
      using new.organisation_id, new.id, told;
  end if;
  execute format('insert into %I (organisation_id, %I, word) select $1, $2, word from unnest($3) word
    on conflict (organisation_id, word, %I) do nothing', tg_argv[0], tg_argv[1], tg_argv[1])
    using new.organisation_id, new.id, told;
  return null;
end
$$;
drop trigger words_of_new on leads_lead;
drop trigger words_of_changed on leads_lead;
drop function sm_keep_lead_words();
create trigger words_of_new after insert on leads_lead for each row
  execute function sm_keep_words('leads_leadword', 'lead_id', 'sm_words_of_lead');
create trigger words_of_changed after update on leads_lead for each row
  when ((old.given_name, old.family_name, old.company_name, old.company_id, old.email_norm, old.phone_e164)
    is distinct from
    (new.given_name, new.family_name, new.company_name, new.company_id, new.email_norm, new.phone_e164))
  execute function sm_keep_words('leads_leadword', 'lead_id', 'sm_words_of_lead');
"""

SEVERAL = """
drop trigger words_of_changed on leads_lead;
drop trigger words_of_new on leads_lead;
create function sm_keep_lead_words() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from leads_leadword where organisation_id = new.organisation_id and lead_id = new.id
      and word not in (select sm_words_of_lead(new));
  end if;
  insert into leads_leadword (organisation_id, lead_id, word)
    select new.organisation_id, new.id, word from sm_words_of_lead(new) word
    on conflict (organisation_id, word, lead_id) do nothing;
  return null;
end
$$;
create trigger words_of_new after insert on leads_lead for each row execute function sm_keep_lead_words();
create trigger words_of_changed after update on leads_lead for each row
  when ((old.given_name, old.family_name, old.company_name, old.company_id, old.email_norm, old.phone_e164)
    is distinct from
    (new.given_name, new.family_name, new.company_name, new.company_id, new.email_norm, new.phone_e164))
  execute function sm_keep_lead_words();
drop function sm_keep_words();
"""

# A tag is one word with a # before it; what is withdrawn is found no more.
WORDS = """
create function sm_words_of_insight(insight leads_insight) returns setof text language sql stable parallel safe as $$
  select told.word from (
    select sm_words(insight.text) word
    union select '#' || array_to_string(array(select sm_words(tag)), '_') from unnest(insight.tags) tag
    union select sm_words((select name from leads_company c
      where c.organisation_id = insight.organisation_id and c.id = insight.company_id))
  ) told where insight.withdrawn_at is null
$$;
create trigger words_of_new after insert on leads_insight for each row
  execute function sm_keep_words('leads_insightword', 'insight_id', 'sm_words_of_insight');
create trigger words_of_changed after update on leads_insight for each row
  when ((old.text, old.tags, old.company_id, old.withdrawn_at) is distinct from
    (new.text, new.tags, new.company_id, new.withdrawn_at))
  execute function sm_keep_words('leads_insightword', 'insight_id', 'sm_words_of_insight');
"""

NO_WORDS = """
drop trigger words_of_changed on leads_insight;
drop trigger words_of_new on leads_insight;
drop function sm_words_of_insight(leads_insight);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0014_deals"),
        ("sla", "0011_credit_of_subject"),
        ("tenants", "0006_stored_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Insight",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=smarketing.lib.tenancy.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(default=smarketing.lib.scope.current_organisation_id, editable=False),
                ),
                ("text", models.TextField()),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="InsightWord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=smarketing.lib.tenancy.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(default=smarketing.lib.scope.current_organisation_id, editable=False),
                ),
                ("word", models.TextField(db_collation="C")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="insight",
            name="by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="insight",
            name="company",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.company",
            ),
        ),
        migrations.AddField(
            model_name="insight",
            name="lead",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="insight",
            name="withdrawn_by",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField(
            model_name="insightword",
            name="insight",
            field=smarketing.lib.tenancy.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.insight",
            ),
        ),
        migrations.AddIndex(
            model_name="insight",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["organisation_id", "-at", "-id"],
                name="insight_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="insight",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["organisation_id", "by", "-at"],
                name="insight_of_author",
            ),
        ),
        migrations.AddIndex(
            model_name="insight",
            index=models.Index(fields=["organisation_id", "lead", "-at"], name="insight_of_lead"),
        ),
        migrations.AddIndex(
            model_name="insight",
            index=models.Index(fields=["organisation_id", "company", "-at"], name="insight_of_company"),
        ),
        migrations.AddConstraint(
            model_name="insight",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="insight_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="insightword",
            index=models.Index(fields=["organisation_id", "insight", "word"], name="insight_word_of_insight"),
        ),
        migrations.AddConstraint(
            model_name="insightword",
            constraint=models.UniqueConstraint(fields=("organisation_id", "word", "insight"), name="insight_word_once"),
        ),
        TenantTable("Insight"),
        TenantTable("InsightWord", grants="select, insert, delete"),
        migrations.RunSQL(ONE_TRIGGER, SEVERAL),
        migrations.RunSQL(WORDS, NO_WORDS),
    ]
