"""Files, answers and statements are evidence; what is in suspense keeps what it said, only its way out is written."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0002_numbers"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("payouts_exportfile"),
        append_only("payouts_answerfile"),
        append_only("payouts_answer"),
        append_only("payouts_bankstatement"),
        append_only("payouts_statemententry"),
        append_only("payouts_lineoffset"),
        frozen_columns(
            "payouts_batchline",
            [
                "batch_id", "row", "instalment_id", "key", "end_to_end_id", "amount_fen", "payee_name",
                "account_number", "offset_fen",
            ],
        ),
        frozen_columns(
            "payouts_suspenseitem",
            ["answer_id", "paying_account_id", "movement", "is_credit", "amount_fen", "booked_on", "opened_at"],
        ),
    ]
