"""A bureau with a matter of every kind that the API shows, and everybody who could ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.api.resources import resources
from subsidy.applicants.models import Registration
from subsidy.audit.models import Event
from subsidy.cases.models import Case, Recusal
from subsidy.decisions.models import Objection, Proposal
from subsidy.decisions.undertakings import Undertaking
from subsidy.reviews.pool import ExpertProfile
from subsidy.work.models import WorkItem
from tests.architecture.urls import objection_of, registration_of
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.subsidy.registers.lists import AWARDS, TITLES, apply, deliver, note, said, table
from tests.workflows.fact_import.files import csv_file, upload
from tests.workflows.staff import Person, officers
from tests.workflows.test_recovery import ordered
from tests.world import World, days_later, fresh


@dataclass(frozen=True)
class Filled:
    """One matter a kind, by the name of its resource; all of one company's case, but the objection and the draft."""

    case: Case
    draft: Case
    matters: dict[str, Any]
    people: list[Person]

    def all(self) -> list[tuple[str, Any]]:
        return [*self.matters.items(), ("cases", self.draft)]


def filled(world: World) -> Filled:
    (case,) = obligated(world, 1)
    batch = world.released([case])
    for one in answered(batch, world):
        imported(world, one.content, name=one.name)
    world.now = days_later(world.now, 5)
    recovery = ordered(world, fresh(case))
    about = {"recovery": recovery.pk, "document": "西科〔2024〕31号", "reason": "企业已注销"}
    proposal = world.open("proposal", "propose_write_off", "finance2", about)
    note(world, case.company)
    line = f'{case.company.uscc},jucai,聚才计划,talent,G1,"300,000.00",2023-06-01,西政〔2023〕1号'
    apply(world, deliver(world, line, register="prior_awards", heading=AWARDS))
    world.open("register_import", "upload", "counter", {"register": "high_tech", "as_of": "2024-01-31"},
               files={"file": table([said(case.company)], heading=TITLES)})  # fmt: skip
    upload(world, csv_file(f"uscc,sales_y1\n{case.company.uscc},1\n"))
    world.act("case", fresh(case), "answer_company", "acceptance", data={"text": "请补充说明"})
    reported = {"case": case.pk, "term": "change_report", "occurred_on": world.now.on.isoformat()}
    undertaking = world.open("undertaking", "begin_after", "amount", reported)
    asked, _file = registration_of(world, world.filer(case.company), serial=930_001)
    objection = objection_of(world)
    draft = world.draft(world.call(), case.company)
    people = everybody(world, case, objection)
    (expert,) = [one.user for one in people if one.label == Role.EXPERT]
    chosen = {
        "cases": case,
        "objections": objection,
        "proposals": Proposal.objects.get(pk=proposal),
        "recoveries": recovery,
        "companies": case.company,
        "calls": case.call,
        "authorities": world.authority,
        "rounds": case.round_rows.get().round,
        "notices": case.round_rows.get().round.notice,
        "policy-versions": case.policy_version,
        "registrations": Registration.objects.get(pk=asked),
        "experts": ExpertProfile.objects.get(user=expert),
        "work-items": WorkItem.objects.get(subject_kind="objection", subject_id=objection.pk),
        "undertakings": Undertaking.objects.get(pk=undertaking),
    }
    there = {name: resource.spec(None).model._default_manager for name, resource in resources().items()}
    matters = {name: fresh(chosen[name]) if name in chosen else rows.earliest("pk") for name, rows in there.items()}
    return Filled(fresh(case), draft, matters, people)


def everybody(world: World, case: Case, objection: Objection) -> list[Person]:
    """One of each role and kind; the companies; an auditor of elsewhere; and somebody recused from what there is."""
    other = World(code="yh")
    recused = world.person("m-recused", Role.AMOUNT)
    supervises = {"role": Role.SUPERVISION, "valid_from": world.now.on.replace(year=2020)}
    RoleGrant.objects.create(user=recused, authority=world.authority, **supervises)
    for one in Case.objects.filter(pk__in=(case.pk, objection.case_id)):
        said = {"reason": "亲属", "declared_at": world.now.at}
        Recusal.objects.create(authority=world.authority, case=one, user=recused, **said)
    return [
        *officers(world, other),
        Person("own company", world.filer(case.company)),
        Person("own representative", world.legal(case.company)),
        Person("other company", world.filer(world.company())),
        Person("other bureau's auditor", other.people["auditor"]),
        Person("recused", recused),
    ]


def standing() -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Everything that a write would change: the events but those of reading, and all rows of every resource."""
    rows = {
        name: list(resource.spec(None).model._default_manager.order_by("pk").values())
        for name, resource in resources().items()
    }
    return Event.objects.exclude(stream="reader").count(), rows
