"""Separation of duties at the door: whoever did the one may not do the other, on the same matter or what is bound to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.services import system_actor
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import Objection, RoundRow
from subsidy.payouts.models import Batch, BatchLine
from subsidy.work.enums import Duty
from subsidy.work.models import Hand
from tests.workflows.test_by_rule import reopened
from tests.workflows.test_matrix import acts_of
from tests.workflows.test_stages import Bureau
from tests.workflows.walked import Walk
from tests.world import MINUTE, World, days_later, fresh, pdf, scores
from workflows.common.door import Outcome
from workflows.common.duties import APART
from workflows.common.place import act_named
from workflows.common.refusals import Refused
from workflows.common.subjects import kind_named, kinds

# On which record each duty is done; one that the matter is not bound to yet is tried on the matter itself.
HOME: Mapping[Duty, str] = {
    **dict.fromkeys(
        (
            Duty.FILES,
            Duty.CHECKS_ACCEPTANCE,
            Duty.RECOMMENDS,
            Duty.SCORES,
            Duty.VISITS,
            Duty.COUNTERSIGNS_VISIT,
            Duty.CO_REVIEWS,
            Duty.CHECKS_AMOUNT,
            Duty.RECORDS_UPPER,
            Duty.SIGNS_AGREEMENT,
            Duty.CHECKS_COMPLETION,
            Duty.CHECKS_SAMPLE,
        ),
        "case",
    ),
    **dict.fromkeys((Duty.RANKS, Duty.APPROVES, Duty.PUBLISHES, Duty.DECREES), "round"),
    Duty.DECIDES_OBJECTION: "objection",
    **dict.fromkeys((Duty.PREPARES, Duty.CHECKS_BATCH, Duty.RELEASES, Duty.IMPORTS), "batch"),
    **dict.fromkeys((Duty.ASSISTS, Duty.ENTERS_ACCOUNT, Duty.CONFIRMS_ACCOUNT), "company"),
    **dict.fromkeys((Duty.PROPOSES, Duty.APPROVES_PROPOSAL), "proposal"),
    **dict.fromkeys((Duty.WRITES_POLICY, Duty.REVIEWS_LEGALITY, Duty.PUBLISHES_POLICY), "policy_version"),
}
# No act writes a policy or reviews its legality yet: a version is published as a whole, and nobody has a hand on it before.
NO_ACT_YET = frozenset({Duty.WRITES_POLICY, Duty.REVIEWS_LEGALITY})
# Opens a matter that nothing is bound to before; a standing authorisation is proposed for a call, not for a case.
OPENS_ALONE = frozenset({Duty.PUBLISHES_POLICY})
# A proposal is approved after it was made, so that nobody can propose what they have approved.
NEVER_BEFORE = frozenset({(Duty.PROPOSES, Duty.APPROVES_PROPOSAL)})
# What prepares a batch makes it: nobody can have checked or released it before; of an earlier part's batch they may.
NEVER_BEFORE |= {(Duty.PREPARES, Duty.CHECKS_BATCH), (Duty.PREPARES, Duty.RELEASES)}


def bound_to(kind: str, subject: Any) -> dict[str, int]:
    """The records that belong together with a matter, by kind: where earlier hands on it may lie."""
    cases = {
        "case": lambda: Case.objects.filter(pk=subject.pk),
        "round": lambda: Case.objects.filter(Q(round_rows__round=subject.pk) | Q(call=subject.call_id)),
        "objection": lambda: Case.objects.filter(pk=subject.case_id),
        "batch": lambda: Case.objects.filter(payments__batch=subject.pk),
        "recovery": lambda: Case.objects.filter(recoveries=subject.pk),
        "proposal": lambda: Case.objects.filter(pk=subject.about_id if subject.about_kind == "case" else 0),
    }
    found = {kind: subject.pk}
    case = cases[kind]().order_by("pk").first() if kind in cases else None
    if kind == "authority":
        found["batch"] = Batch.objects.latest("pk").pk
    if case is not None:
        places: dict[str, Any] = {
            "case": [case.pk],
            "company": [case.company_id],
            "round": RoundRow.objects.filter(case=case).values_list("round", flat=True),
            "objection": Objection.objects.filter(case=case).values_list("pk", flat=True),
            "batch": BatchLine.objects.filter(case=case).values_list("batch", flat=True),
        }
        found = {name: max(ids) for name, ids in places.items() if len(ids)} | found
    return found


class Watched(Bureau):
    """A bureau where before each act everybody tries it who did once what excludes it, though they may do it else."""

    watching = False

    def __post_init__(self) -> None:
        self.refused: set[tuple[Duty, Duty]] = set()
        self.wrong: list[str] = []
        super().__post_init__()

    def act(self, kind: str, subject: Any, action: str, who: str | User, **kwargs: Any) -> Outcome:
        if self.watching:
            found = kind_named(kind)
            record = fresh(subject) if not isinstance(subject, int) else found.model.objects.get(pk=subject)
            act = act_named(found, record, action)
            self._tried(
                act.duty,
                action,
                bound_to(kind, record),
                kind,
                self._user(who),
                lambda: self._plain(kind, subject, action, who, kwargs),
            )
        return super().act(kind, subject, action, who, **kwargs)

    def open(self, kind: str, action: str, who: str | User, data: dict[str, Any], **kwargs: Any) -> int:
        if self.watching:
            duty, bound = kind_named(kind).opens[action].act.duty, _opened_from(kind, data)
            self._tried(
                duty,
                action,
                bound,
                "",
                self._user(who),
                lambda: super(Watched, self).open(kind, action, who, data, **{**kwargs, "key": self.key()}),
            )
        return super().open(kind, action, who, data, **kwargs)

    def _plain(self, kind: str, subject: Any, action: str, who: str | User, kwargs: dict[str, Any]) -> None:
        for file in (kwargs.get("files") or {}).values():
            file.seek(0)
        super().act(kind, subject, action, who, **{**kwargs, "key": self.key()})

    def _tried(
        self, duty: Duty | None, action: str, bound: dict[str, int], kind: str, user: User, again: Callable[[], object]
    ) -> None:
        """Each duty that excludes this one is done by the same person first; then the door must refuse."""
        for earlier in sorted(APART[duty] if duty else ()):
            place = HOME[earlier] if HOME[earlier] in bound else kind
            # A company's payee accounts bind a batch to it; of cases and rounds only help at the counter does.
            if place == "company" and kind in ("case", "round") and earlier != Duty.ASSISTS:
                place = kind
            if duty is None or (duty, earlier) in self.refused | NEVER_BEFORE or place not in bound:
                continue
            with transaction.atomic():
                self._plant(place, bound[place], earlier, user)
                code = _code(again)
                transaction.set_rollback(True)
            self.refused.add((duty, earlier))
            if code != "duties":
                self.wrong.append(f"{action} after {earlier} on the {place}: {code}")

    def _plant(self, kind: str, pk: int, duty: Duty, user: User) -> None:
        Hand.objects.create(
            authority=self.authority,
            key=self.key(),
            subject_kind=kind,
            subject_id=pk,
            action="earlier",
            duty=duty,
            actor=user,
            at=self.now.at,
            seq=1,
            data_hash="0" * 64,
        )


def _code(act: Callable[[], object]) -> str:
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        return refusal.code
    return "done"


def _opened_from(kind: str, data: dict[str, Any]) -> dict[str, int]:
    """The records that a new matter will be bound to, from which it is opened."""
    if kind == "round":
        return bound_to("case", Case.objects.filter(call=data["call"], state=CaseState.AWAITING_ROUND).latest("pk"))
    if kind == "batch":
        return bound_to("case", Case.objects.filter(award__instalments__in=data["instalments"]).latest("pk"))
    if kind == "proposal" and "case" in data:
        return bound_to("case", Case.objects.get(pk=data["case"]))
    return {}


def duties_done() -> set[Duty]:
    """Every duty that some act of some kind has."""
    acts = [act for kind in kinds() for act in acts_of(kind)]
    acts += [opening.act for kind in kinds() for opening in kind.opens.values()]
    return {act.duty for act in acts if act.duty is not None}


def test_every_pair_is_refused_along_the_whole_path(db: None) -> None:
    """Every act that has a duty, tried after every duty that excludes it: along three routes, an objection, a reopening."""
    bureau = Watched()
    bureau.watching = True
    for number, route in enumerate(("R5", "R4", "R1")):
        Walk(bureau, route, lambda _case, _node: None).whole(version=f"2023.{number + 5}")
    case = _objected_and_reopened(bureau)
    bureau.act("company", case.company, "grant_at_counter", "counter", data=right_given(bureau))
    assert bureau.wrong == []
    assert set(Duty) - duties_done() == NO_ACT_YET
    must = {(duty, earlier) for duty in duties_done() - OPENS_ALONE for earlier in APART[duty]} - NEVER_BEFORE
    assert must - bureau.refused == set()


def _objected_and_reopened(bureau: Watched) -> Case:
    call = bureau.call()
    case, rejected = bureau.ready(call), bureau.scored(call)
    bureau.act("case", rejected, "reject", "amount", data={"reason": "误判"})
    bureau.act("proposal", reopened(bureau, fresh(rejected)), "approve", "leader")
    bureau.now = days_later(bureau.now, 20)
    round_ = bureau.published(call)
    rank = RoundRow.objects.get(round=round_, case=case).rank
    said = {"notice": round_.notice.pk, "rank": rank, "objector_kind": "person", "name": "李真名"}
    said |= {"contact": "13900001111", "grounds": "该企业的研发费用与年报不一致。"}
    pk = bureau.open("objection", "file", system_actor("system:public"), said, files={"document": pdf()})
    bureau.act("objection", pk, "dismiss", "supervision", data={"reasons": "经核查不属实"})
    bureau.now = days_later(bureau.now, 14)
    bureau.act("round", round_, "close_notice", bureau.system)
    bureau.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕8号"})
    bureau.batch([bureau.accounted(case)])
    return fresh(case)


def right_given(bureau: World) -> dict[str, Any]:
    """A right that the counter gives to a person of a company."""
    person = bureau.person("deputy", None, kind=UserKind.COMPANY)
    return {"username": person.username, "right": "file_for"}


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
    assert _code(lambda: world.act("case", case, "confirm_amount", everybody, data={"remark": ""})) == "duties"
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    round_ = world.round_on(call)
    world.act("round", round_, "close_collection", "amount")
    assert _code(lambda: world.act("round", round_, "approve", everybody, data=MINUTE)) == "duties"


def test_a_member_of_the_company_who_is_an_officer_may_not_judge_what_they_filed(world: World) -> None:
    case = world.submitted()
    filer = world.filer(case.company)
    RoleGrant.objects.create(
        user=filer, authority=world.authority, role=Role.ACCEPTANCE, valid_from=dt.date(2020, 1, 1), granted_by=None
    )
    assert _code(lambda: world.act("case", case, "accept", filer)) == "duties"


def test_an_officer_who_judged_may_not_file_for_the_company_afterwards(world: World) -> None:
    case = world.submitted()
    officer = world.people["acceptance"]
    world.act("case", case, "return_for_correction", officer, data={"message": "补正", "reason_sales_y1": "不符"})
    CompanyUserObjectPermission.objects.create(
        permission=Permission.objects.get(codename="file_for", content_type__app_label="applicants"),
        user=officer,
        content_object=case.company,
    )
    assert _code(lambda: world.act("case", case, "resubmit", officer, data={"declaration": True})) == "duties"
