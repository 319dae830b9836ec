"""What the database itself refuses in a case: touching sealed evidence, reopening what is decided."""

from django.db import migrations

from smarketing.lib.migrations import TenantTable

SEALED = """
create function arbitration_case_is_sealed() returns trigger language plpgsql as $$
begin
  if (new.year, new.sequence, new.handover_id, new.rejection_id, new.subject_id, new.version_id, new.filed_by_id,
      new.filed_at, new.statements_close_at, new.evidence_hash, new.evidence)
     is distinct from
     (old.year, old.sequence, old.handover_id, old.rejection_id, old.subject_id, old.version_id, old.filed_by_id,
      old.filed_at, old.statements_close_at, old.evidence_hash, old.evidence) then
    raise exception 'the evidence of a case is sealed' using errcode = 'insufficient_privilege';
  end if;
  -- Erasure blanks these two; nothing else changes them.
  if (new.grounds is distinct from old.grounds and new.grounds <> '')
     or (new.evidence_salt is distinct from old.evidence_salt and new.evidence_salt <> '') then
    raise exception 'the grounds of a case are sealed' using errcode = 'insufficient_privilege';
  end if;
  if old.stage in ('ruled', 'withdrawn')
     and (new.stage, new.ruled_at) is distinct from (old.stage, old.ruled_at) then
    raise exception 'a decided case stays decided' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger case_is_sealed before update on arbitration_case
  for each row execute function arbitration_case_is_sealed();
"""


class Migration(migrations.Migration):
    """Belts of citations; the trigger on cases."""

    dependencies = [("arbitration", "0004_citations_and_salt")]

    operations = [
        TenantTable("Citation", append_only=True),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),
    ]
