from __future__ import annotations

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

CREATE_CACHE = """
CREATE UNLOGGED TABLE cache_entries (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX cache_entries_expires ON cache_entries (expires);
"""


class Migration(migrations.Migration):
    """What the tables of all rooms stand on: extensions, and the table of Django's database cache."""

    initial = True
    dependencies = []
    # Rooms above depend on accounts, and so come later too.
    run_before = [("audit", "0001_initial"), ("accounts", "0001_initial")]
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(CREATE_CACHE, "DROP TABLE cache_entries"),
    ]
