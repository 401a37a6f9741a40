"""Sequences of the numbers that batches and recoveries bear."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")
        for name in ("batch_number", "recovery_number")
    ]
