"""The triggers that keep the record append-only, on both databases."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("ledger_entry", "ledger_look")
REFUSAL = "the record is append-only"


def create(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that set up the triggers."""
    if connection.vendor == "sqlite":
        return [f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                for table in TABLES for verb in ("UPDATE", "DELETE")]
    statements = ["CREATE OR REPLACE FUNCTION undercity_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                  f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"]
    for table in TABLES:
        statements += [
            f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION undercity_append_only()",
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION undercity_append_only()"]
    return statements


def expected(connection: BaseDatabaseWrapper) -> set[str]:
    """The names the database must know."""
    verbs = ("update", "delete") if connection.vendor == "sqlite" else ("change", "truncate")
    return {f"{table}_no_{verb}" for table in TABLES for verb in verbs}


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """The names it knows and has switched on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        return {row[0] for row in cursor.fetchall()}
