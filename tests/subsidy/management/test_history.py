"""A database that another version of the program made is refused in words, before anything of it is touched."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from subsidy.management.history import unknown_migrations


@pytest.mark.fresh_db
def test_a_database_of_another_version_is_refused_untouched() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("ledger", "0009_entered_by_hand")
    [last] = MigrationLoader(connection).graph.leaf_nodes("reporting")
    recorder.record_unapplied(*last)
    with pytest.raises(CommandError) as refused:
        call_command("migrate", verbosity=0, interactive=False)
    told = str(refused.value)
    assert "ledger.0009_entered_by_hand" in told
    assert "删除数据目录" in told and "delete the data folder" in told
    assert last not in recorder.applied_migrations(), "nothing was migrated"


@pytest.mark.django_db
def test_our_own_history_fits_and_that_of_others_is_not_ours_to_judge() -> None:
    assert unknown_migrations("default") == []
    MigrationRecorder(connection).record_applied("viewflow", "0099_from_elsewhere")
    MigrationRecorder(connection).record_applied("a_room_that_was_taken_out", "0001_initial")
    assert unknown_migrations("default") == []
