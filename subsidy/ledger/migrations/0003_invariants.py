"""The invariants of the books alone, as views that must return no rows: I1 to I4."""

from django.db import migrations

I01 = """
CREATE VIEW invariant_i01 AS
SELECT 'transaction ' || t.key AS subject,
       format('%s book, %s: legs sum to %s fen', l.book, l.currency, sum(l.amount)) AS problem
FROM ledger_transaction t JOIN ledger_leg l ON l.transaction_id = t.id
GROUP BY t.id, t.key, l.book, l.currency HAVING sum(l.amount) <> 0
UNION ALL
SELECT 'transaction ' || t.key, 'has no legs'
FROM ledger_transaction t WHERE NOT EXISTS (SELECT FROM ledger_leg l WHERE l.transaction_id = t.id);
COMMENT ON VIEW invariant_i01 IS 'I1: per transaction, book and currency the legs sum to zero';
"""

I02 = """
CREATE VIEW invariant_i02 AS
WITH held AS (
    SELECT line_id, budget_account AS account, sum(amount) AS fen
    FROM ledger_leg WHERE book = 'budget' GROUP BY line_id, budget_account
)
SELECT 'budget line ' || b.code || ' of ' || b.year AS subject,
       format('%s stands at %s fen', h.account, h.fen) AS problem
FROM held h JOIN ledger_budgetline b ON b.id = h.line_id
WHERE (h.account = 'appropriated' AND h.fen > 0) OR (h.account <> 'appropriated' AND h.fen < 0)
UNION ALL
SELECT 'cash account ' || c.id, format('%s stands at %s fen', c.kind, sum(l.amount))
FROM ledger_cashaccount c JOIN ledger_leg l ON l.cash_account_id = c.id
GROUP BY c.id, c.kind
HAVING (c.kind IN ('funding', 'recovered', 'prior_year', 'interest', 'suspense_in') AND sum(l.amount) > 0)
    OR (c.kind IN ('expense', 'receivable', 'offset', 'written_off', 'charges', 'suspense_out') AND sum(l.amount) < 0);
COMMENT ON VIEW invariant_i02 IS
    'I2: APPROPRIATED and FUNDING stand on their contra side, every other account but BANK never on the wrong side';
"""

# What I3 compares on each line as figures that a page can show; the invariant reads the same view.
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

I04 = """
CREATE VIEW invariant_i04 AS
WITH kept AS (
    SELECT b.id, b.code, b.year, a.account, a.fen
    FROM ledger_budgetline b CROSS JOIN LATERAL (VALUES
        ('appropriated', -b.appropriated), ('available', b.available), ('committed', b.committed),
        ('obligated', b.obligated), ('in_flight', b.in_flight), ('spent', b.spent), ('lapsed', b.lapsed),
        ('carried_out', b.carried_out)) AS a (account, fen)
), moved AS (
    SELECT line_id, budget_account AS account, sum(amount) AS fen
    FROM ledger_leg WHERE book = 'budget' GROUP BY line_id, budget_account
)
SELECT 'budget line ' || k.code || ' of ' || k.year AS subject,
       format('%s is kept as %s fen, its legs sum to %s fen', k.account, abs(k.fen), abs(coalesce(m.fen, 0))) AS problem
FROM kept k LEFT JOIN moved m ON m.line_id = k.id AND m.account = k.account
WHERE k.fen <> coalesce(m.fen, 0)
UNION ALL
SELECT 'cash account ' || c.id,
       format('%s is kept as %s fen, its legs sum to %s fen', c.kind, c.balance, coalesce(sum(l.amount), 0))
FROM ledger_cashaccount c LEFT JOIN ledger_leg l ON l.cash_account_id = c.id
GROUP BY c.id, c.kind, c.balance HAVING c.balance <> coalesce(sum(l.amount), 0);
COMMENT ON VIEW invariant_i04 IS 'I4: each kept balance equals the sum of its legs';
"""

VIEWS = {
    "invariant_i01": I01,
    "invariant_i02": I02,
    "budget_line_balance": BALANCES,
    "invariant_i03": I03,
    "invariant_i04": I04,
}


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]

    operations = [migrations.RunSQL(sql, f"DROP VIEW {name};") for name, sql in VIEWS.items()]
