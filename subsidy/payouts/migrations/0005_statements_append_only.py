"""Statements of the bank are evidence; an item in suspense keeps what it said, only its way out is written."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_returns_suspense_and_statements")]

    operations = [
        append_only("payouts_bankstatement"),
        append_only("payouts_statemententry"),
        frozen_columns(
            "payouts_suspenseitem",
            ["answer_id", "paying_account_id", "movement", "is_credit", "amount_fen", "booked_on", "opened_at"],
        ),
    ]
