"""A register is changed by rows that follow others; none is altered."""

from django.db import migrations

from subsidy.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("registers_registerentry"),
        append_only("registers_prioraward"),
        append_only("registers_registerimportline"),
    ]
