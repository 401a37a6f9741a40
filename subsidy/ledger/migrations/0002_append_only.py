from django.db import migrations

from subsidy.audit.append_only import append_only

BALANCED = """
CREATE FUNCTION ledger_transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken record;
BEGIN
    SELECT book, currency, sum(amount) AS total INTO broken
        FROM ledger_leg WHERE transaction_id = NEW.transaction_id
        GROUP BY book, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % does not balance: book %, currency %, sum %',
            NEW.transaction_id, broken.book, broken.currency, broken.total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_leg_balanced AFTER INSERT ON ledger_leg
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balances();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("ledger_transaction"),
        append_only("ledger_leg"),
        migrations.RunSQL(
            BALANCED,
            "DROP TRIGGER ledger_leg_balanced ON ledger_leg; DROP FUNCTION ledger_transaction_balances();",
        ),
    ]
