"""What the leads list is filtered, ordered and searched by, and the views that people keep."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, Lower

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantTable

# Signs between words. The pages split what people type at the same ones (leads.normal.words_of).
MARKS = "\t\n\r!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~–—„“”‘’«»·"

SPELLING = """
create function sm_spelled(told text) returns text language sql immutable parallel safe as $$
  select replace(
    regexp_replace(lower(normalize(told, NFKD) collate "pg_c_utf8"), '[\\u0300-\\u036f]', '', 'g'), 'ß', 'ss')
$$;
create function sm_words(told text) returns setof text language sql immutable parallel safe as $$
  select left(word, 60) from string_to_table(translate(sm_spelled(told), {marks}, repeat(' ', length({marks}))), ' ') word
  where word <> ''
$$;
create function sm_words_of_lead(lead leads_lead) returns setof text language sql stable parallel safe as $$
  select sm_words(lead.given_name) union select sm_words(lead.family_name)
  union select sm_words(coalesce(nullif(lead.company_name, ''),
    (select name from leads_company c where c.organisation_id = lead.organisation_id and c.id = lead.company_id)))
  union select word from unnest(array[
    left(lead.email_norm, 100), left(split_part(lead.email_norm, '@', 2), 100), lead.phone_e164]) word where word <> ''
$$;
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
"""

# The policies are for the application's roles; while its force is lifted the owner sees the rows there are.
BACKFILL = """
alter table leads_lead no force row level security;
alter table leads_company no force row level security;
alter table leads_leadword no force row level security;
insert into leads_leadword (organisation_id, lead_id, word)
  select lead.organisation_id, lead.id, word from leads_lead lead cross join lateral sm_words_of_lead(lead) word
  on conflict (organisation_id, word, lead_id) do nothing;
alter table leads_lead force row level security;
alter table leads_company force row level security;
alter table leads_leadword force row level security;
"""

DOWN = """
drop trigger words_of_changed on leads_lead;
drop trigger words_of_new on leads_lead;
drop function sm_keep_lead_words();
drop function sm_words_of_lead(leads_lead);
drop function sm_words(text);
drop function sm_spelled(text);
"""

NOT_MERGED = models.Q(merged_into=None)
WITH_SALES = NOT_MERGED & models.Q(sales_owner__isnull=False)
OF_A_CAMPAIGN = NOT_MERGED & models.Q(campaign__isnull=False)


def _literal(text):
    return "'" + text.replace("'", "''") + "'"


def _listed(*fields, name, condition=NOT_MERGED):
    index = models.Index(fields=["organisation_id", *fields, "id"], name=name, condition=condition)
    return migrations.AddIndex(model_name="lead", index=index)


def _table(name, *fields):
    own = [
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
    ]
    options = {"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"}
    return migrations.CreateModel(name=name, fields=[*own, *fields], options=options)


def _key(to):
    return smarketing.lib.tenancy.TenantKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
    )


def _once(model, name, *fields):
    unique = models.UniqueConstraint(fields=("organisation_id", *fields), name=name)
    return migrations.AddConstraint(model_name=model, constraint=unique)


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_attempt_source"), ("tenants", "0005_absence")]

    operations = [
        migrations.RemoveIndex(model_name="lead", name="lead_newest"),
        migrations.RemoveIndex(model_name="lead", name="lead_of_stage"),
        migrations.AddField(
            model_name="lead",
            name="source",
            field=models.GeneratedField(
                db_persist=True,
                expression=Coalesce(
                    Lower(KeyTextTransform("source", "first_touch")),
                    models.Value(""),
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="sort_name",
            field=models.GeneratedField(
                db_persist=True,
                expression=Lower(
                    Concat("family_name", models.Value(" "), "given_name", output_field=models.TextField())
                ),
                output_field=models.TextField(),
            ),
        ),
        _listed("updated_at", name="lead_newest"),
        _listed("stage", "updated_at", name="lead_of_stage"),
        _listed("sales_owner", "updated_at", name="lead_of_owner", condition=WITH_SALES),
        _listed("updated_at", name="lead_with_sales", condition=WITH_SALES),
        _listed("marketer", "updated_at", name="lead_of_marketer"),
        _listed("campaign", "updated_at", name="lead_of_campaign", condition=OF_A_CAMPAIGN),
        _listed("source", "updated_at", name="lead_of_source"),
        _listed("country", "updated_at", name="lead_of_country"),
        _listed("tier", "updated_at", name="lead_of_tier"),
        _listed("fit_grade", "updated_at", name="lead_of_fit"),
        _listed("created_at", name="lead_newest_made"),
        _listed("sort_name", name="lead_by_name"),
        _table(
            "SavedView",
            ("owner", _key("tenants.membership")),
            ("name", models.TextField()),
            ("query", models.TextField()),
            ("is_shared", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
        ),
        _table("DefaultView", ("member", _key("tenants.membership")), ("view", _key("leads.savedview"))),
        _table("LeadWord", ("lead", _key("leads.lead")), ("word", models.TextField(db_collation="C"))),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(
                fields=["organisation_id", "name"], name="saved_view_shared", condition=models.Q(is_shared=True)
            ),
        ),
        _once("savedview", "saved_view_name_once", "owner", "name"),
        _once("defaultview", "default_view_one_per_member", "member"),
        _once("leadword", "lead_word_once", "word", "lead"),
        migrations.AddIndex(
            model_name="leadword",
            index=models.Index(fields=["organisation_id", "lead", "word"], name="lead_word_of_lead"),
        ),
        TenantTable("SavedView", grants="select, insert, update, delete"),
        TenantTable("DefaultView", grants="select, insert, update, delete"),
        TenantTable("LeadWord", grants="select, insert, delete"),
        migrations.RunSQL(SPELLING.format(marks=_literal(MARKS)), DOWN),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
