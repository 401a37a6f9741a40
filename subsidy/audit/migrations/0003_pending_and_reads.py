"""An event waits for its place in the log from the moment it is written; who read of a company is found by an index."""

from django.db import migrations

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

# Who looked at a company's data, newest first. Partial: no other event pays for it.
BY_COMPANY = """
CREATE INDEX event_reads_of_company ON audit_event ((((body::jsonb) -> 'data' ->> 'company')::bigint), id DESC)
    WHERE stream = 'reader'
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(PENDING, NOT_PENDING),
        migrations.RunSQL(BY_COMPANY, "DROP INDEX event_reads_of_company"),
    ]
