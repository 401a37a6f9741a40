"""Sequences of the numbers that proposals and undertakings bear."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")
        for name in ("proposal_number", "undertaking_number")
    ]
