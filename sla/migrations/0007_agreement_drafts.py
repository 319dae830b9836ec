"""Drafts, proposals and deputies of the agreement; what is proposed or signed never changes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import smarketing.lib.scope
import smarketing.lib.tenancy
from smarketing.lib.migrations import TenantKeyConstraint, TenantTable

# Every column counts, also those that come later; only these two may still be written after the signatures.
FINAL = """
create or replace function sla_signed_is_final() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state in ('signed', 'proposed') then
      raise exception 'a signed agreement version never changes' using errcode = 'insufficient_privilege';
    end if;
    return old;
  end if;
  if old.state = 'signed' and (
       to_jsonb(new) - 'ends_at' - 'labels' is distinct from to_jsonb(old) - 'ends_at' - 'labels'
       or (old.ends_at is not null and new.ends_at is distinct from old.ends_at)) then
    raise exception 'a signed agreement version never changes' using errcode = 'insufficient_privilege';
  end if;
  if old.state = 'proposed' and (
       new.number is distinct from old.number or new.organisation_id is distinct from old.organisation_id
       or new.content is distinct from old.content
       or (new.state <> 'draft' and new.content_hash is distinct from old.content_hash)
       or (new.state <> 'draft' and new.proposal is distinct from old.proposal)
       or (new.state <> 'draft' and old.starts_at is not null and new.starts_at is distinct from old.starts_at)) then
    raise exception 'a proposed agreement version does not change' using errcode = 'insufficient_privilege';
  end if;
  if old.state = 'discarded' then
    raise exception 'a discarded agreement version does not change' using errcode = 'insufficient_privilege';
  end if;
  if new.state = 'signed' and old.state <> 'signed' and (
       old.state <> 'proposed' or 2 <> (
         select count(distinct side) from sla_signature
         where organisation_id = new.organisation_id and version_id = new.id
           and proposal = new.proposal and content_hash = new.content_hash)) then
    raise exception 'an agreement version needs both signatures' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
drop trigger signed_is_final on sla_agreementversion;
create trigger signed_is_final before update or delete on sla_agreementversion
  for each row execute function sla_signed_is_final();
"""

NEVER = django.db.models.deletion.DO_NOTHING


def _reference(to: str, *, null: bool = False) -> smarketing.lib.tenancy.TenantKey:
    return smarketing.lib.tenancy.TenantKey(
        db_constraint=False, db_index=False, null=null, on_delete=NEVER, related_name="+", to=to
    )


class Migration(migrations.Migration):
    """New columns have defaults that are true of what exists; no row is converted."""

    dependencies = [("sla", "0006_months")]

    operations = [
        migrations.AddField("agreementversion", "based_on", _reference("sla.agreementversion", null=True)),
        migrations.AddField("agreementversion", "revision", models.PositiveIntegerField(default=1)),
        migrations.AddField("agreementversion", "proposal", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("agreementversion", "labels", models.JSONField(default=dict)),
        migrations.AddField("agreementversion", "changed_at", models.DateTimeField(null=True)),
        migrations.AddField("agreementversion", "changed_by", _reference("tenants.membership", null=True)),
        TenantKeyConstraint("AgreementVersion", "based_on"),
        TenantKeyConstraint("AgreementVersion", "changed_by"),
        migrations.AddConstraint(
            "agreementversion",
            models.UniqueConstraint(
                fields=["organisation_id"], name="agreement_one_open", condition=Q(state__in=["draft", "proposed"])
            ),
        ),
        migrations.AddField("signature", "for_member", _reference("tenants.membership", null=True)),
        migrations.AddField("signature", "proposal", models.PositiveSmallIntegerField(default=1)),
        TenantKeyConstraint("Signature", "for_member"),
        migrations.RemoveConstraint("signature", "signature_once"),
        migrations.AddConstraint(
            "signature",
            models.UniqueConstraint(
                fields=["organisation_id", "version", "proposal", "side"], name="signature_once_per_proposal"
            ),
        ),
        migrations.CreateModel(
            name="SigningDeputy",
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
                ("named_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("head", _reference("tenants.membership")),
                ("deputy", _reference("tenants.membership")),
            ],
            options={"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "signingdeputy",
            models.UniqueConstraint(
                fields=["organisation_id", "head"], name="signing_deputy_one_at_a_time", condition=Q(ended_at=None)
            ),
        ),
        migrations.AddConstraint(
            "signingdeputy",
            models.CheckConstraint(name="signing_deputy_is_another", condition=~Q(head=F("deputy"))),
        ),
        TenantTable("SigningDeputy"),
        migrations.RunSQL(FINAL, migrations.RunSQL.noop),
    ]
