"""I9 knows of papers after payment: what was paid beyond the new total is what the last paper says is to be paid back."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

OFFSETS = import_module("subsidy.reporting.migrations.0008_offsets")

I09 = (
    OFFSETS.I09.replace("AS finding_id\n", "AS finding_id,\n           coalesce(c.back_fen, 0) AS back_fen\n")
    .replace("SELECT after_fen, finding_id FROM", "SELECT after_fen, finding_id, back_fen FROM")
    .replace("coalesce(p.fen, 0) > a.fen OR", "coalesce(p.fen, 0) > a.fen + a.back_fen OR")
    .replace("coalesce(n.fen, 0) > a.fen\n", "coalesce(n.fen, 0) > a.fen + a.back_fen\n")
    .replace("(coalesce(n.fen, 0) < a.fen AND", "(coalesce(n.fen, 0) < a.fen + a.back_fen AND")
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0009_archive_packages"),
        ("decisions", "0012_corrected_after_payment"),
    ]

    operations = [migrations.RunSQL(I09, OFFSETS.I09)]
