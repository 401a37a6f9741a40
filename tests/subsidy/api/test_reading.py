"""What a program reads: the matters of its person, page by page, and nothing of anybody else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.api import catalogue
from subsidy.api.offers import every_act
from subsidy.api.resources import resources
from subsidy.audit.models import Event
from subsidy.cases.papers import VISIT_PHOTOGRAPH
from subsidy.documents.selectors import files_of
from subsidy.documents.services import file_store
from tests.subsidy.api.conftest import AsProgram
from tests.subsidy.api.test_tokens import problem
from tests.world import World, fresh, pdf

PUBLIC = ("calls", "policy-versions", "notices")


def statements(make: Any) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        assert make().status_code == 200
    return [one["sql"] for one in found]


def test_reading_costs_few_statements(world: World, as_program: AsProgram) -> None:
    call = world.call()
    one, more = world.ready(call), world.submitted(call)
    program = as_program("acceptance")
    program.get("cases/")
    read = statements(lambda: program.get(f"cases/{one.number}/"))
    assert len(read) <= 8 + 4, "\n".join(read)  # four of the event of reading: two, and its own savepoint
    listed = statements(lambda: program.get("cases/"))
    assert len(listed) <= 6 + 4, "\n".join(listed)
    assert more.number in program.get("cases/").text


def test_what_a_program_reads_is_told_as_what_a_page_shows(world: World, as_program: AsProgram) -> None:
    case = world.submitted(world.call())
    program = as_program("acceptance")
    for address in (
        "cases/?state=nowhere",
        "calls/",
        f"cases/{case.number}/acts/",
        "cases/?sort=oldest",
        f"cases/{case.number}/",
    ):
        program.get(address)
    events = Event.objects.filter(stream="reader", stream_id=world.people["acceptance"].pk).order_by("seq")
    bodies = [json.loads(one.body) for one in events]
    assert [(one["action"], one["surface"], one["data"]) for one in bodies] == [
        ("export_list", "api", {"page": "api:list:cases", "query": "sort=oldest"}),
        (
            "read_page",
            "api",
            {"page": "api:one:cases", "kind": "case", "subject": case.pk, "company": case.company_id},
        ),
    ]
    assert all(one["request"] for one in bodies), "the id that the answer carries"
    own = as_program(world.filer(case.company))
    before = Event.objects.count()
    assert own.get(f"cases/{case.number}/").status_code == 200 and Event.objects.count() == before


def test_a_list_is_paged_filtered_and_refuses_what_it_does_not_know(world: World, as_program: AsProgram) -> None:
    call = world.call()
    numbers = [world.submitted(call).number for _ in range(3)]
    program = as_program("acceptance")
    shown = program.get("cases/?sort=oldest").json()
    assert [row["key"] for row in shown["items"]] == numbers and shown["next"] is None
    assert program.get("cases/?state=withdrawn").json()["items"] == []
    assert problem(program.get("cases/?state=nowhere"), 400, "request")["errors"][0]["field"] == "state"
    assert problem(program.get("cases/?stat=draft"), 400, "request")["errors"][0]["field"] == "stat"


def test_pages_follow_each_other(world: World, as_program: AsProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "CASES_OF_BUREAU", replace(catalogue.CASES_OF_BUREAU, page_size=2))
    call = world.call()
    numbers = [world.submitted(call).number for _ in range(3)]
    program = as_program("acceptance")
    first = program.get("cases/?sort=oldest").json()
    path = first["next"].partition("/api/v1/")[2]
    second = program.get(path).json()
    assert [row["key"] for row in (*first["items"], *second["items"])] == numbers
    assert second["previous"] is not None and second["next"] is None


def test_a_company_learns_of_a_decision_when_it_is_made_known(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    filer, officer = as_program(world.filer(case.company)), as_program("amount")
    assert "computed_fen" not in filer.get(f"cases/{case.number}/").json()
    assert filer.get(f"cases/{case.number}/").json()["decision"] is None
    assert officer.get(f"cases/{case.number}/").json()["decision"]["outcome"] == "met"
    world.decreed(call)
    told = filer.get(f"cases/{case.number}/").json()
    assert told["decision"]["outcome"] == "met" and told["amount_fen"] > 0
    assert filer.get("companies/").json()["items"][0]["uscc"] == case.company.uscc


def test_every_kind_is_read_by_an_auditor_and_foreign_matters_do_not_exist(
    world: World, as_program: AsProgram
) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.batch([world.accounted(case)])
    auditor = as_program("auditor")
    other = World(code="yh")
    foreign = as_program(other.people["auditor"])
    seen = set()
    for name, resource in resources().items():
        listed = auditor.get(f"{name}/")
        assert listed.status_code == 200, (name, listed.content)
        for row in listed.json()["items"]:
            seen.add(name)
            answer = auditor.get(f"{name}/{row['key']}/")
            assert answer.status_code == 200, (name, answer.content)
            unchanged = auditor.get(f"{name}/{row['key']}/", if_none_match=answer["ETag"])
            assert unchanged.status_code == 304 and not unchanged.content
            if resource.acts:
                assert answer["ETag"] == f'"{row["version"]}"'
                assert auditor.get(f"{name}/{row['key']}/acts/").status_code == 200
            else:
                problem(auditor.get(f"{name}/{row['key']}/acts/"), 404, "not_found")
            if name not in PUBLIC:
                for path in (f"{name}/{row['key']}/", f"{name}/{row['key']}/acts/"):
                    problem(foreign.get(path), 404, "not_found")
                for reading in resource.readings:
                    problem(foreign.get(f"{name}/{row['key']}/readings/{reading.name}/"), 404, "not_found")
                for act in every_act(resource.kind) if resource.acts else ():
                    path = f"{name}/{row['key']}/acts/{act}/"
                    problem(foreign.post(path, {}, version=row["version"]), 404, "not_found")
    assert seen >= {"cases", "rounds", "batches", "budget-lines", "companies", *PUBLIC, "awards", "instalments"}


def test_experts_and_administrators_read_no_case(world: World, as_program: AsProgram) -> None:
    case = world.accepted()
    for who in (world.experts(case)[0], world.person("u-admin", None)):
        problem(as_program(who).get("cases/"), 403, "permission")


def test_an_award_comes_with_its_reasons_and_its_case_with_proofs(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    filer, officer = as_program(world.filer(case.company)), as_program("amount")
    (listed,) = filer.get(f"awards/?case__number={case.number}").json()["items"]
    award = filer.get(f"awards/{listed['key']}/").json()
    assert award["reasons"]["decision"]["outcome"] == "met"
    assert sum(one["amount_fen"] for one in award["instalments"]) == award["amount_fen"] > 0
    proof = officer.get(f"cases/{case.number}/readings/proof/").json()
    assert proof["events"][-1]["hash"] == bytes(fresh(case).head_hash).hex() and proof["events"][0]["action"]
    told = filer.get(f"cases/{case.number}/readings/proof/").json()["events"]
    assert [one["hash"] for one in told] == [one["hash"] for one in proof["events"]] and "action" not in told[0]
    problem(filer.get("answers/"), 403, "permission")
    problem(filer.post("awards/", {}), 405, "method")


def test_a_company_is_told_of_the_papers_that_it_filed_and_of_no_other(world: World, as_program: AsProgram) -> None:
    case = world.submitted(world.call())
    photograph: dict[str, Any] = {"owner_kind": "case", "owner_id": case.pk, "slot": VISIT_PHOTOGRAPH}
    by: dict[str, Any] = {"authority_id": case.authority_id, "actor": world.people["acceptance"], "now": world.now}
    file_store(pdf("visit.pdf"), **photograph, **by)
    filed = {one.slot for one in files_of("case", case.pk)} - {VISIT_PHOTOGRAPH}
    assert filed
    for who, slots in ((world.filer(case.company), filed), ("acceptance", filed | {VISIT_PHOTOGRAPH})):
        shown = as_program(who).get(f"cases/{case.number}/").json()["files"]
        assert {one["slot"] for one in shown} == slots
