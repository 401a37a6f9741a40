"""Personal values are erased by two people under a named rule; chain, log, file and verifier still hold."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.log.verify import verify_log
from subsidy.audit.models import Event, EventPrivate
from subsidy.audit.offline.bundle import VERIFIER
from subsidy.audit.offline.check import check_file
from subsidy.audit.verify import verify_record
from subsidy.cases.models import Case
from subsidy.decisions.models import Proposal
from tests.world import World, days_later, fresh
from workflows.common.refusals import DutiesClash, Forbidden, NotFound, WrongState
from workflows.log.exporting import export_case

WORDS = "联系人王小明，电话13900001111"


@pytest.fixture
def ended(world: World) -> Case:
    case = world.submitted(world.call())
    world.act("case", case, "write_to_bureau", world.filer(case.company), data={"text": WORDS})
    world.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    return fresh(case)


def proposed(world: World, case: Case, rule: str = "unneeded", who: str = "supervision") -> int:
    data = {"case": case.pk, "rule": rule, "reason": "当事人依法要求删除"}
    pk: int = world.open("proposal", "propose_erasure", who, data)
    return pk


def beside(case: Case) -> Any:
    return EventPrivate.objects.filter(event__stream="case", event__stream_id=case.pk)


def test_two_people_erase_and_a_tombstone_names_what_and_why(
    world: World, ended: Case, settings: Any, tmp_path: Any
) -> None:
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    before = set(beside(ended).values_list("event__seq", flat=True))
    assert before and any(WORDS in values for values in beside(ended).values_list("values", flat=True))
    hashes = list(Event.objects.filter(stream="case", stream_id=ended.pk).values_list("hash", flat=True))
    checkpoint_make(now=world.now, by="test")
    pk = proposed(world, ended)
    assert beside(ended).filter(event__seq__in=before).count() == len(before)  # nothing happens by one person alone
    world.act("proposal", _proposal(pk), "approve", "leader")
    assert not any(WORDS in values for values in EventPrivate.objects.values_list("values", flat=True))
    assert not beside(ended).filter(event__seq__in=before).exists()
    stone = Event.objects.get(stream="case", stream_id=ended.pk, action="erase_personal_values")
    data = json.loads(stone.body)["data"]
    assert set(data["erased"]) == before and data["rule"] == "unneeded" and data["proposal"]
    assert WORDS not in stone.body
    # Every event that was signed before stands unchanged, and chain and log verify.
    assert (
        list(Event.objects.filter(stream="case", stream_id=ended.pk, seq__lt=stone.seq).values_list("hash", flat=True))
        == hashes
    )
    assert verify_record("case", ended.pk) == []
    checkpoint_make(now=world.now, by="test")
    assert list(verify_log()) == []


def _proposal(pk: int) -> Any:
    return Proposal.objects.get(pk=pk)


def test_the_file_of_the_case_and_its_verifier_hold_after_erasure(
    world: World, ended: Case, settings: Any, tmp_path: Path
) -> None:
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    world.act("proposal", _proposal(proposed(world, ended)), "approve", "leader")
    path = tmp_path / "case.zip"
    path.write_bytes(export_case(ended.pk, asked_by=world.people["auditor"], now=world.now, key=world.key()))
    verdict = check_file(path)
    assert verdict.holds, [str(line) for line in verdict.lines]
    program = tmp_path / "verify.pyz"
    with zipfile.ZipFile(path) as archive:
        program.write_bytes(archive.read(VERIFIER))
    command = [sys.executable, "-I", "-S", str(program), str(path)]
    assert subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0
    assert WORDS.encode() not in path.read_bytes()


def test_who_proposes_does_not_approve_and_others_do_neither(world: World, ended: Case) -> None:
    for who in ("acceptance", "leader"):
        with pytest.raises(Forbidden):
            proposed(world, ended, who=who)
    with pytest.raises((Forbidden, DutiesClash)):
        world.act("proposal", _proposal(proposed(world, ended)), "approve", "supervision")
    assert beside(ended).exists()


def test_too_early_is_refused_with_the_day(world: World, ended: Case, settings: Any) -> None:
    with pytest.raises(WrongState, match="2024-03-04"):
        proposed(world, ended, "retention")
    settings.RECORD_RETENTION_YEARS = 1
    world.now = days_later(world.now, 400)
    assert proposed(world, ended, "retention")


def test_a_case_under_way_and_a_foreign_one_are_refused(world: World, ended: Case) -> None:
    with pytest.raises(WrongState):
        proposed(world, world.submitted(world.call()))
    other = World(code="yh")
    with pytest.raises(NotFound):
        proposed(other, ended)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_eventprivate",
        "UPDATE audit_eventprivate SET values = '{}'",
        "TRUNCATE audit_eventprivate",
    ],
)
def test_there_is_no_other_way_to_take_values_away(world: World, ended: Case, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_values_that_went_without_a_tombstone_are_found(world: World, ended: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM subsidy_erase_private('case', %s)", [ended.pk])
    found = verify_record("case", ended.pk)
    assert found and {one.code for one in found} == {"private_missing"}
    # The function leaves no door open behind it.
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_eventprivate")
