from django.db import migrations

from subsidy.audit.append_only import frozen_columns


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
    ]
