from django.db import migrations

# The only way on which personal values leave: by stream, all of them, in the transaction of the tombstone that names them.
# The function runs with its owner's rights, so that the program's own role needs no DELETE on the table.
GUARD = """
CREATE FUNCTION subsidy_refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('subsidy.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused; propose an erasure instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER audit_eventprivate_append_only ON audit_eventprivate;
CREATE TRIGGER audit_eventprivate_append_only BEFORE UPDATE OR DELETE ON audit_eventprivate
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_unless_erasing();
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
NO_GUARD = """
DROP FUNCTION subsidy_erase_private(text, bigint);
DROP TRIGGER audit_eventprivate_append_only ON audit_eventprivate;
CREATE TRIGGER audit_eventprivate_append_only BEFORE UPDATE OR DELETE ON audit_eventprivate
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
DROP FUNCTION subsidy_refuse_unless_erasing();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0006_readers"),
    ]

    operations = [
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
