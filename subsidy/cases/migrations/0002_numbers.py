"""Sequences of the numbers that a case bears, and of the order in which applications were filed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}") for name in ("case_number", "case_filing")
    ]
