"""A published policy and an announced call keep their terms; what changes about a call is announced in a row."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        frozen_columns(
            "programmes_policyversion",
            ["policy_id", "version", "content_hash", "policy_text", "source_text", "cases_text", "effective_from"],
        ),
        frozen_columns(
            "programmes_call",
            [
                "authority_id", "policy_version_id", "number", "opens_at", "filing", "cut_offs", "route",
                "route_version", "allocation", "budget_line_id",
            ],
        ),
        append_only("programmes_callline"),
        append_only("programmes_callnotice"),
    ]
