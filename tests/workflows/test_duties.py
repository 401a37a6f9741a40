"""Separation of duties at the door: whoever did the one may not do the other, on the same matter or what is bound to it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.work.enums import Duty
from subsidy.work.models import Hand
from tests.world import MINUTE, World, fresh, scores
from workflows.common.duties import APART
from workflows.common.refusals import Refused

# On which record each duty is done.
HOME = {
    Duty.FILES: "case",
    Duty.CHECKS_ACCEPTANCE: "case",
    Duty.SCORES: "case",
    Duty.CHECKS_AMOUNT: "case",
    Duty.RANKS: "round",
    Duty.APPROVES: "round",
    Duty.PUBLISHES: "round",
    Duty.DECREES: "round",
    Duty.PREPARES: "batch",
    Duty.CHECKS_BATCH: "batch",
    Duty.RELEASES: "batch",
    Duty.ENTERS_ACCOUNT: "company",
    Duty.CONFIRMS_ACCOUNT: "company",
}


class Path:
    """One case led to its payment; before each act everybody who may not do it tries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: dict[str, Any] = {}
        self.refused: Counter[tuple[Duty, Duty]] = Counter()
        self.wrong: list[str] = []

    def act(self, kind: str, action: str, duty: Duty, who: Any, data: Any = None) -> None:
        """Everyone with an excluding duty is refused, though they hold the role; then the act itself is done."""
        world = self.world
        user = who if isinstance(who, User) else world.people[who]
        for earlier in sorted(APART[duty]):
            home = HOME.get(earlier, kind)
            bound = home if home in self.records else kind
            with transaction.atomic():
                self._plant(bound, earlier, user)
                code = self._code(kind, action, user, data)
                transaction.set_rollback(True)
            self.refused[duty, earlier] += 1
            if code != "duties":
                self.wrong.append(f"{action} after {earlier} on the {bound}: {code}")
        world.act(kind, self.records[kind], action, user, data=data)
        self.records[kind] = fresh(self.records[kind])

    def _plant(self, kind: str, duty: Duty, user: User) -> None:
        Hand.objects.create(
            authority=self.world.authority,
            key=self.world.key(),
            subject_kind=kind,
            subject_id=self.records[kind].pk,
            action="earlier",
            duty=duty,
            actor=user,
            at=self.world.now.at,
            seq=1,
            data_hash="0" * 64,
        )

    def _code(self, kind: str, action: str, user: User, data: Any) -> str:
        try:
            with transaction.atomic():
                self.world.act(kind, self.records[kind], action, user, data=data)
        except Refused as refusal:
            return refusal.code
        return "done"


def test_every_pair_is_refused_along_the_whole_path(world: World) -> None:
    path = Path(world)
    call = world.call()
    case = path.records["case"] = world.submitted(call)
    path.act("case", "accept", Duty.CHECKS_ACCEPTANCE, "acceptance")
    for expert in world.experts(case):
        path.act("case", "score", Duty.SCORES, expert, scores(case))
    path.act("case", "confirm_amount", Duty.CHECKS_AMOUNT, "amount", {"remark": ""})
    path.records["round"] = world.round_on(call)
    path.act("round", "close_collection", Duty.RANKS, "amount")
    path.act("round", "approve", Duty.APPROVES, "leader", MINUTE)
    path.act("round", "publish", Duty.PUBLISHES, "notice", {"title_zh": "公示", "title_en": "Notice"})
    world.now = type(world.now)(at=world.now.at + dt.timedelta(days=10), real=world.now.real + dt.timedelta(days=10))
    world.act("round", path.records["round"], "close_notice", world.system)
    path.act("round", "issue_decree", Duty.DECREES, "notice", {"number": "西科〔2024〕8号"})
    path.records["case"] = world.accounted(case)
    path.records["company"] = path.records["case"].company
    path.records["batch"] = world.batch([path.records["case"]])
    path.act("batch", "check", Duty.CHECKS_BATCH, "finance2")
    path.act("batch", "release", Duty.RELEASES, "finance3")
    assert path.wrong == []
    officers = [Duty.CHECKS_ACCEPTANCE, Duty.SCORES, Duty.CHECKS_AMOUNT, Duty.RANKS, Duty.APPROVES]
    officers += [Duty.PUBLISHES, Duty.DECREES, Duty.CHECKS_BATCH, Duty.RELEASES]
    assert set(path.refused) == {(duty, other) for duty in officers for other in APART[duty]}


def test_one_person_with_every_role_does_each_part_once(world: World) -> None:
    """Many roles open no way round: what was done before decides."""
    everybody = world.person("everybody", None)
    for role in (Role.ACCEPTANCE, Role.AMOUNT, Role.LEADER, Role.NOTICE, Role.FINANCE_PREPARE, Role.FINANCE_CHECK):
        RoleGrant.objects.create(
            user=everybody, authority=world.authority, role=role, valid_from=dt.date(2020, 1, 1), granted_by=None
        )
    call = world.call()
    case = world.submitted(call)
    world.act("case", case, "accept", everybody)
    for expert in world.experts(fresh(case)):
        world.act("case", case, "score", expert, data=scores(case))
    path = Path(world)
    path.records["case"] = case
    assert path._code("case", "confirm_amount", everybody, {"remark": ""}) == "duties"
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    path.records["round"] = world.round_on(call)
    world.act("round", path.records["round"], "close_collection", "amount")
    minute = MINUTE
    assert path._code("round", "approve", everybody, minute) == "duties"


def test_a_member_of_the_company_who_is_an_officer_may_not_judge_what_they_filed(world: World) -> None:
    case = world.submitted(world.call())
    filer = world.filer(case.company)
    RoleGrant.objects.create(
        user=filer, authority=world.authority, role=Role.ACCEPTANCE, valid_from=dt.date(2020, 1, 1), granted_by=None
    )
    path = Path(world)
    path.records["case"] = case
    assert path._code("case", "accept", filer, None) == "duties"


def test_an_officer_who_judged_may_not_file_for_the_company_afterwards(world: World) -> None:
    case = world.submitted(world.call())
    officer = world.people["acceptance"]
    world.act("case", case, "return_for_correction", officer, data={"message": "补正", "reason_sales_y1": "不符"})
    CompanyUserObjectPermission.objects.create(
        permission=Permission.objects.get(codename="file_for", content_type__app_label="applicants"),
        user=officer,
        content_object=case.company,
    )
    path = Path(world)
    path.records["case"] = case
    assert path._code("case", "resubmit", officer, {"declaration": True}) == "duties"
