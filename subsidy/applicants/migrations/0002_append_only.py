"""What was found, entered or ordered stays as it was; only that it ended, and how, is written beside it, and once."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns, written_once


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        frozen_columns(
            "applicants_companyfact",
            [
                "authority_id", "company_id", "source", "unit", "period", "list_name", "record_key", "as_of",
                "entered_at", "entered_by_id", "reason", "raw", "brought_by_id", "name", "kind", "integer", "day",
                "text", "absent",
            ],
        ),
        written_once("applicants_companyfact", "superseded_at"),
        append_only("applicants_companychange"),
        frozen_columns(
            "applicants_companyuserobjectpermission",
            [
                "user_id", "permission_id", "content_object_id", "basis", "valid_from", "valid_to", "granted_by_id",
                "granted_at", "letter_id",
            ],
        ),
        frozen_columns(
            "applicants_grouplink",
            [
                "authority_id", "parent_id", "child_id", "kind", "share", "valid_from", "document", "recorded_at",
                "recorded_by_id",
            ],
        ),
        frozen_columns(
            "applicants_succession",
            [
                "authority_id", "predecessor_id", "successor_id", "kind", "effective_on", "document", "recorded_at",
                "recorded_by_id",
            ],
        ),
        written_once("applicants_succession", "reversed_at"),
        # An account, once entered, changes only in how it stands; what an order of a court says never does.
        frozen_columns(
            "applicants_payeeaccount",
            [
                "authority_id", "company_id", "holder_name", "account_number", "bank_name", "bank_code",
                "fingerprint", "proposed_by_id", "proposed_at", "certification_id", "explanation_id",
            ],
        ),
        frozen_columns(
            "applicants_accountfreeze",
            ["authority_id", "account_id", "issuer", "number", "order_id", "frozen_by_id", "frozen_at"],
        ),
        written_once("applicants_accountfreeze", "lifted_at"),
    ]
