"""I6 to I8 and I10 over returns, suspense and account statements: the bank's entries against the books, one by one."""

from importlib import import_module

from django.db import migrations

FIRST = import_module("subsidy.reporting.migrations.0001_invariants")
CORRECTED = import_module("subsidy.reporting.migrations.0002_corrected_awards")

# A refusal that proved wrong puts its payment in flight once more.
I06 = FIRST.I06.replace(
    "WHERE t.kind = 'release' AND t.subject_kind = 'batch'",
    "WHERE t.kind = 'release' AND t.key NOT LIKE 'release:again:%' AND t.subject_kind = 'batch'",
)

I07 = """
CREATE VIEW invariant_i07 AS
WITH told AS (
    SELECT line_id, count(*) AS times FROM payouts_answer WHERE effect = 'settled' GROUP BY line_id
), booked AS (
    SELECT t.subject_id AS batch_id, t.memo AS end_to_end_id,
           coalesce(sum(l.amount) FILTER (WHERE t.kind = 'settle' AND c.kind = 'expense'), 0) AS settled_fen,
           coalesce(-sum(l.amount) FILTER (WHERE (t.kind IN ('return', 'return_cancelled') AND c.kind = 'expense')
               OR (t.kind = 'return_prior' AND c.kind = 'prior_year')), 0) AS returned_fen
    FROM ledger_transaction t
    JOIN ledger_leg l ON l.transaction_id = t.id
    JOIN ledger_cashaccount c ON c.id = l.cash_account_id AND c.kind IN ('expense', 'prior_year')
    WHERE t.subject_kind = 'batch' AND t.kind IN ('settle', 'return', 'return_cancelled', 'return_prior')
    GROUP BY t.subject_id, t.memo
), line AS (
    SELECT l.end_to_end_id, l.amount_fen, l.state, coalesce(t.times, 0) AS times,
           coalesce(b.settled_fen, 0) AS settled_fen, coalesce(b.returned_fen, 0) AS returned_fen
    FROM payouts_batchline l
    LEFT JOIN told t ON t.line_id = l.id
    LEFT JOIN booked b ON b.batch_id = l.batch_id AND b.end_to_end_id = l.end_to_end_id
)
SELECT 'payment ' || end_to_end_id AS subject, format('settled by %s statements', times) AS problem
FROM line WHERE times > 1
UNION ALL
SELECT 'payment ' || end_to_end_id, format('%s of %s fen with %s fen settled in the books', state, amount_fen, settled_fen)
FROM line WHERE settled_fen <> CASE WHEN state IN ('settled', 'returned') THEN amount_fen ELSE 0 END
UNION ALL
SELECT 'payment ' || end_to_end_id, format('%s, returned %s fen of %s fen settled', state, returned_fen, settled_fen)
FROM line WHERE returned_fen <> CASE WHEN state = 'returned' THEN settled_fen ELSE 0 END;
COMMENT ON VIEW invariant_i07 IS
    'I7: a payment settles at most once, for its amount, and no more is returned than was settled';
"""

I08 = """
CREATE VIEW invariant_i08 AS
WITH moved AS (
    SELECT regexp_replace(t.key, '^[^:]*:(.*):[^:]*$', '\\1') AS entry, sum(l.amount) AS fen
    FROM ledger_transaction t
    JOIN ledger_leg l ON l.transaction_id = t.id
    JOIN ledger_cashaccount c ON c.id = l.cash_account_id AND c.kind = 'bank'
    WHERE t.kind IN ('settle', 'return', 'return_cancelled', 'return_prior', 'suspend_in', 'suspend_out')
    GROUP BY 1
), said AS (
    SELECT entry, bank_fen AS fen, end_to_end_id, bank_reference FROM payouts_answer WHERE bank_fen <> 0
), listed AS (
    SELECT DISTINCT ON (s.paying_account_id, e.statement) s.authority_id, s.paying_account_id, e.booked_on, e.moved_fen,
           e.statement, coalesce(nullif(e.booking, ''), e.statement) AS booking
    FROM payouts_statemententry e JOIN payouts_bankstatement s ON s.id = e.bank_statement_id
    ORDER BY s.paying_account_id, e.statement, e.id
), bank AS (
    SELECT authority_id, paying_account_id, booking, min(booked_on) AS booked_on, sum(moved_fen) AS fen
    FROM listed GROUP BY authority_id, paying_account_id, booking
), ours AS (
    SELECT DISTINCT b.paying_account_id, b.booking, coalesce(a.stands_for_id, a.id) AS answer_id
    FROM bank b JOIN payouts_answer a ON a.authority_id = b.authority_id AND a.booking = b.booking
    UNION
    SELECT e.paying_account_id, e.booking, coalesce(a.stands_for_id, a.id)
    FROM listed e JOIN payouts_answer a ON a.authority_id = e.authority_id AND a.statement = e.statement
), book AS (
    SELECT o.paying_account_id, o.booking, sum(a.bank_fen) AS fen
    FROM ours o JOIN payouts_answer a ON a.id = o.answer_id AND a.paying_account_id = o.paying_account_id
    GROUP BY o.paying_account_id, o.booking
)
SELECT coalesce('statement ' || nullif(concat_ws(' ', nullif(s.bank_reference, ''), nullif(s.end_to_end_id, '')), ''),
                'entry ' || coalesce(m.entry, s.entry)) AS subject,
       format('the bank booked %s fen, the bank account moved by %s fen', coalesce(s.fen, 0), coalesce(m.fen, 0))
           AS problem
FROM moved m FULL JOIN said s ON s.entry = m.entry
WHERE coalesce(m.fen, 0) <> coalesce(s.fen, 0)
UNION ALL
SELECT format('account %s on %s, booking %s', p.account_number, b.booked_on, b.booking),
       format('the bank lists %s fen, the bank account moved by %s fen', b.fen, coalesce(k.fen, 0))
FROM bank b JOIN ledger_payingaccount p ON p.id = b.paying_account_id
LEFT JOIN book k ON k.paying_account_id = b.paying_account_id AND k.booking = b.booking
WHERE b.fen <> coalesce(k.fen, 0)
UNION ALL
SELECT format('statement %s of account %s', min(s.name), p.account_number),
       format('its pages move %s fen, its entries %s fen', sum(s.moved_fen), coalesce(sum(e.fen), 0))
FROM payouts_bankstatement s JOIN ledger_payingaccount p ON p.id = s.paying_account_id
LEFT JOIN (
    SELECT bank_statement_id, sum(moved_fen) AS fen FROM payouts_statemententry GROUP BY bank_statement_id
) e ON e.bank_statement_id = s.id
GROUP BY s.paying_account_id, s.name, s.file_id, p.account_number
HAVING sum(s.moved_fen) <> coalesce(sum(e.fen), 0)
UNION ALL
SELECT 'suspense ' || c.kind, format('the books hold %s fen, its open items %s fen', abs(c.balance), coalesce(i.fen, 0))
FROM (
    SELECT authority_id, currency, kind, sum(balance) AS balance FROM ledger_cashaccount
    WHERE kind IN ('suspense_in', 'suspense_out') GROUP BY authority_id, currency, kind
) c
LEFT JOIN (
    SELECT i.authority_id, p.currency, CASE WHEN i.is_credit THEN 'suspense_in' ELSE 'suspense_out' END AS kind,
           sum(i.left_fen) AS fen
    FROM payouts_suspenseitem i JOIN ledger_payingaccount p ON p.id = i.paying_account_id GROUP BY 1, 2, 3
) i ON (i.authority_id, i.currency, i.kind) = (c.authority_id, c.currency, c.kind)
WHERE abs(c.balance) <> coalesce(i.fen, 0);
COMMENT ON VIEW invariant_i08 IS
    'I8: the bank accounts moved by what each booked entry of the statements read says, and suspense is what is open';
"""

I10 = CORRECTED.I10.replace(
    "'payouts_answer', ", "'payouts_answer', 'payouts_bankstatement', 'payouts_statemententry',\n                      "
)


def replaced(new: str, old: str) -> migrations.RunSQL:
    def again(sql: str) -> str:
        return sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")

    return migrations.RunSQL(again(new), again(old))


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0005_titles_without_money"),
        ("payouts", "0005_statements_append_only"),
    ]

    operations = [
        replaced(I06, FIRST.I06),
        replaced(I07, FIRST.I07),
        replaced(I08, FIRST.I08),
        replaced(I10, CORRECTED.I10),
    ]
