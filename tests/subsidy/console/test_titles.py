"""Titles on the pages: proposed and tested by officers, seen by the company, found by anybody in the public register."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.models import Proposal
from tests.titles import MODEL, SPACE, YEAR, TitleBureau
from workflows.case.jobs import issue_letter

SignIn = Callable[[str | User], Client]


@pytest.fixture
def world(db: None) -> TitleBureau:
    return TitleBureau()


def test_a_title_is_seen_searched_tested_and_taken_back(world: TitleBureau, as_person: SignIn) -> None:
    model, standard = world.conferred(MODEL, SPACE)
    issue_letter(model.pk, LetterKind.CERTIFICATE, now=world.now)
    change, test = (reverse(f"console:propose-{name}", args=[model.number]) for name in ("title-change", "title-test"))

    page = as_person("supervision").get(reverse("console:case", args=[model.number])).text
    assert change in page and test not in page and "示范级" in page
    officer = as_person("amount")
    assert officer.get(change).status_code == 403
    form = officer.get(test).text
    assert 'name="teams_now"' in form and 'name="tested_on"' not in form
    said = {**YEAR, "statistics_now": "no", "key": "test-1"}
    refused = officer.post(test, said)
    assert refused.status_code == 422 and "请填写决定文号" in refused.text
    assert officer.post(test, {**said, "document": "西科〔2024〕30号"}).status_code == 302
    proposal = Proposal.objects.get()
    shown = as_person("leader").get(reverse("console:proposal", args=[proposal.number])).text
    assert "降低一级" in shown and f"{model.number}-CT" in shown
    act = reverse("console:proposal-act", args=[proposal.number, "approve"])
    assert "降低一级" in as_person("leader").get(act).text
    assert as_person("leader").post(act, {"key": "yes", "version": proposal.head_seq}).status_code == 302

    register = reverse("public:recognitions")
    found = Client().get(register, {"q": f"{model.number}-CT"}).context["page"].rows
    assert [(row.level_name, row.case_key) for row in found] == [("标准级", model.pk)]
    assert len(Client().get(register, {"state": "valid"}).context["page"].rows) == 2
    assert not Client().get(register, {"state": "ended"}).context["page"].rows
    export = b"".join(Client().get(register, {"export": "csv"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert standard.company.name in export

    office = as_person("auditor").get(reverse("console:register", args=["maker_space"])).text
    assert "标准级" in office and ">standard<" not in office and "standard</" not in office

    company = as_person(world.filer(model.company))
    mine = company.get(reverse("portal:company", args=[model.company_id])).text
    letter = model.letters.get(kind=LetterKind.CERTIFICATE, language="zh")
    assert reverse("portal:letter", args=[model.number, letter.pk]) in mine and "标准级" in mine
    assert "0.00" not in company.get(reverse("portal:case", args=[model.number])).text

    decree = model.award.decree
    for address in (
        reverse("public:decree", args=[decree.pk]),
        reverse("public:notice", args=[decree.round.notice.pk]),
    ):
        text = Client().get(address).text
        assert "示范级1家、标准级1家" in text and "0.00" not in text
    assert as_person("auditor").get(reverse("console:round", args=[decree.round.number])).status_code == 200
    assert as_person("leader").get(reverse("console:call", args=[model.call.number])).status_code == 200
    assert "只作认定" in Client().get(reverse("public:call", args=[model.call.number])).text
