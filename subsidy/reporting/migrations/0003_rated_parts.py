"""I9 knows of parts that were rated below their best: what they fell short of is planned no more, and never grows."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.reporting.migrations.0002_corrected_awards")

I09 = OLD.I09.replace(
    "SELECT award_id, sum(amount_fen) AS fen FROM decisions_instalment WHERE state <> 'fallen' GROUP BY award_id",
    "SELECT award_id, coalesce(sum(amount_fen) FILTER (WHERE state <> 'fallen'), 0) AS fen,\n"
    "           bool_or(rating <> '') AS rated\n"
    "    FROM decisions_instalment GROUP BY award_id",
).replace(
    "coalesce(n.fen, 0) <> a.fen;",
    "coalesce(n.fen, 0) > a.fen\n   OR (coalesce(n.fen, 0) < a.fen AND NOT coalesce(n.rated, false));",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_corrected_awards"),
        ("decisions", "0005_offer_runs"),
    ]

    operations = [migrations.RunSQL(I09, OLD.I09)]
