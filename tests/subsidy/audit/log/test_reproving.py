"""What was pinned decides again alike; facts, decisions or awards that were exchanged do not."""

from __future__ import annotations

import pytest
from django.db import connection

from subsidy.decisions.models import Finding
from subsidy.reporting.reproving import Reproved, differences
from tests.world import World
from workflows.log.jobs import DecidedOtherwise, reprove_decisions_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted() -> World:
    world = World()
    call = world.call()
    world.ready(call)
    world.decreed(call)
    return world


def exchanged(table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def codes() -> list[str]:
    return [one.code for one in differences()]


def test_each_exchange_is_found_and_rings(granted: World) -> None:
    """Each with its seal made anew, as whoever owns the database can."""
    read = Reproved()
    assert list(differences(read)) == []
    assert (read.findings, read.awards) == (1, 1)
    reprove_decisions_job(timestamp=0)
    finding = Finding.objects.get()
    exchanged(
        "decisions_finding",
        "UPDATE decisions_finding SET facts_text = replace(facts_text, '12000000000', '12000000001')",
    )
    assert codes() == ["text"]  # the amount is the same, the reasons show another figure
    exchanged(
        "decisions_finding",
        f"UPDATE decisions_finding SET facts_text = $${finding.facts_text}$$, amount_fen = amount_fen + 1",
    )
    assert codes() == ["outcome"]
    exchanged("decisions_finding", "UPDATE decisions_finding SET amount_fen = amount_fen - 1, facts_text = '[]'")
    assert codes() == ["facts"]
    exchanged("decisions_finding", f"UPDATE decisions_finding SET facts_text = $${finding.facts_text}$$")
    exchanged("decisions_award", "UPDATE decisions_award SET amount_fen = amount_fen + 1")
    assert codes() == ["more"]
    exchanged(
        "programmes_policyversion",
        "UPDATE programmes_policyversion SET policy_text = policy_text || E'\\n# x\\ncode: y\\n'",
    )
    assert codes() == ["rules"]
    with pytest.raises(DecidedOtherwise, match="audit reprove"):
        reprove_decisions_job(timestamp=0)
