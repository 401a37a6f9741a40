"""Who had a hand in what, and who gave it to whom, is only ever added to."""

from django.db import migrations

from subsidy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("work_hand"),
        append_only("work_assignment"),
    ]
