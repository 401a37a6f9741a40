"""What I3 compares on each line as figures that a page can show; the invariant reads the same view."""

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.ledger.migrations.0006_invariants_of_the_whole_table")

BALANCES = """
CREATE VIEW budget_line_balance AS
SELECT b.id AS line_id, b.code, b.year, b.appropriated,
       b.available + b.committed + b.obligated + b.in_flight + b.spent + b.lapsed + b.carried_out AS on_accounts,
       b.spent, coalesce(e.fen, 0) AS expense, coalesce(q.fen, 0) AS quota
FROM ledger_budgetline b
LEFT JOIN (
    SELECT c.line_id, sum(l.amount) AS fen FROM ledger_cashaccount c JOIN ledger_leg l ON l.cash_account_id = c.id
    WHERE c.kind = 'expense' GROUP BY c.line_id
) e ON e.line_id = b.id
LEFT JOIN (
    SELECT l.line_id, sum(l.amount) AS fen FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id
    WHERE l.budget_account = 'spent' AND t.kind IN ('confirm_quota', 'withdraw_quota', 'cancel_quota')
    GROUP BY l.line_id
) q ON q.line_id = b.id;
COMMENT ON VIEW budget_line_balance IS
    'per line in fen: appropriated and what its accounts hold; spent, and the expense and quota that make it up (I3)';
"""

I03 = """
CREATE VIEW invariant_i03 AS
SELECT 'budget line ' || code || ' of ' || year AS subject,
       format('appropriated %s fen, its accounts hold %s fen', appropriated, on_accounts) AS problem
FROM budget_line_balance WHERE appropriated <> on_accounts
UNION ALL
SELECT 'budget line ' || code || ' of ' || year,
       format('spent %s fen, expense in the cash book %s fen, quota confirmed %s fen', spent, expense, quota)
FROM budget_line_balance WHERE spent <> expense + quota OR quota < 0;
COMMENT ON VIEW invariant_i03 IS
    'I3: per line and year the accounts add up to what was appropriated, and spent equals expense and quota confirmed';
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_lines_in_a_tree")]

    operations = [
        migrations.RunSQL(BALANCES, "DROP VIEW budget_line_balance;"),
        OLD.replaced(I03, OLD.I03),
    ]
