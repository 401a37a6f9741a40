from django.db import migrations

import subsidy.sealing

TABLE = "audit_eventprivate"


def rewrite(change):
    """Put `change` of every value in its place. What an event's digest covers, the opened value, stays as it is."""

    def run(_apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
            cursor.execute(f"SELECT event_id, values FROM {TABLE}")  # nosec B608
            for pk, value in cursor.fetchall():
                cursor.execute(f"UPDATE {TABLE} SET values = %s WHERE event_id = %s", [change(value), pk])  # nosec B608
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")

    return run


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_erasing")]

    operations = [
        migrations.AlterField(
            model_name="eventprivate",
            name="values",
            field=subsidy.sealing.SealedField(help_text="canonical JSON, hashed as it reads when it is opened"),
        ),
        migrations.RunPython(rewrite(subsidy.sealing.seal), rewrite(subsidy.sealing.unseal)),
    ]
