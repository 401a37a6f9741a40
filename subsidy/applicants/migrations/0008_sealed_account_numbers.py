import importlib

from django.db import migrations

import subsidy.sealing
from subsidy.audit.append_only import frozen_columns

TABLE = "applicants_payeeaccount"
I12 = importlib.import_module("subsidy.reporting.migrations.0001_invariants").I12
ENTERED = importlib.import_module("subsidy.applicants.migrations.0004_accounts_held_back").ENTERED
FROZEN = frozen_columns(TABLE, ENTERED)


def rewrite(table, change):
    """Put `change` of every account number of the table in its place, below what the models make of it."""

    def run(_apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT id, account_number FROM {table}")  # nosec B608
            for pk, number in cursor.fetchall():
                cursor.execute(f"UPDATE {table} SET account_number = %s WHERE id = %s", [change(number), pk])  # nosec B608

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0007_live_sources_asked"),
        # The view over both tables is taken down here and put up again when both are sealed.
        ("reporting", "0006_bank_by_day"),
    ]

    operations = [
        migrations.RunSQL("DROP VIEW invariant_i12;", I12),
        migrations.RunSQL(FROZEN.reverse_sql, FROZEN.sql),
        migrations.AlterField(
            model_name="payeeaccount",
            name="account_number",
            field=subsidy.sealing.SealedField(verbose_name="account number"),
        ),
        migrations.RunPython(rewrite(TABLE, subsidy.sealing.seal), rewrite(TABLE, subsidy.sealing.unseal)),
        frozen_columns(TABLE, ENTERED),
    ]
