"""I9 knows of awards that lapsed because no account was confirmed in time: nothing of them is planned, all of it at once."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

OLD = import_module("subsidy.reporting.migrations.0003_rated_parts")

I09 = OLD.I09.replace(
    "AND NOT coalesce(n.rated, false));",
    "AND NOT coalesce(n.rated, false)\n       AND NOT (c.state = 'lapsed' AND coalesce(n.fen, 0) = 0));",
)


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_rated_parts"),
    ]

    operations = [migrations.RunSQL(I09, OLD.I09)]
