"""What a program does: through the door, once a key, on the version that it read."""

from __future__ import annotations

from typing import Any

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from tests.harness.second_factor import code_now
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.test_tokens import problem
from tests.world import ANSWERS, World, fresh, pack, pdf


def acts_of(program: Program, path: str) -> dict[str, Any]:
    return {act["name"]: act for act in program.get(f"{path}acts/").json()["items"]}


def test_a_company_files_an_application(world: World, as_program: AsProgram) -> None:
    call, company = world.call(), world.company()
    program = as_program(world.filer(company))
    opened = program.post("cases/", {"call": call.pk, "company": company.pk}, key="open-0001")
    assert opened.status_code == 201, opened.content
    again = program.post("cases/", {"call": call.pk, "company": company.pk}, key="open-0001")
    assert again.json() == opened.json() and again["Idempotency-Replayed"] == "true"
    path = f"cases/{opened.json()['key']}/"
    offered = acts_of(program, path)
    assert offered["submit"]["data"]["required"] == ["declaration"]
    answers = {name: value for name, value in ANSWERS.items() if name in offered["save_answers"]["data"]["properties"]}
    saved = program.post(f"{path}acts/save_answers/", answers)
    assert saved.status_code == 200, saved.content
    case = Case.objects.get(number=opened.json()["key"])
    for document in pack(case).documents:
        if document.required:
            attached = program.post(f"{path}acts/attach/", {"slot": document.id, "file": pdf(f"{document.id}.pdf")})
            assert attached.status_code == 200, attached.content
    submitted = program.post(f"{path}acts/submit/", {"declaration": True}, version=fresh(case).head_seq)
    assert submitted.status_code == 200, submitted.content
    assert program.get(path).json()["state"] == fresh(case).state == CaseState.AWAITING_ACCEPTANCE


def test_an_act_is_done_once_a_key(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    program, path = as_program("acceptance"), f"cases/{case.number}/"
    assert {"accept", "return_for_correction", "refuse"} <= set(acts_of(program, path))
    done = program.post(f"{path}acts/refuse/", {"reason": "不符"}, key="refuse-1", version=case.head_seq)
    assert done.status_code == 200, done.content
    again = program.post(f"{path}acts/refuse/", {"reason": "不符"}, key="refuse-1", version=case.head_seq)
    assert again.json() == done.json() and again["Idempotency-Replayed"] == "true"
    other = program.post(f"{path}acts/refuse/", {"reason": "另一个"}, key="refuse-1", version=case.head_seq)
    problem(other, 409, "key")
    problem(program.post(f"{path}acts/refuse/", {"reason": "不符"}, version=fresh(case).head_seq), 409, "state")


def test_a_write_needs_its_key_and_the_version_that_was_read(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    program, path = as_program("acceptance"), f"cases/{case.number}/acts/accept/"
    problem(program.post(path), 428, "if_match")
    problem(program.post(path, version=case.head_seq, key="short"), 400, "idempotency_key")
    problem(program.post(path, version=case.head_seq - 1), 412, "version")
    assert fresh(case).head_seq == case.head_seq


def test_what_an_act_does_not_take_is_refused_not_left_out(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    program, path = as_program("acceptance"), f"cases/{case.number}/acts/refuse/"
    for extra in ({"state": "paid"}, {"amount_fen": 1}, {"authority": 1}):
        body = problem(program.post(path, {"reason": "不符", **extra}, version=case.head_seq), 422, "data")
        assert body["errors"] == [{"field": next(iter(extra)), "messages": ["unknown"]}]
    wrongs: list[Any] = [[], "text", {"reason": {"a": 1}}, {"reason": "a\x00b"}, {"reason": 1.5}]
    for wrong in wrongs:
        problem(program.post(path, wrong, version=case.head_seq), 400, "request")
    empty = problem(program.post(path, {}, version=case.head_seq), 422, "data")
    assert empty["errors"][0]["field"] == "reason"
    assert fresh(case).head_seq == case.head_seq


def test_the_door_judges_a_program_as_it_judges_its_person(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    path = f"cases/{case.number}/acts/"
    problem(as_program("leader").post(f"{path}accept/", version=case.head_seq), 403, "permission")
    other = World(code="yh")
    problem(as_program(other.people["acceptance"]).post(f"{path}accept/", version=case.head_seq), 404, "not_found")
    stranger = as_program(world.filer(world.company()))
    problem(stranger.post(f"{path}withdraw/", version=case.head_seq), 404, "not_found")
    # What only the program itself does has no address.
    problem(as_program("acceptance").post(f"{path}draw/", version=case.head_seq), 404, "not_found")
    assert fresh(case).head_seq == case.head_seq


def test_an_act_that_asks_for_a_second_factor_takes_a_one_time_code(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    batch = world.batch([world.accounted(case)])
    world.act("batch", batch, "check", "finance2")
    program, path, seen = as_program("finance3"), f"batches/{batch.number}/acts/release/", fresh(batch).head_seq
    problem(program.post(path, version=seen), 403, "step_up")
    wrong = f"{(int(code_now()) + 500_000) % 1_000_000:06d}"
    assert "code" in problem(program.post(path, version=seen, x_one_time_code=wrong), 403, "step_up")["detail"]
    assert fresh(batch).head_seq == seen
    code = code_now()
    # A code goes with the act that asks for one; another leaves it unused.
    problem(
        program.post(f"batches/{batch.number}/acts/export/", version=seen, x_one_time_code=code), 403, "permission"
    )
    done = program.post(path, version=seen, key="release-1", x_one_time_code=code)
    assert done.status_code == 200, done.content
    # The code is used up, and yet the same request is answered again.
    again = program.post(path, version=seen, key="release-1", x_one_time_code=code)
    assert again.json() == done.json() and again["Idempotency-Replayed"] == "true"


def test_a_bulk_act_answers_row_by_row(world: World, as_program: AsProgram) -> None:
    call = world.call()
    one, two, stale = (world.submitted(call) for _ in range(3))
    foreign = World(code="yh").submitted()
    rows = [
        {"key": one.number},
        {"key": "XH-NONE"},
        {"key": foreign.number},
        {"key": two.number, "version": two.head_seq},
    ]
    rows.append({"key": stale.number, "version": stale.head_seq - 1})
    program = as_program("acceptance")
    sent = {"rows": rows, "data": {}}
    answer = program.post("cases/bulk/accept/", sent, key="bulk-0001")
    assert answer.status_code == 200, answer.content
    found = {row["key"]: row["problem"]["code"] if "problem" in row else "done" for row in answer.json()["rows"]}
    assert found == {
        one.number: "done",
        "XH-NONE": "not_found",
        foreign.number: "not_found",
        two.number: "done",
        stale.number: "version",
    }
    assert answer.json()["done"] == 2 and fresh(stale).head_seq == stale.head_seq
    again = program.post("cases/bulk/accept/", sent, key="bulk-0001").json()
    assert [row.get("version") for row in again["rows"]] == [row.get("version") for row in answer.json()["rows"]]
    problem(program.post("cases/bulk/accept/", {"rows": []}), 400, "request")
    problem(program.post("cases/bulk/accept/", {"rows": [{"key": 1}]}), 400, "request")
    problem(program.post("cases/bulk/nothing/", {"rows": [{"key": one.number}]}), 404, "not_found")


def test_ten_thousand_rows_with_bad_ones_are_answered(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    rows = [{"key": f"XH-NONE-{number}"} for number in range(9_999)] + [{"key": case.number}]
    program = as_program("acceptance")
    answer = program.post("cases/bulk/refuse/", {"rows": rows, "data": {"reason": "不符"}}).json()
    assert answer["done"] == 1 and len(answer["rows"]) == 10_000
    problem(program.post("cases/bulk/refuse/", {"rows": [*rows, {"key": "XH-MORE"}]}), 400, "request")
    # An act that reads much of each row takes fewer at once, and says how many.
    too_many = problem(program.post("cases/bulk/accept/", {"rows": rows}), 400, "request")
    assert any(character.isdigit() for character in too_many["detail"])
