from django.db import migrations

from subsidy.audit.append_only import REFUSE_FUNCTION, append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(REFUSE_FUNCTION, "DROP FUNCTION subsidy_refuse_change()"),
        append_only("audit_event"),
        append_only("audit_eventprivate"),
    ]
