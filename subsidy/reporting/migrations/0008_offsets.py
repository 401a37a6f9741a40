"""I6, I7 and I9 know of what is set off: it stands in no file, is settled beside what is sent, and stays when that returns."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

TITLES = import_module("subsidy.reporting.migrations.0005_titles_without_money")
BY_DAY = import_module("subsidy.reporting.migrations.0006_bank_by_day")

# Named, not starred: a view that is put back must not hold on to the columns that go with the offsets.
I06_BEFORE = BY_DAY.I06.replace("SELECT b.*,", "SELECT b.id, b.number, b.state, b.line_count, b.total_fen,")

I06 = (
    I06_BEFORE.replace("b.total_fen,", "b.total_fen, b.offset_fen,", 1)
    .replace(
        "SELECT batch_id, count(*) AS lines, sum(amount_fen) AS fen FROM payouts_batchline GROUP BY batch_id",
        "SELECT batch_id, count(*) FILTER (WHERE amount_fen > offset_fen) AS lines, sum(amount_fen - offset_fen) AS fen,\n"
        "           sum(offset_fen) AS offset_fen\n"
        "    FROM payouts_batchline GROUP BY batch_id",
    )
    .replace(
        "), batch AS (",
        """), kept AS (
    SELECT t.subject_id AS batch_id, sum(l.amount) FILTER (WHERE t.kind = 'offset') AS partly_fen,
           sum(l.amount) AS fen
    FROM ledger_transaction t
    JOIN ledger_leg l ON l.transaction_id = t.id
    JOIN ledger_cashaccount c ON c.id = l.cash_account_id AND c.kind IN ('offset', 'expense')
    WHERE t.kind IN ('offset', 'offset_whole') AND t.subject_kind = 'batch'
    GROUP BY t.subject_id
), batch AS (""",
    )
    .replace(
        "coalesce(r.fen, 0) AS released_fen\n",
        "coalesce(r.fen, 0) - coalesce(k.partly_fen, 0) AS released_fen,\n"
        "           coalesce(f.offset_fen, 0) AS lines_offset_fen, coalesce(k.fen, 0) AS kept_fen\n",
    )
    .replace("ON r.batch_id = b.id\n)", "ON r.batch_id = b.id\n    LEFT JOIN kept k ON k.batch_id = b.id\n)")
    .replace(
        "SELECT 'file ' || e.name,",
        """SELECT 'batch ' || b.number, format('is %s: sets off %s fen, by its lines %s fen, in the books %s fen', b.state,
                                    b.offset_fen, b.lines_offset_fen, b.kept_fen)
FROM batch b
WHERE b.offset_fen <> b.lines_offset_fen OR b.kept_fen <> CASE WHEN b.is_out THEN b.offset_fen ELSE 0 END
UNION ALL
SELECT 'payment ' || l.end_to_end_id, format('sets off %s fen, against recoveries %s fen', l.offset_fen,
                                             coalesce(sum(o.amount_fen), 0))
FROM payouts_batchline l LEFT JOIN payouts_lineoffset o ON o.batch_line_id = l.id
GROUP BY l.id, l.end_to_end_id, l.offset_fen HAVING l.offset_fen <> coalesce(sum(o.amount_fen), 0)
UNION ALL
SELECT 'file ' || e.name,""",
    )
)

I07 = (
    BY_DAY.I07.replace(
        "), line AS (",
        """), kept AS (
    SELECT t.subject_id AS batch_id, t.memo AS end_to_end_id, sum(l.amount) AS fen
    FROM ledger_transaction t
    JOIN ledger_leg l ON l.transaction_id = t.id
    JOIN ledger_cashaccount c ON c.id = l.cash_account_id AND c.kind = 'expense'
    WHERE t.subject_kind = 'batch' AND t.kind IN ('settle_offset', 'offset_whole')
    GROUP BY t.subject_id, t.memo
), line AS (""",
    )
    .replace(
        "SELECT l.end_to_end_id, l.amount_fen, l.state,",
        "SELECT l.end_to_end_id, l.amount_fen - l.offset_fen AS amount_fen, l.offset_fen, coalesce(k.fen, 0) AS kept_fen,\n"
        "           l.state,",
    )
    .replace(
        "AND b.end_to_end_id = l.end_to_end_id\n)",
        "AND b.end_to_end_id = l.end_to_end_id\n"
        "    LEFT JOIN kept k ON k.batch_id = l.batch_id AND k.end_to_end_id = l.end_to_end_id\n)",
    )
    .replace(
        "FROM line WHERE returned_fen <>",
        """FROM line WHERE kept_fen <> CASE WHEN state IN ('settled', 'returned') THEN offset_fen ELSE 0 END
UNION ALL
SELECT 'payment ' || end_to_end_id, format('%s, returned %s fen of %s fen settled', state, returned_fen, settled_fen)
FROM line WHERE returned_fen <>""",
    )
    .replace(
        "SELECT 'payment ' || end_to_end_id, format('%s, returned %s fen of %s fen settled', state, returned_fen, settled_fen)\n"
        "FROM line WHERE kept_fen",
        "SELECT 'payment ' || end_to_end_id, format('%s, set off %s fen, in the books %s fen', state, offset_fen, kept_fen)\n"
        "FROM line WHERE kept_fen",
    )
)

I09 = TITLES.I09.replace(
    "SELECT i.award_id, sum(l.amount_fen) AS fen",
    "SELECT i.award_id, sum(CASE WHEN l.state = 'settled' THEN l.amount_fen ELSE l.offset_fen END) AS fen",
).replace("WHERE l.state = 'settled' GROUP BY", "WHERE l.state IN ('settled', 'returned') GROUP BY")


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0007_sealed_account_numbers"),
        ("payouts", "0008_offsets_frozen"),
    ]

    operations = [
        BY_DAY.replaced(I06, I06_BEFORE),
        BY_DAY.replaced(I07, BY_DAY.I07),
        migrations.RunSQL(I09, TITLES.I09),
    ]
