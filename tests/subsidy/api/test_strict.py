"""Nothing that was sent is left out in silence: names twice, parameters twice or empty, places and orders that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.api.description import document
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.test_tokens import problem
from tests.world import World, fresh


def fields(answer: Any) -> set[str]:
    return {one["field"] for one in problem(answer, 400, "request")["errors"]}


def sent_as_text(program: Program, path: str, body: str, **headers: str) -> Any:
    given = {"authorization": f"Bearer {program.secret}", "idempotency-key": "strict-0001", **headers}
    return program.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=given)


def test_a_name_that_stands_twice_in_one_object_is_refused(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    program, path = as_program("acceptance"), f"cases/{case.number}/acts/refuse/"
    seen = {"if_match": f'"{case.head_seq}"'}
    bodies = {
        '{"reason": "不符", "reason": "另一个"}': "reason",
        '{"reason": "不符", "\\u0072eason": "另一个"}': "reason",
        '{"reason": "不符", "a": {"b": 1, "b": 1}}': "b",
        '{"reason": "不符", "x": 1, "x": 1}': "x",
    }
    for body, name in bodies.items():
        assert fields(sent_as_text(program, path, body, **{"if-match": seen["if_match"]})) == {name}, body
    for body in ('{"\\ud800": 1, "\\ud800": 2}', '{"a": 1, "a": "\\ud800"}'):
        problem(sent_as_text(program, path, body, **{"if-match": seen["if_match"]}), 400, "request")
    rows = f'{{"rows": [{{"key": "{case.number}", "key": "x"}}], "data": {{"reason": "不符"}}}}'
    assert fields(sent_as_text(program, "cases/bulk/refuse/", rows)) == {"key"}
    version = world.policy()
    facts = f"policy-versions/{version.pk}/readings/calculator/"
    assert fields(sent_as_text(program, facts, '{"facts": {"a": 1, "a": 2}}')) == {"a"}
    # The same name in two objects is no repetition.
    two = json.dumps({"rows": [{"key": "x"}, {"key": "y"}], "data": {"reason": "不符"}})
    assert sent_as_text(program, "cases/bulk/refuse/", two).status_code == 200
    assert fresh(case).head_seq == case.head_seq


@pytest.mark.parametrize(("language", "word"), [("en", "twice"), ("zh-hans", "两次")])
def test_the_refusal_of_a_repeated_name_is_told_in_both_languages(
    world: World, as_program: AsProgram, language: str, word: str
) -> None:
    answer = sent_as_text(as_program("acceptance"), "cases/", '{"a": 1, "a": 2}', **{"accept-language": language})
    assert word in answer.json()["detail"]


def test_a_row_and_a_file_come_once(world: World, as_program: AsProgram) -> None:
    case = fresh(world.filled(world.call()))
    officer, filer = as_program("acceptance"), as_program(world.filer(case.company))
    rows = [{"key": case.number, "version": 1}, {"key": case.number, "version": 2}]
    twice = problem(officer.post("cases/bulk/refuse/", {"rows": rows, "data": {"reason": "不符"}}), 422, "data")
    assert [one["field"] for one in twice["errors"]] == ["rows"]
    given = {"authorization": f"Bearer {filer.secret}", "idempotency-key": "strict-0002"}
    path = f"/api/v1/cases/{case.number}/acts/attach/"
    for others in ([SimpleUploadedFile("b.pdf", b"%PDF-1.4")], ["text"]):
        two = {"slot": "licence", "file": [SimpleUploadedFile("a.pdf", b"%PDF-1.4"), *others]}
        assert fields(filer.client.post(path, two, headers=given)) == {"file"}
    assert fresh(case).head_seq == case.head_seq


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sort=colour", "sort"),
        ("sort=", "sort"),
        ("sort=newest&sort=oldest", "sort"),
        ("after=AAAA", "after"),
        ("after=", "after"),
        ("before=WzFd0", "before"),
        ("before=W10", "before"),
        ("after=WzFd&before=WzFd", "before"),
        ("state=nowhere", "state"),
        ("state=", "state"),
        ("state=draft&state=refused", "state"),
        ("company=x", "company"),
        ("company=1.5", "company"),
        ("call__number=a%00b", "call__number"),
        ("page_size=5", "page_size"),
        ("limit=5", "limit"),
        ("page=2", "page"),
        ("q=x", "q"),
        ("export=csv", "export"),
    ],
)
def test_a_list_names_the_parameter_that_it_cannot_follow(
    world: World, as_program: AsProgram, query: str, name: str
) -> None:
    assert fields(as_program("acceptance").get(f"cases/?{query}")) == {name}


def test_every_filter_of_every_list_names_a_value_that_is_none(world: World, as_program: AsProgram) -> None:
    """By the description: what is a number or has its values named refuses others; text may be any but the empty one."""
    program, refused = as_program("auditor"), 0
    for path, item in document(added=False)["paths"].items():
        for one in item.get("get", {}).get("parameters", ()) if "{" not in path else ():
            if "name" not in one:
                continue
            where = f"{path.removeprefix('/api/v1/')}?{one['name']}="
            assert fields(program.get(where)) == {one["name"]}, where
            assert fields(program.get(f"{where}a%00b")) == {one["name"]}, where
            if "enum" in one["schema"] or one["schema"]["type"] == "integer":
                refused += 1
                assert fields(program.get(f"{where}nobodys")) == {one["name"]}, where
    assert refused > 20
    assert fields(program.get("budget-lines/?year=2024.5")) == {"year"}


def test_a_filter_does_not_tell_whether_there_is_a_foreign_matter(world: World, as_program: AsProgram) -> None:
    theirs = world.submitted()
    program = as_program(world.filer(world.company()))
    for name in ("cases", "awards", "register-entries", "prior-awards"):
        told = [program.get(f"{name}/?company={key}") for key in (theirs.company_id, 999_999, "9" * 30, -1)]
        assert [(one.status_code, one.json()["items"]) for one in told] == [(200, [])] * 4, name


def test_batches_are_filtered_by_the_format_of_their_file(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    batch = world.batch([world.accounted(case)])
    program = as_program("finance1")
    for given, found in ((batch.format, [batch.number]), ("csv", [])):
        assert [one["key"] for one in program.get(f"batches/?format={given}").json()["items"]] == found


def test_no_address_leaves_a_parameter_out(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    program, at = as_program("acceptance"), f"cases/{case.number}/"
    for path in ("", at, f"{at}acts/", f"{at}readings/proof/"):
        assert fields(program.get(f"{path}?nothing=1")) == {"nothing"}, path
    rows: Any = {"rows": [{"key": case.number}], "data": {"reason": "不符"}}
    for path, body in (("cases/bulk/refuse/", rows), (f"{at}acts/refuse/", {}), (f"{at}files/bundle/", {})):
        assert fields(program.post(f"{path}?nothing=1", body, version=case.head_seq)) == {"nothing"}, path
    filer, call = as_program(world.filer(case.company)), case.call_id
    for query in ("act=", "authority=", "act=open&act=open"):
        opened = {"call": call, "company": case.company_id}
        assert fields(filer.post(f"cases/?{query}", opened)) == {query.partition("=")[0]}, query


def test_a_matter_opened_for_a_company_that_no_key_can_name_is_not_there(world: World, as_program: AsProgram) -> None:
    call, company = world.call(), world.company()
    program = as_program(world.filer(company))
    for number in (2**63, 316194864114027938709504, -(2**70), 0, -1):
        problem(program.post("cases/", {"call": call.pk, "company": number}), 404, "not_found")
        problem(program.post("cases/", {"call": number, "company": company.pk}), 404, "not_found")


def test_a_whole_number_may_be_written_with_a_point_and_a_version_is_a_number(
    world: World, as_program: AsProgram
) -> None:
    call, company = world.call(), world.company()
    program = as_program(world.filer(company))
    body = f'{{"call": {call.pk}.0, "company": {company.pk}}}'
    assert sent_as_text(program, "cases/", body).status_code == 201
    for number in ("1.5", "1e400"):
        problem(sent_as_text(program, "cases/", f'{{"call": {number}, "company": 1}}'), 400, "request")
    officer = as_program("acceptance")
    for version in (None, "1", True, 1.5):
        rows = [{"key": "x", "version": version}]
        problem(officer.post("cases/bulk/accept/", {"rows": rows}), 400, "request")


def test_an_address_takes_and_names_only_what_is_described(
    world: World, as_program: AsProgram, unhurried: None
) -> None:
    """405 with Allow, for OPTIONS too, which would otherwise show the words of the source."""
    program, version = as_program("auditor"), world.policy()
    headers = {"authorization": f"Bearer {program.secret}"}
    described = document(added=False)["paths"]
    for path, item in described.items():
        address = path.replace("{key}", str(version.pk) if "policy-versions" in path else "1")
        taken = {one.upper() for one in item if one != "parameters"}
        for method in {"GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"} - taken:
            answer = program.client.generic(method, address, headers=headers)
            assert problem(answer, 405, "method"), (method, path)
            assert set(answer["Allow"].split(", ")) - {"HEAD"} == taken, (method, path)
