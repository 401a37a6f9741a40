from django.db import migrations

from subsidy.audit.append_only import append_only

# One statement for all rows of an INSERT, in the statement's own round trip.
PENDING = """
CREATE FUNCTION subsidy_event_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (event_id) SELECT id FROM appended;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_event_pending AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION subsidy_event_pending();
"""
NOT_PENDING = """
DROP TRIGGER audit_event_pending ON audit_event;
DROP FUNCTION subsidy_event_pending();
"""
EARLIER = "INSERT INTO audit_pending (event_id) SELECT id FROM audit_event"


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_log_tables"),
    ]

    operations = [
        migrations.RunSQL(PENDING, NOT_PENDING),
        migrations.RunSQL(EARLIER, "DELETE FROM audit_pending"),
        append_only("audit_leaf"),
        append_only("audit_subtree"),
        append_only("audit_logkey"),
        append_only("audit_logkeyend"),
        append_only("audit_checkpoint"),
    ]
