"""Events and the log over them are only ever added to; personal values beside an event leave by an erasure alone."""

from django.db import migrations

from subsidy.audit.append_only import REFUSE_FUNCTION, append_only

# The only way on which personal values leave: by stream, all of them, in the transaction of the tombstone that names them.
# The function runs with its owner's rights, so that the program's own role needs no DELETE on the table.
ERASING = """
CREATE FUNCTION subsidy_refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('subsidy.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused; propose an erasure instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_eventprivate_append_only BEFORE UPDATE OR DELETE ON audit_eventprivate
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_unless_erasing();
CREATE TRIGGER audit_eventprivate_no_truncate BEFORE TRUNCATE ON audit_eventprivate
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
CREATE FUNCTION subsidy_erase_private(of_stream text, of_id bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM set_config('subsidy.erasing', 'on', true);
    RETURN QUERY WITH gone AS (
        DELETE FROM audit_eventprivate p USING audit_event e
        WHERE p.event_id = e.id AND e.stream = of_stream AND e.stream_id = of_id RETURNING e.seq
    ) SELECT seq FROM gone ORDER BY seq;
    PERFORM set_config('subsidy.erasing', '', true);
END $$;
"""
NO_ERASING = """
DROP FUNCTION subsidy_erase_private(text, bigint);
DROP TRIGGER audit_eventprivate_append_only ON audit_eventprivate;
DROP TRIGGER audit_eventprivate_no_truncate ON audit_eventprivate;
DROP FUNCTION subsidy_refuse_unless_erasing();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_FUNCTION, "DROP FUNCTION subsidy_refuse_change()"),
        append_only("audit_event"),
        migrations.RunSQL(ERASING, NO_ERASING),
        append_only("audit_leaf"),
        append_only("audit_subtree"),
        append_only("audit_logkey"),
        append_only("audit_logkeyend"),
        append_only("audit_checkpoint"),
    ]
