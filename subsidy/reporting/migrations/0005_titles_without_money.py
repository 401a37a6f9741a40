"""I9 knows of awards that confer a title and no money: the policy computes no amount, and nothing may be decreed or paid."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.reporting.migrations.0004_lapsed_awards")

I09 = OLD.I09.replace("f.amount_fen IS NULL OR a.fen > f.amount_fen", "a.fen > coalesce(f.amount_fen, 0)")


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0004_lapsed_awards"),
    ]

    operations = [migrations.RunSQL(I09, OLD.I09)]
