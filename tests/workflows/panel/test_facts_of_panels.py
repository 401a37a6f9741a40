"""Facts that only experts can give reach the decision when their panel concludes, and leave it when it opens again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from policies.language import PackSource, parse_pack
from subsidy.decisions.facts import decision_of, gathered
from subsidy.programmes.models import Call
from subsidy.reviews.models import ExpertProfile, PanelValue
from tests.world import PACKS, START, World, fresh, pack, pack_texts, scores
from workflows.common.refusals import BadData

FACT = "  {}:\n    {{type: count, max: 25, from: expert, zh: 成长性得分, en: points for growth}}\n"
RULE = (
    "    - {id: grows, when: growth_points >= 15, clause: A-10, zh: 成长性得分不低于15分, "
    'en: At least fifteen points for growth, certainty: assumed, source: "assumed"}\n'
)


def call_with_expert_fact(world: World) -> Call:
    """Flying-sky's rules, with the line of the market given as a fact that a clause reads."""
    texts = dict(pack_texts(PACKS / "flying_sky" / "2023.1"))
    text = texts["policy_text"].replace('version: "2023.1"', 'version: "2023.9"')
    text = text.replace("\nfacts:\n", "\nfacts:\n" + FACT.format("growth_points"), 1)
    text = text.replace("\neligibility:\n  all_of:\n", "\neligibility:\n  all_of:\n" + RULE, 1)
    text = text.replace("market and growth, max: 25}", "market and growth, max: 25, facts: [growth_points]}", 1)
    version = world.policy()
    # The worked cases of the pack know nothing of the fact, so that it is not published but laid beside the other.
    version.pk, version.version, version.policy_text = None, "2023.9", text
    version.content_hash = parse_pack(
        PackSource(text, version.source_text, version.cases_text, "fs/2023.9")
    ).content_hash
    version.save(force_insert=True)
    return world.call(version="2023.9")


def given(case: Any, growth: int) -> dict[str, Any]:
    return {**scores(case), "points_growth_points": growth}


def test_points_of_a_panel_are_facts_of_the_decision_from_its_conclusion_on(world: World) -> None:
    case = world.accepted(call_with_expert_fact(world))
    people = world.experts(case)
    for expert, growth in zip(people[:4], (20, 20, 21, 22), strict=True):
        world.act("case", case, "score", expert, data=given(case, growth))
    known = gathered(fresh(case), pack(case), on=world.now.on)["growth_points"]
    assert not known.is_known and decision_of(fresh(case), now=START)[2].outcome == "unknown"
    world.act("case", case, "score", people[4], data=given(case, 24))
    known = gathered(fresh(case), pack(case), on=world.now.on)["growth_points"]
    assert known.value == 21  # 107 / 5, rounded half up
    assert known.row is not None and (known.row.source, known.row.as_of) == ("expert", dt.date(2024, 3, 4))  # type: ignore[attr-defined]
    assert decision_of(fresh(case), now=START)[2].outcome == "met"
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})


def test_a_decision_on_too_few_points_is_not_met_and_a_panel_that_sits_again_takes_its_facts_back(
    world: World,
) -> None:
    case = world.accepted(call_with_expert_fact(world))
    people = world.experts(case)
    for expert in people:
        world.act("case", case, "score", expert, data=given(case, 14))
    assert decision_of(fresh(case), now=START)[2].outcome == "not_met"
    with pytest.raises(BadData):
        world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    bound = ExpertProfile.objects.get(user=people[0])
    data = {"kind": "shareholder", "uscc": case.company.uscc, "valid_from": "2024-03-01"}
    world.act("expert", bound, "record_link", "acceptance", data=data)
    assert decision_of(fresh(case), now=START)[2].outcome == "unknown"
    new = next(one for one in world.experts(case) if one not in people)
    world.act("case", case, "score", new, data=given(case, 25))
    assert set(PanelValue.objects.filter(panel__case=case).values_list("integer", flat=True)) == {14, 16}
    assert decision_of(fresh(case), now=START)[2].outcome == "met"
