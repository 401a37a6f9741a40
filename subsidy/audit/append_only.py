"""Triggers that refuse UPDATE, DELETE and TRUNCATE, for the migrations of any room."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations.operations.special import RunSQL

REFUSE_FUNCTION = """
CREATE FUNCTION subsidy_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused; add a correcting row instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """Statement triggers on `table`, so that even an UPDATE without a matching row is refused (IntegrityError)."""
    return RunSQL(
        sql=f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
""",
        reverse_sql=f"""
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
""",
    )


def frozen_columns(table: str, columns: Iterable[str]) -> RunSQL:
    """Row trigger on `table`: the named columns keep the value they were inserted with; rows are never deleted."""
    names = list(columns)
    watched = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
    return RunSQL(
        sql=f"""
CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN ({watched}) EXECUTE FUNCTION subsidy_refuse_change();
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
""",
        reverse_sql=f"""
DROP TRIGGER {table}_frozen ON {table};
DROP TRIGGER {table}_no_delete ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
""",
    )


def written_once(table: str, column: str) -> RunSQL:
    """Row trigger on `table`: once the instant in `column` is written (such as "lifted_at"), the row stays as it is."""
    trigger = f"{table}_{column.removesuffix('_at')}_once"
    return RunSQL(
        sql=f"""
CREATE TRIGGER {trigger} BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION subsidy_refuse_change();
""",
        reverse_sql=f"DROP TRIGGER {trigger} ON {table};",
    )
