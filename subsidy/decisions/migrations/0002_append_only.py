from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("decisions_finding"),
        append_only("decisions_decree"),
        append_only("decisions_award"),
        frozen_columns("decisions_notice", ["list_text", "list_hash", "starts_on", "published_at"]),
    ]
