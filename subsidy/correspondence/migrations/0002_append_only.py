from django.db import migrations

from subsidy.audit.append_only import frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        frozen_columns("correspondence_letter", ["content", "sha256", "number", "kind"]),
    ]
