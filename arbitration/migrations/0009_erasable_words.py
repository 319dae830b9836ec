"""Words about a person can be erased from rows that are never changed otherwise."""

from django.db import migrations

# While the transaction says that it erases, and in these columns only; everything else stays refused.
WORDS_ONLY = """
create function arbitration_words_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or coalesce(current_setting('app.erasing', true), '') <> 'on'
     or to_jsonb(new) - tg_argv <> to_jsonb(old) - tg_argv then
    raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
"""

COLUMNS = {
    "arbitration_statement": ("text",),
    "arbitration_hearingnote": ("text",),
    "arbitration_vote": ("reasons",),
    "arbitration_recusal": ("reason",),
    "arbitration_ruling": ("reasons", "question"),
}

TABLE = """
drop trigger append_only on {table};
create trigger append_only before update or delete on {table}
  for each row execute function arbitration_words_only({quoted});
grant update ({columns}) on {table} to sm_web, sm_worker;
"""


def _statements() -> str:
    return WORDS_ONLY + "".join(
        TABLE.format(table=table, columns=", ".join(columns), quoted=", ".join(f"'{column}'" for column in columns))
        for table, columns in COLUMNS.items()
    )


class Migration(migrations.Migration):
    """Column grants and triggers of the board's words; the index of words follows them."""

    dependencies = [("arbitration", "0008_sittings_and_amendments")]

    operations = [
        migrations.RunSQL(_statements(), migrations.RunSQL.noop),
        migrations.RunSQL("grant delete on arbitration_rulingword to sm_web, sm_worker", migrations.RunSQL.noop),
    ]
