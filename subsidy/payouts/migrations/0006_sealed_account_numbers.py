import importlib

from django.db import migrations

import subsidy.sealing
from subsidy.audit.append_only import frozen_columns

TABLE = "payouts_batchline"
KEPT = ["batch_id", "row", "instalment_id", "key", "end_to_end_id", "amount_fen", "payee_name", "account_number"]
FROZEN = frozen_columns(TABLE, KEPT)
rewrite = importlib.import_module("subsidy.applicants.migrations.0008_sealed_account_numbers").rewrite


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0005_statements_append_only"),
        ("applicants", "0008_sealed_account_numbers"),
    ]

    operations = [
        migrations.RunSQL(FROZEN.reverse_sql, FROZEN.sql),
        migrations.AlterField(
            model_name="batchline", name="account_number", field=subsidy.sealing.SealedField()
        ),
        migrations.RunPython(rewrite(TABLE, subsidy.sealing.seal), rewrite(TABLE, subsidy.sealing.unseal)),
        frozen_columns(TABLE, KEPT),
    ]
