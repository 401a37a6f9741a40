"""How many statements a transition costs, and that an act on many cases does not cost more for more of them."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.accounts.enums import Role
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.demo import bank
from subsidy.programmes.models import Call
from tests.workflows.tally import Passed, tally
from tests.world import World, days_later, fresh

# One transition, one that moves money, and those that move a whole list. Reading answers moves three kinds of matter
# and both books in one passage; a batch looks at holds, lists, titles and what its companies owe before it freezes its
# lines, and at holds and lists once more before it is sealed.
LIMIT, WITH_MONEY = 20, 25
OF_A_LIST = {
    ("round", "close_collection"): 30,
    ("round", "issue_decree"): 34,
    ("batch", "prepare"): 32,
    ("batch", "release"): 28,
    ("authority", "import_answers"): 46,
}


def whole_round(world: World, number: int, cases: int) -> list[Case]:
    """`cases` cases from draft to paid, and one more that the call's budget does not reach."""
    call = world.call()
    waiting = [world.ready(call) for _n in range(cases + 1)]
    Call.objects.filter(pk=call.pk).update(budget_fen=(waiting[0].computed_fen or 0) * cases)
    world.decreed(call, number=f"西科〔2024〕{number}号")
    granted = [case for case in map(fresh, waiting) if case.state == CaseState.AWAITING_ACCOUNT]
    assert len(granted) == cases
    for case in granted:
        world.accounted(case)
    batch = world.released(granted)
    at = world.now.at.astimezone(ZONE) + dt.timedelta(hours=1)
    for document in bank.answer(bytes(batch.export_file.content), answered_at=at, booked_on=at.date()):
        upload = SimpleUploadedFile(document.name, document.content)
        world.act("authority", world.authority, "import_answers", "importer", files={"file": upload})
    assert {fresh(case).state for case in granted} == {CaseState.PAID}
    return granted


def costs(passed: list[Passed]) -> dict[tuple[str, str], int]:
    """The most that each act cost."""
    found: dict[tuple[str, str], int] = {}
    for one in passed:
        found[one.kind, one.action] = max(found.get((one.kind, one.action), 0), one.statements)
    return found


def test_no_transition_costs_more_than_its_limit_whatever_the_number_of_cases(world: World) -> None:
    world.person("importer", Role.FINANCE_PREPARE)
    whole_round(world, 1, 1)  # what a process reads once and keeps
    by_size = {}
    for number, size in ((2, 3), (3, 8)):
        world.now = days_later(world.now, 10 * (number - 1))  # past the holidays of early May
        with tally() as passed:
            whole_round(world, number, size)
        by_size[size] = costs(passed)
        for one in passed:
            act = one.kind, one.action
            limit = OF_A_LIST.get(act, WITH_MONEY if one.moves_money else LIMIT)
            assert one.statements <= limit, (act, one.statements, one.texts)
    assert by_size[3] == by_size[8]
    assert {"submit", "accept", "score", "confirm_amount", "choose_account"} <= {name for _kind, name in by_size[8]}
