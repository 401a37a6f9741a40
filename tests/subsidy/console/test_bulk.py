"""An act on many rows: chosen, looked at, done, and what came of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console.bulk_acts import bulk_acts
from subsidy.reviews.models import Panel
from subsidy.work.models import WorkItem
from tests.workflows.copies import copies
from tests.world import World, fresh, scores

SignIn = Callable[[str | User], Client]
BULK = reverse("console:bulk")


def item(case: Case) -> str:
    return str(WorkItem.objects.get(subject_kind="case", subject_id=case.pk).pk)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def test_rows_are_chosen_looked_at_and_done(world: World, as_person: SignIn) -> None:
    chosen = copies(world.submitted(), 4)
    client = as_person("acceptance")
    page = client.get(reverse("console:queue-tab", args=["pools"])).text
    assert page.count('type="checkbox" name="row"') == 5 and '<option value="refuse">' in page
    assert '<option value="reassign">' not in page, "only leaders give work to others"

    asked = client.get(BULK, {"act": "refuse", "row": [item(case) for case in chosen]}).text
    sent = {"act": "refuse", "rows": hidden(asked, "rows"), "key": hidden(asked, "key")}
    assert client.post(BULK, {**sent, "look": "yes"}).status_code == 422, "a reason is missing"
    sent["reason"] = "材料不符"
    world.act("case", chosen[3], "claim", world.person("acceptance2", Role.ACCEPTANCE))
    looked = client.post(BULK, {**sent, "look": "yes"})
    assert looked.context["preview"].refused[0].what == chosen[3].number
    assert looked.context["going"] == 3
    assert {fresh(case).state for case in chosen} == {CaseState.AWAITING_ACCEPTANCE}, "a look changes nothing"

    world.act("case", chosen[0], "refuse", "acceptance", data={"reason": "另一理由"})
    done = client.post(BULK, {**sent, "confirm": "yes"}).text
    assert [fresh(case).state for case in chosen] == [*[CaseState.NOT_ACCEPTED] * 3, CaseState.AWAITING_ACCEPTANCE]
    assert fresh(chosen[0]).head_seq == 1, "what changed meanwhile is refused"
    assert all(case.number in done for case in chosen) and "2/4" in done
    again = client.post(BULK, {**sent, "confirm": "yes"}).text
    assert again.count("此前已办理") == 2


def test_all_rows_of_a_filter(world: World, as_person: SignIn) -> None:
    """All rows that the list shows, on all its pages, and none beside them."""
    call = world.call()
    case = world.submitted(call)
    copies(case, 40)
    other = world.submitted()
    client = as_person("leader")
    second = world.person("acceptance2", Role.ACCEPTANCE)
    query = {"act": "reassign", "all": "yes", "about": "others", "list": f"call={call.pk}"}
    asked = client.get(BULK, query)
    assert len(asked.context["numbers"]) == 41
    assert f'<option value="{second.pk}">' in asked.text
    sent = {"act": "reassign", "rows": hidden(asked.text, "rows"), "key": "one click", "to": str(second.pk)}
    done = client.post(BULK, {**sent, "reason": "代班", "confirm": "yes"})
    assert "41/41" in done.text
    assert WorkItem.objects.filter(assignee=second).count() == 41
    assert WorkItem.objects.get(subject_id=other.pk).assignee is None


def test_accepting_and_confirming_many_looks_first_and_says_why_a_row_stays(world: World, as_person: SignIn) -> None:
    call = world.call()
    chosen = [world.submitted(call) for _n in range(2)]
    client = as_person("acceptance")
    asked = client.get(BULK, {"act": "accept", "row": [item(case) for case in chosen]})
    assert asked.context["going"] == 2 and not asked.context["preview"].refused
    assert not Panel.objects.exists(), "a look draws nobody"
    sent = {"act": "accept", "rows": hidden(asked.text, "rows"), "key": "accept", "confirm": "yes"}
    assert "2/2" in client.post(BULK, sent).text
    for case, share in zip(chosen, (0.9, 0.1), strict=True):
        for expert in world.experts(case):
            world.act("case", case, "score", expert, data=scores(case, share))
    officer = as_person("amount")
    sent = {"act": "confirm_amount", "key": "confirm", "remark": ""}
    asked = officer.get(BULK, {**sent, "row": [item(case) for case in chosen]})
    sent["rows"] = hidden(asked.text, "rows")
    looked = officer.post(BULK, {**sent, "look": "yes"})
    assert [one.what for one in looked.context["preview"].refused] == [chosen[1].number]
    assert "1/2" in officer.post(BULK, {**sent, "confirm": "yes"}).text
    assert [fresh(case).state for case in chosen] == [CaseState.AWAITING_ROUND, CaseState.AMOUNT_CHECK]


def test_an_act_that_reads_much_takes_no_more_rows_than_it_may(
    world: World, as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = bulk_acts()["accept"]
    assert act.most == bulk_acts()["confirm_amount"].most > 0
    monkeypatch.setitem(bulk_acts(), "accept", replace(act, most=1))
    chosen = copies(world.submitted(world.call()), 2)
    client = as_person("acceptance")
    asked = client.get(BULK, {"act": "accept", "row": [item(case) for case in chosen]})
    assert len(asked.context["numbers"]) == 1 and asked.context["left"] == 1
    rows = ",".join(f"case:{case.pk}:{case.head_seq}:{case.number}" for case in chosen)
    client.post(BULK, {"act": "accept", "rows": rows, "key": "k", "confirm": "yes"})
    assert sorted(fresh(case).state for case in chosen) == [CaseState.AWAITING_ACCEPTANCE, CaseState.UNDER_REVIEW]


def test_who_may_not(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    for who in ("auditor", "amount"):
        assert as_person(who).get(BULK, {"act": "refuse", "row": item(case)}).status_code == 404
    foreign = World(code="qt")
    client = as_person(foreign.people["acceptance"])
    assert client.get(BULK, {"act": "refuse", "row": item(case)}).context["numbers"] == [], "nothing of another bureau"
    forged = {"act": "refuse", "rows": f"case:{case.pk}:{case.head_seq}:X", "reason": "试", "key": "k", "confirm": "y"}
    assert "0/1" in client.post(BULK, forged).text
    for rows in ("case:1", "case:x:1:n", "nothing:1:1:n"):
        assert client.post(BULK, {**forged, "rows": rows}).status_code == 404
    assert client.get(BULK, {"act": "refuse", "all": "yes", "about": "elsewhere"}).status_code == 404
    assert as_person(world.filer(case.company)).get(BULK, {"act": "refuse"}).status_code == 403
    assert fresh(case).head_seq == case.head_seq
