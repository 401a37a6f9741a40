from django.db import migrations, models

# Who looked at a company's data, newest first. Partial: no other event pays for it.
BY_COMPANY = """
CREATE INDEX event_reads_of_company ON audit_event ((((body::jsonb) -> 'data' ->> 'company')::bigint), id DESC)
    WHERE stream = 'reader'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_log_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reader",
            fields=[
                ("head_seq", models.PositiveIntegerField(default=0, editable=False)),
                ("head_hash", models.BinaryField(default=b"\x00" * 32, max_length=32)),
                ("id", models.BigIntegerField(help_text="the person's", primary_key=True, serialize=False)),
            ],
            options={"verbose_name": "reader", "verbose_name_plural": "readers", "abstract": False},
        ),
        migrations.RunSQL(BY_COMPANY, "DROP INDEX event_reads_of_company"),
    ]
