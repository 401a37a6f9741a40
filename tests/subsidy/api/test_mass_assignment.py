"""No column is set by a program but through the form of an act: every field of every kind, sent with every act by everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.db.models import Model

from subsidy.api.offers import every_act
from subsidy.api.resources import Resource, resources
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.filled import filled, standing
from tests.subsidy.api.test_foreign import EVERYBODY
from tests.subsidy.api.test_tokens import problem
from tests.world import World
from workflows.common.acts import Act

FEW = ("acceptance", "leader", "finance_release", "own company")


def columns_beside(model: type[Model], act: Act) -> list[str]:
    """The columns of the kind that the form of the act does not name."""
    known = set(act.form.base_fields) if act.form is not None else set()
    return [one.attname for one in model._meta.concrete_fields if one.attname not in known]


def addresses(resource: Resource, matter: Any) -> Iterator[tuple[str, Act, bool]]:
    """(address, act, whether its data stands below `data`) of every write of the kind."""
    for act in every_act(resource.kind).values():
        yield f"{resource.name}/{resource.key_of(matter)}/acts/{act.name}/", act, False
        if act.bulk:
            yield f"{resource.name}/bulk/{act.name}/", act, True
    for name, opening in resource.kind.opens.items():
        if not opening.act.system:
            yield f"{resource.name}/?act={name}", opening.act, False


def sent(program: Program, path: str, matter: Any, data: dict[str, Any], key: str, *, many: bool) -> Any:
    rows = [{"key": key, "version": matter.head_seq}]
    return program.post(
        path, {"rows": rows, "data": data} if many else data, version=None if many else matter.head_seq
    )


def wrong_with(answer: Any, columns: list[str]) -> str:
    """Empty where the whole request was refused and, if the data was looked at, every one of the columns was refused by its name."""
    if answer.status_code not in (403, 404, 409, 422):
        return f"{answer.status_code} {answer.content!r}"
    if answer.status_code == 422:
        left = set(columns) - {one["field"] for one in answer.json().get("errors", ())}
        return f"said nothing of {sorted(left)}" if left else ""
    return ""


def try_as(world: World, as_program: AsProgram, labels: Collection[str]) -> None:
    bureau = filled(world)
    before, wrong, refused = standing(), [], set()
    for person in [one for one in bureau.people if one.label in labels]:
        program = as_program(person.user)
        for name, matter in bureau.all():
            resource = resources()[name]
            for path, act, many in addresses(resource, matter) if resource.acts else ():
                columns = columns_beside(type(matter), act)
                key = resource.key_of(matter)
                answer = sent(program, path, matter, dict.fromkeys(columns, 1), key, many=many)
                if found := wrong_with(answer, columns):
                    wrong.append(f"{person.label}: {path}: {found}")
                if answer.status_code == 422:
                    refused.add(name)
    assert wrong == [], "\n".join(wrong)
    assert standing() == before
    writable = {name for name, one in resources().items() if one.acts and any(addresses(one, bureau.matters[name]))}
    assert refused == writable or labels is not EVERYBODY, "a kind whose columns nobody was refused was not tried"


def test_no_column_is_taken_beside_the_form(world: World, as_program: AsProgram, unhurried: None) -> None:
    try_as(world, as_program, FEW)


@pytest.mark.long
def test_no_column_is_taken_from_anybody(world: World, as_program: AsProgram, unhurried: None) -> None:
    try_as(world, as_program, EVERYBODY)


@pytest.mark.parametrize("who", ["acceptance", "filer"])
def test_no_column_is_taken_from_a_form_with_a_file(
    world: World, as_program: AsProgram, unhurried: None, who: str
) -> None:
    """The same of multipart/form-data, where what was sent reaches the act by another way."""
    case = world.submitted()
    program = as_program(world.filer(case.company) if who == "filer" else who)
    given = {"authorization": f"Bearer {program.secret}", "if-match": f'"{case.head_seq}"'}
    before = standing()
    for number, act in enumerate(every_act(resources()["cases"].kind).values()):
        columns = columns_beside(type(case), act)
        headers = {**given, "idempotency-key": f"columns-{number}"}
        path = f"/api/v1/cases/{case.number}/acts/{act.name}/"
        answer = program.client.post(path, dict.fromkeys(columns, "1"), headers=headers)
        assert not wrong_with(answer, columns), (path, answer.content)
    assert standing() == before


def test_one_column_too_many_refuses_an_act_that_is_possible(
    world: World, as_program: AsProgram, unhurried: None
) -> None:
    case = world.submitted()
    program, path, act = (
        as_program("acceptance"),
        f"cases/{case.number}/acts/refuse/",
        every_act(resources()["cases"].kind)["refuse"],
    )
    for column in columns_beside(type(case), act):
        answer = program.post(path, {"reason": "不符", column: 1}, version=case.head_seq)
        assert [one["field"] for one in problem(answer, 422, "data")["errors"]] == [column]
    assert program.post(path, {"reason": "不符"}, version=case.head_seq).status_code == 200
