"""What was found, decided and published stays; a correction is a row of its own."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0002_numbers"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("decisions_finding"),
        append_only("decisions_decree"),
        append_only("decisions_award"),
        append_only("decisions_awardchange"),
        append_only("decisions_meeting"),
        append_only("decisions_noticeentry"),
        append_only("decisions_ruledecision"),
        append_only("decisions_partreport"),
        append_only("decisions_titletest"),
        frozen_columns("decisions_notice", ["list_text", "list_hash", "starts_on", "published_at"]),
        frozen_columns("decisions_objection", ["round_id", "row_id", "case_id", "objector_kind", "grounds"]),
        frozen_columns("decisions_proposal", ["kind", "title", "reason", "about_kind", "about_id", "terms_text"]),
        frozen_columns(
            "decisions_standingauthorisation",
            ["proposal_id", "call_id", "cap_fen", "case_cap_fen", "sample_percent", "seed", "valid_from", "valid_to"],
        ),
        frozen_columns(
            "decisions_undertaking",
            [
                "authority_id", "number", "case_id", "company_id", "term", "breach", "due_on", "occurred_on",
                "opened_at",
            ],
        ),
    ]
