"""Company and bureau write to each other on a case; each message is kept, and told to the other side alone."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from subsidy.audit.models import Event
from subsidy.correspondence.conversing import messages_of
from subsidy.correspondence.models import CaseMessage
from tests.workflows.test_telling import run_jobs, told
from tests.world import World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState


def test_a_question_and_its_answer_stand_with_the_case(world: World) -> None:
    case = world.submitted()
    filer = world.filer(case.company)
    world.act("case", case, "ask_company", "acceptance", data={"text": "请说明研发投入口径。"})
    world.act("case", case, "write_to_bureau", filer, data={"text": "按加计扣除口径。"})
    world.act("case", case, "answer_company", "acceptance", data={"text": "收到。"})
    assert [(one.text, one.from_company) for one in messages_of(case)] == [
        ("请说明研发投入口径。", False),
        ("按加计扣除口径。", True),
        ("收到。", False),
    ]
    run_jobs(world)
    company = {filer.username, world.legal(case.company).username}
    assert told("ask_company", case) == told("answer_company", case) == company
    assert told("write_to_bureau", case) == {"acceptance"}
    event = Event.objects.get(stream="case", stream_id=case.pk, action="ask_company")
    assert "研发投入" not in event.body and "sha256" in event.body
    assert fresh(case).state == "awaiting_acceptance"


def test_who_holds_the_case_asks_and_others_do_not(world: World) -> None:
    case = world.scored(world.call())
    world.act("case", case, "ask_company", "amount", data={"text": "请补充说明。"})
    for who in ("acceptance", "leader"):
        with pytest.raises(Forbidden):
            world.act("case", case, "ask_company", who, data={"text": "x"})
    with pytest.raises(NotFound):
        world.act("case", case, "write_to_bureau", world.filer(world.company()), data={"text": "x"})


def test_experts_neither_ask_nor_learn_what_the_company_writes(world: World) -> None:
    case = world.accepted()
    expert = world.experts(case)[0]
    with pytest.raises((Forbidden, NotFound, WrongState)):
        world.act("case", case, "ask_company", expert, data={"text": "x"})
    world.act("case", case, "write_to_bureau", world.filer(case.company), data={"text": "我公司是云帆科技。"})
    run_jobs(world)
    assert told("write_to_bureau", case) == {"acceptance"}


def test_while_the_company_must_act_its_own_people_are_not_told_of_its_message(world: World) -> None:
    case = world.submitted()
    asked = {"message": "请补正", "reason_sales_y1": "与报表不符"}
    world.act("case", case, "return_for_correction", "acceptance", data=asked)
    world.act("case", case, "write_to_bureau", world.filer(case.company), data={"text": "需要延期吗？"})
    run_jobs(world)
    assert told("write_to_bureau", case) == {"acceptance"}


def test_nothing_is_written_on_a_draft_and_nothing_empty(world: World) -> None:
    call = world.call()
    draft = world.draft(call)
    with pytest.raises(WrongState):
        world.act("case", draft, "write_to_bureau", world.filer(draft.company), data={"text": "x"})
    case = world.submitted(call)
    for text in ("", "   ", "长" * 2001):
        with pytest.raises(BadData):
            world.act("case", case, "write_to_bureau", world.filer(case.company), data={"text": text})


def test_a_message_cannot_be_changed(world: World) -> None:
    case = world.submitted()
    world.act("case", case, "write_to_bureau", world.filer(case.company), data={"text": "x"})
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseMessage.objects.update(text="y")
