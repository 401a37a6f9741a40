from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE batch_number", "DROP SEQUENCE batch_number"),
        append_only("payouts_exportfile"),
        append_only("payouts_answerfile"),
        append_only("payouts_answer"),
        frozen_columns(
            "payouts_batchline",
            ["batch_id", "row", "instalment_id", "key", "end_to_end_id", "amount_fen", "payee_name", "account_number"],
        ),
    ]
