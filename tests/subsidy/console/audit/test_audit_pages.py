"""The auditor's pages: the whole story with its proof, the search; for auditors of the bureau alone, and they only read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from subsidy.accounts.enums import Role
from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.models import Chained, Event, Leaf
from subsidy.calendars.models import BusinessClock
from subsidy.cases.models import Case, Recusal
from subsidy.console.audit.lists import STREAMS
from subsidy.console.audit.lists import _url as matter_url
from subsidy.decisions.models import Round
from subsidy.reporting.story import story
from tests.world import World, days_later, fresh

SEARCH = "/console/audit/"
CASES = "/console/audit/cases/"


@pytest.fixture(autouse=True)
def _demo_clock(world: World, settings: Any) -> None:
    settings.DEMO_MODE = True
    clock(world)


def clock(world: World) -> None:
    """The site's clock where the world's stands."""
    BusinessClock.objects.update_or_create(pk=1, defaults={"now": world.now.at})


def text(client: Client, address: str, language: str = "zh-hans", status: int = 200) -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_a_case_is_told_from_its_opening_to_the_bank(client: Client, world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.released([world.accounted(case)])
    case = fresh(case)
    clock(world)
    client.force_login(world.people["auditor"])
    page = text(client, f"{CASES}{case.number}/")
    entries = story(case, "auditor")
    assert len(entries) > 20
    for entry in entries:
        assert entry.hash in page
        assert str(entry.who) in page
    for part in ("刚刚核验", "完整", "A-08", "示例", "西科〔2024〕8号", case.company_name, "按规则的核定", "付款"):
        assert part in page, part
    assert "断裂" not in page
    # The chains are called as people call their matters.
    for name in (f"企业 {case.company.name}:", f"{case.call.number}:", f"{case.policy_version.version}:"):
        assert name in page, name
    english = text(client, f"{CASES}{case.number}/", "en")
    assert "Verified now" in english
    assert case.number in text(client, CASES)
    assert case.number in text(client, f"{CASES}?q={case.company_name[:6]}&state=awaiting_payment")
    _broken(client, case)


def test_each_step_says_where_it_stands_in_the_log(
    client: Client, world: World, settings: Any, tmp_path: Path
) -> None:
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    case = world.submitted(world.call())
    client.force_login(world.people["auditor"])
    steps = len(story(case, "auditor"))
    waiting, covered = "It waits for its place in the log", "it cannot be changed or taken out any more"
    before = text(client, f"{CASES}{case.number}/", "en")
    assert (before.count(waiting), before.count(covered)) == (steps, 0)
    made = checkpoint_make(now=world.now, by="test")
    after = text(client, f"{CASES}{case.number}/", "en")
    assert (after.count(waiting), after.count(covered)) == (0, steps)
    place = Leaf.objects.get(event__stream="case", event__stream_id=case.pk, event__seq=1).idx
    assert f"In the log it is entry {place}, counted" in after and f"over {made.size} entries" in after


def _broken(client: Client, case: Case) -> None:
    """A fault planted in one event shows on the page with its place."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE audit_event SET body = body || ' ' WHERE stream = 'case' AND stream_id = %s AND seq = 3", [case.pk]
        )
    page = text(client, f"{CASES}{case.number}/")
    assert "记录有断裂" in page
    assert f"{case.number} #3" in page
    assert "刚刚核验" not in page


def test_the_search_finds_by_matter_person_act_and_time(client: Client, world: World) -> None:
    call = world.call()
    case = world.submitted(call)
    world.now = days_later(world.now, 1)
    world.act("case", case, "accept", "acceptance")
    other = world.submitted(call)
    clock(world)
    client.force_login(world.people["auditor"])

    def found(query: str) -> list[Event]:
        return list(client.get(f"{SEARCH}?{query}").context["page"].rows)

    assert {event.stream_id for event in found(f"q={case.number}")} == {case.pk}
    assert {event.actor_id for event in found("person=acceptance")} == {world.people["acceptance"].pk}
    assert [event.stream_id for event in found("act=case.accept")] == [case.pk]
    assert {event.stream_id for event in found(f"first=2024-03-05&last=2024-03-05&q={other.number}")} == {other.pk}
    assert found(f"first=2024-03-05&q={case.number}&act=case.submit") == []
    assert found(f"q={case.number}&sort=at")[0].action == "open"
    assert found("q=NO-SUCH-NUMBER") == []
    assert client.get(f"{SEARCH}?first=yesterday").context["page"].rows == []
    page = text(client, f"{SEARCH}?q={case.number}")
    assert reverse("console:audit-case", args=[case.number]) in page
    export = client.get(f"{SEARCH}?q={case.number}&export=csv")
    lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + Event.objects.filter(stream="case", stream_id=case.pk).count()
    assert bytes(Event.objects.filter(stream="case", stream_id=case.pk).latest("seq").hash).hex() in "".join(lines)


def test_every_kind_of_chain_has_a_name() -> None:
    kinds = {model.STREAM for model in apps.get_models() if issubclass(model, Chained)}
    assert kinds and kinds == STREAMS.keys()
    with translation.override("zh-hans"):
        assert [kind for kind in kinds if str(STREAMS[kind]).isascii()] == []


def test_the_search_leads_to_the_page_of_every_matter_that_has_one(client: Client, world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    batch = world.released([world.accounted(case)])
    clock(world)
    client.force_login(world.people["auditor"])
    round_ = Round.objects.get(call=call)
    for stream, number in (
        ("case", case.number),
        ("call", call.number),
        ("round", round_.number),
        ("batch", batch.number),
    ):
        rows = list(client.get(f"{SEARCH}?q={number}").context["page"].rows)
        assert {(event.stream, event.number) for event in rows} == {(stream, number)}
        assert number in text(client, matter_url(rows[0]))
    company = next(
        event for event in client.get(f"{SEARCH}?sort=at").context["page"].rows if event.stream == "company"
    )
    assert case.company_name in text(client, matter_url(company))


def test_who_may_read(client: Client, world: World) -> None:
    case = world.submitted()
    draft = world.draft(world.call())
    own = (SEARCH, CASES, f"{CASES}{case.number}/")
    for address in own:
        assert client.get(address).status_code == 302
    for name in ("acceptance", "leader", "finance1", "expert1", "policy2"):
        client.force_login(world.people[name])
        for address in own:
            assert client.get(address).status_code == 403, (name, address)
    client.force_login(world.filer(case.company))
    for address in own:
        assert client.get(address).status_code == 403, address
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        client.force_login(world.person(f"admin-{role}", role))
        assert client.get(CASES).status_code == 403

    client.force_login(world.people["auditor"])
    for address in own:
        assert client.get(address).status_code == 200, address
        assert client.post(address).status_code == 405
    # What was not filed, or belongs to another bureau, or to a matter recused from, is not there.
    foreign = World(code="bj", now=world.now)
    theirs = foreign.submitted(foreign.call(), foreign.company("别局新材料有限公司"))
    for number in (draft.number, theirs.number, "NO-SUCH"):
        text(client, f"{CASES}{number}/", status=404)
    assert theirs.company_name not in text(client, CASES)
    assert client.get(f"{SEARCH}?q={theirs.number}").context["page"].count == 0
    Recusal.objects.create(
        authority=world.authority, case=case, user=world.people["auditor"], reason="亲属", declared_at=world.now.at
    )
    text(client, f"{CASES}{case.number}/", status=404)
    assert client.get(f"{SEARCH}?q={case.number}").context["page"].count == 0


def test_pages_cost_the_same_with_more_to_read(client: Client, world: World) -> None:
    call = world.call()
    world.submitted(call)
    client.force_login(world.people["auditor"])
    costs = [_cost(client, address) for address in (SEARCH, CASES)]
    for _number in range(3):
        world.submitted(call)
    assert [_cost(client, address) for address in (SEARCH, CASES)] == costs
    assert max(costs) <= 14


def _cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
