"""What a policy version answers: a calculation, many at once with bad rows named, its difference to another version."""

from __future__ import annotations

from typing import Any

from policies.language import decide, facts_to_json
from policies.language.check.cases import read_cases
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from tests.subsidy.api.conftest import AsProgram
from tests.subsidy.api.test_tokens import problem
from tests.world import World


def worked(version: PolicyVersion) -> list[Any]:
    pack = pack_of(version)
    return [one for one in read_cases(pack, version.cases_text, "cases.yaml") if one.stage is None]


def test_the_calculator_says_what_the_rules_say(world: World, as_program: AsProgram) -> None:
    version = world.call().policy_version
    pack, path = pack_of(version), f"policy-versions/{version.pk}/readings/calculator/"
    program = as_program("auditor", may_act=False)
    for case in worked(version)[:5]:
        answer = program.post(path, {"facts": facts_to_json(pack, case.facts)})
        assert answer.status_code == 200, answer.content
        found, wanted = answer.json(), decide(pack, case.facts)
        assert (found["outcome"], found["amount_fen"], found["tier"]) == (wanted.outcome, wanted.amount, wanted.tier)
        assert found["reasons"] == wanted.to_json()["reasons"]
    wrong = problem(program.post(path, {"facts": {"no_such_fact": 1}}), 422, "data")
    assert "no_such_fact" in wrong["errors"][0]["messages"][0]
    bodies: list[Any] = [{}, {"facts": []}, {"facts": {}, "amount": 1}, {"facts": {}, "stage": "none"}, []]
    for body in bodies:
        problem(program.post(path, body), 400, "request")
    problem(program.get(path), 405, "method")
    problem(program.get(f"policy-versions/{version.pk}/readings/nothing/"), 404, "not_found")


def test_many_are_decided_at_once_and_bad_rows_are_named(world: World, as_program: AsProgram) -> None:
    version = world.call().policy_version
    pack = pack_of(version)
    good = [facts_to_json(pack, case.facts) for case in worked(version)]
    rows: list[Any] = [{"id": str(place), "facts": good[place % len(good)]} for place in range(10_000)]
    bad: dict[int, Any] = {7: {"id": "7", "facts": {"no_such_fact": 1}}, 70: "text", 700: {"id": 1, "facts": {}}}
    for place, row in bad.items():
        rows[place] = row
    program = as_program("auditor", may_act=False)
    answer = program.post(f"policy-versions/{version.pk}/readings/decide/", {"rows": rows})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["decided"], body["bad"]) == (9_997, 3)
    assert [row["row"] for row in body["rows"] if "problem" in row] == sorted(bad)
    assert "no_such_fact" in body["rows"][7]["problem"]["errors"][0]["messages"][0]
    wanted = decide(pack, worked(version)[0].facts)
    assert (body["rows"][0]["outcome"], body["rows"][0]["amount_fen"]) == (wanted.outcome, wanted.amount)
    problem(program.post(f"policy-versions/{version.pk}/readings/decide/", {"rows": [*rows, rows[0]]}), 400, "request")


def test_versions_are_compared_within_one_policy(world: World, as_program: AsProgram) -> None:
    version = world.call().policy_version
    program, path = as_program("auditor"), f"policy-versions/{version.pk}/readings/diff/"
    same = program.get(f"{path}?to={version.version}")
    assert same.json() == {"from": version.version, "to": version.version, "differences": []}
    problem(program.get(path), 400, "request")
    problem(program.get(f"{path}?to=0.0"), 404, "not_found")
    problem(program.get(f"{path}?to={version.version}&so=1"), 400, "request")
