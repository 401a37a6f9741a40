"""I9 and I10 know of corrigenda, revocations, notes to notices and minutes: what holds is what was said last."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.reporting.migrations.0001_invariants")

I09 = """
CREATE OR REPLACE VIEW invariant_i09 AS
WITH paid AS (
    SELECT i.award_id, sum(l.amount_fen) AS fen
    FROM payouts_batchline l JOIN decisions_instalment i ON i.id = l.instalment_id
    WHERE l.state = 'settled' GROUP BY i.award_id
), planned AS (
    SELECT award_id, sum(amount_fen) AS fen FROM decisions_instalment WHERE state <> 'fallen' GROUP BY award_id
), said AS (
    SELECT a.id, a.case_id, coalesce(c.after_fen, a.amount_fen) AS fen, coalesce(c.finding_id, a.finding_id) AS finding_id
    FROM decisions_award a
    LEFT JOIN LATERAL (
        SELECT after_fen, finding_id FROM decisions_awardchange WHERE award_id = a.id ORDER BY id DESC LIMIT 1
    ) c ON true
)
SELECT 'case ' || c.number AS subject,
       format('decreed %s fen, in the case %s fen, computed %s fen, planned %s fen, paid %s fen', a.fen,
              c.amount_fen, f.amount_fen, coalesce(n.fen, 0), coalesce(p.fen, 0)) AS problem
FROM said a
JOIN cases_case c ON c.id = a.case_id
JOIN decisions_finding f ON f.id = a.finding_id
LEFT JOIN paid p ON p.award_id = a.id
LEFT JOIN planned n ON n.award_id = a.id
WHERE coalesce(p.fen, 0) > a.fen OR a.fen <> coalesce(c.amount_fen, 0)
   OR f.amount_fen IS NULL OR a.fen > f.amount_fen OR coalesce(n.fen, 0) <> a.fen;
"""

I10 = OLD.I10.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    "'decisions_award', 'work_hand'",
    "'decisions_award',\n                      'decisions_awardchange', 'decisions_meeting', 'decisions_noticeentry', 'work_hand'",
)


def restored(text: str) -> str:
    return text.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_invariants"),
        ("decisions", "0004_rounds_to_the_end"),
    ]

    operations = [
        migrations.RunSQL(I09, restored(OLD.I09)),
        migrations.RunSQL(I10, restored(OLD.I10)),
    ]
