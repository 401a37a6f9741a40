"""I2 and I3 over every account that the ledger's table names: sides of the cash book, and quota among what was spent."""

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.ledger.migrations.0003_invariants")
CREDIT_SIDE = "'funding', 'recovered', 'prior_year', 'interest', 'suspense_in'"
DEBIT_SIDE = "'expense', 'receivable', 'offset', 'written_off', 'charges', 'suspense_out'"

I02 = OLD.I02.replace("'funding', 'suspense_in'", CREDIT_SIDE).replace("'expense', 'suspense_out'", DEBIT_SIDE)

I03 = """
CREATE VIEW invariant_i03 AS
SELECT 'budget line ' || b.code || ' of ' || b.year AS subject,
       format('appropriated %s fen, its accounts hold %s fen', b.appropriated,
              b.available + b.committed + b.obligated + b.in_flight + b.spent + b.lapsed + b.carried_out) AS problem
FROM ledger_budgetline b
WHERE b.appropriated
      <> b.available + b.committed + b.obligated + b.in_flight + b.spent + b.lapsed + b.carried_out
UNION ALL
SELECT 'budget line ' || b.code || ' of ' || b.year,
       format('spent %s fen, expense in the cash book %s fen, quota confirmed %s fen', b.spent, coalesce(e.fen, 0),
              coalesce(q.fen, 0))
FROM ledger_budgetline b
LEFT JOIN (
    SELECT c.line_id, sum(l.amount) AS fen FROM ledger_cashaccount c JOIN ledger_leg l ON l.cash_account_id = c.id
    WHERE c.kind = 'expense' GROUP BY c.line_id
) e ON e.line_id = b.id
LEFT JOIN (
    SELECT l.line_id, sum(l.amount) AS fen FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id
    WHERE l.budget_account = 'spent' AND t.kind IN ('confirm_quota', 'withdraw_quota', 'cancel_quota')
    GROUP BY l.line_id
) q ON q.line_id = b.id
WHERE b.spent <> coalesce(e.fen, 0) + coalesce(q.fen, 0) OR coalesce(q.fen, 0) < 0;
COMMENT ON VIEW invariant_i03 IS
    'I3: per line and year the accounts add up to what was appropriated, and spent equals expense and quota confirmed';
"""


def replaced(new: str, old: str) -> migrations.RunSQL:
    def again(sql: str) -> str:
        return sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")

    return migrations.RunSQL(again(new), again(old))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_whole_table")]

    operations = [replaced(I02, OLD.I02), replaced(I03, OLD.I03)]
