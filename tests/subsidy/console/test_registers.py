"""Registers on the officers' pages: a list uploaded, looked at, applied and applied again; entries found and changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.programmes.models import Policy
from subsidy.registers.enums import RegisterImportState
from subsidy.registers.models import RegisterEntry, RegisterImport
from subsidy.registers.selectors import recognised
from tests.subsidy.registers.lists import AWARDS, apply, deliver, note, said, table
from tests.world import World
from workflows.registers import steps
from workflows.registers.jobs import apply_register_import, compare_register_import


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: made.now)
    return made


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _page(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"console:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_list_is_uploaded_looked_at_applied_and_the_second_time_changes_nothing(world: World) -> None:
    company = world.company()
    counter = _client(world.people["counter"])
    lines = [said(company), "91330106749495027X,X,,2023-01-01,2025-01-01"]
    for time in (1, 2):
        sent = {
            "register": "high_tech",
            "as_of": "2024-01-31",
            "complete": "on",
            "file": table(lines),
            "key": f"k{time}",
        }
        answer = counter.post(reverse("console:register-upload"), sent)
        about = RegisterImport.objects.latest("pk")
        assert answer["Location"] == reverse("console:register-import", args=[about.pk])
        page = _page(counter, "register-import", about.pk)
        assert ("本名单没有变化" in page) is (time == 2)
        assert "统一社会信用代码" in page  # the bad line says why
        act = reverse("console:register-import-act", args=[about.pk, "apply"])
        assert counter.get(act).status_code == 200
        assert counter.post(act, {"version": about.head_seq, "key": f"a{time}"}).status_code == 302
        assert RegisterEntry.objects.count() == 1
    report = counter.get(reverse("console:register-import", args=[about.pk]), {"export": "csv"})
    assert "91330106749495027X" in b"".join(report.streaming_content).decode()  # type: ignore[attr-defined]
    assert b"".join(counter.get(reverse("console:register-import-file", args=[about.pk])).streaming_content)  # type: ignore[attr-defined]


def test_a_file_that_is_no_list_says_so_on_the_form(world: World) -> None:
    counter = _client(world.people["counter"])
    sent = {"register": "high_tech", "as_of": "2024-01-31", "file": table(["a,b"], heading="甲,乙")}
    answer = counter.post(reverse("console:register-upload"), sent)
    assert answer.status_code == 422 and "统一社会信用代码" in answer.content.decode()


def test_a_register_is_filtered_searched_and_exported(world: World) -> None:
    valid, ended, old = (world.company() for _ in range(3))
    note(world, valid)
    entry = note(world, ended, certificate_number="GR2")
    note(world, old, certificate_number="GR3", valid_from="2018-01-01", valid_to="2020-12-31")
    data = {"entry": entry.pk, "change": "ended", "effective_on": "2024-02-01", "reason": "撤销"}
    world.act("company", ended, "change_entry", "counter", data=data)
    officer = _client(world.people["acceptance"])
    for query, expected in (
        ({}, {valid, ended, old}),
        ({"standing": "holds"}, {valid}),
        ({"standing": "ended"}, {ended}),
        ({"standing": "over"}, {old}),
        ({"on": "2024-01-31"}, {valid, ended}),
        ({"on": "2019-01-01"}, {old}),
        ({"q": "GR2"}, {ended}),
        ({"q": old.uscc}, {old}),
    ):
        page = _page(officer, "register", "high_tech", **query)
        assert {one for one in (valid, ended, old) if one.name in page} == expected, query
    assert "今日有效1条" in _page(officer, "registers")
    listed = officer.get(reverse("console:register", args=["high_tech"]), {"export": "csv"})
    assert "GR3" in b"".join(listed.streaming_content).decode()  # type: ignore[attr-defined]
    assert officer.get(reverse("console:register", args=["nothing"])).status_code == 404


def test_a_certificate_renewed_ahead_of_time_is_still_in_force(world: World) -> None:
    company, later = world.company(), world.company()
    entry = note(world, company)
    note(world, later, certificate_number="GR9", valid_from="2024-12-01", valid_to="2027-11-30")
    data = {"entry": entry.pk, "change": "renewed", "effective_on": "2024-12-01", "reason": "续期"}
    dates = {"valid_from": "2024-12-01", "valid_to": "2027-11-30", "certificate_number": "GR8"}
    world.act("company", company, "change_entry", "counter", data={**data, **dates})
    officer = _client(world.people["acceptance"])
    for standing, found in (("holds", company), ("later", later)):
        page = _page(officer, "register", "high_tech", standing=standing)
        assert [one for one in (company, later) if one.name in page] == [found]
        assert ("有效" if found == company else "尚未生效") in page


def test_an_entry_is_changed_on_its_page_and_its_history_shows(world: World) -> None:
    company = world.company()
    entry = note(world, company)
    counter = _client(world.people["counter"])
    address = reverse("console:register-entry", args=[entry.pk])
    assert address in _page(counter, "register", "high_tech")
    assert address not in _page(_client(world.people["acceptance"]), "register", "high_tech")
    sent = {"change": "upgraded", "effective_on": "2024-03-01", "level": "省级", "reason": "杭科2号"}
    assert counter.post(address, {**sent, "level": ""}).status_code == 422
    assert counter.post(address, sent).status_code == 302
    newest = RegisterEntry.objects.latest("pk")
    page = _page(counter, "register-entry", newest.pk)
    assert "市级" in page and "省级" in page and "杭科2号" in page
    # Somebody still has the page of the row before open.
    stale = counter.post(address, {**sent, "level": "国家级", "key": "k2"})
    assert stale.status_code == 422 and "重新打开" in stale.content.decode()


def test_earlier_awards_are_listed_with_their_amounts(world: World) -> None:
    company = world.company()
    line = f"{company.uscc},rd_platform_award,省级,rd_platform,{company.uscc},300000,2021-06-01,杭财〔2021〕3号"
    apply(world, deliver(world, line, register="prior_awards", heading=AWARDS))
    page = _page(_client(world.people["amount"]), "register-awards", q="杭财〔2021〕3号")
    assert company.name in page and "300,000.00" in page
    # A measure that this bureau has no policy of keeps its code; one that it has is called by its title.
    assert "rd_platform_award" in page
    policy = world.policy().policy
    Policy.objects.filter(pk=policy.pk).update(code="rd_platform_award")
    page = _page(_client(world.people["amount"]), "register-awards")
    assert "rd_platform_award" not in page and policy.title_zh in page


def test_lists_of_another_bureau_do_not_exist_here(world: World) -> None:
    other = World(code="yh")
    about, entry = deliver(world, said(world.company())), note(world, world.company())
    stranger = _client(other.people["counter"])
    for name, args in (
        ("register-import", [about.pk]),
        ("register-import-file", [about.pk]),
        ("register-import-act", [about.pk, "apply"]),
        ("register-entry", [entry.pk]),
    ):
        assert stranger.get(reverse(f"console:{name}", args=args)).status_code == 404
    assert stranger.post(reverse("console:register-import-act", args=[about.pk, "apply"])).status_code == 404
    assert about.file_name not in _page(stranger, "register-imports")
    about.refresh_from_db()
    assert about.state == RegisterImportState.CHECKED


def test_an_applied_list_is_undone_on_its_page(world: World) -> None:
    company = world.company()
    about = apply(world, deliver(world, said(company)))
    client = _client(world.people["counter"])
    page, act = reverse("console:register-import", args=[about.pk]), ["register-import-act", about.pk, "undo"]
    address = reverse(f"console:{act[0]}", args=act[1:])
    assert address in client.get(page).content.decode()
    assert "恢复应用之前的状态" in client.get(address).content.decode()
    assert client.post(address, {"reason": "", "key": "k1"}).status_code == 422
    assert client.post(address, {"reason": "发错文件", "key": "k2"}).status_code == 302
    shown = client.get(page).content.decode()
    for part in ("已撤销", "发错文件"):
        assert part in shown, part
    assert address not in shown and recognised(company.pk, "high_tech", on=world.now.on) is None
    assert _client(world.people["acceptance"]).post(address, {"reason": "x", "key": "k3"}).status_code == 403


def test_a_long_list_shows_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "AT_ONCE", 1)
    lines = [said(world.company(), f"GR20233300000{n},国家级,2023-12-01,2026-11-30") for n in (1, 2, 3)]
    about = deliver(world, *lines)
    client = _client(world.people["counter"])
    page = reverse("console:register-import", args=[about.pk])
    shown = client.get(page).content.decode()
    assert "every 3s" in shown and "继续" in shown
    compare_register_import(about.pk, now=lambda: world.now)
    assert "every 3s" not in client.get(page).content.decode()
    apply(world, about)
    shown = client.get(page).content.decode()
    assert "<progress" in shown and 'max="3"' in shown
    apply_register_import(about.pk, now=lambda: world.now)
    assert "every 3s" not in client.get(page).content.decode()


@pytest.mark.parametrize("action", ["compare_part", "no_such"])
def test_an_act_of_the_system_has_no_page(world: World, action: str) -> None:
    about = deliver(world, said(world.company()))
    assert (
        _client(world.people["counter"])
        .get(reverse("console:register-import-act", args=[about.pk, action]))
        .status_code
        == 404
    )
