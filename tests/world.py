"""A small bureau with everyone in it, made through the door: what most tests stand on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from policies.language.panel import lines
from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import Authority, RoleGrant, Unit, User
from subsidy.accounts.services import authority_found
from subsidy.applicants.models import Company, CompanyUserObjectPermission
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.models import CalendarDay
from subsidy.calendars.services import calendar_import
from subsidy.cases.models import Case
from subsidy.decisions.models import Instalment, Round
from subsidy.demo.uscc import generated_uscc
from subsidy.ledger.models import BudgetLine, PayingAccount
from subsidy.payouts.models import Batch
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.reviews.enums import Branch
from subsidy.reviews.selectors import seats_sitting
from subsidy.work.models import Hand
from subsidy.work.services import pools_make
from tests.harness.recall import recalled
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.turn import Origin

PACKS = Path(__file__).resolve().parents[1] / "policies" / "packs"
START = Moment(at=dt.datetime(2024, 3, 4, 9, tzinfo=ZONE), real=dt.datetime(2024, 3, 4, 9, tzinfo=ZONE))
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
STAFF = {
    "counter": Role.COUNTER,
    "acceptance": Role.ACCEPTANCE,
    "amount": Role.AMOUNT,
    "division": Role.DIVISION_HEAD,
    "leader": Role.LEADER,
    "notice": Role.NOTICE,
    "supervision": Role.SUPERVISION,
    "finance1": Role.FINANCE_PREPARE,
    "finance2": Role.FINANCE_CHECK,
    "finance3": Role.FINANCE_RELEASE,
    "policy2": Role.POLICY_PUBLISHER,
    "auditor": Role.AUDITOR,
}
# As a job acts, which the door asks for no second factor and lets do what only the program does.
JOB = Origin(surface="job")
MINUTE: dict[str, Any] = {
    "minute_number": "会议纪要2024-3",
    "statement": "同意",
    "members": 5,
    "present": "郑重\n冯正\n何川",
    "others": True,
}
ANSWERS: dict[str, Any] = {
    "sales_y1": 12_000_000_000,
    "sales_y3": 7_000_000_000,
    "rd_y1": 900_000_000,
    "valuation": None,
    "commitment_signed": True,
}
KNOWN = [
    ("registered_in_district", "yes_no", True),
    ("taxed_in_district", "yes_no", True),
    ("founded_on", "date", "2016-05-01"),
    ("high_tech_until", "date", "2025-12-31"),
    ("contribution_y1", "money", 500_000_000),
    ("contribution_y2", "money", 300_000_000),
    ("is_dishonest", "yes_no", False),
    ("serious_violation", "yes_no", False),
    ("abnormal_operation", "yes_no", False),
    ("major_incident", "yes_no", False),
]


def days_later(now: Moment, days: int) -> Moment:
    return replace(now, at=now.at + dt.timedelta(days=days), real=now.real + dt.timedelta(days=days))


@dataclass
class Serial:
    """1, 2, 3 …, kept with the world that is put back."""

    last: int = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


@dataclass
class World:
    """One bureau; `now` is moved by the test itself."""

    code: str = "xh"
    now: Moment = START
    people: dict[str, User] = field(default_factory=dict)
    serial: Serial = field(default_factory=Serial)

    def __post_init__(self) -> None:
        there = (
            tuple(Authority.objects.order_by("pk").values_list("pk", "code")),
            tuple(User.objects.filter(kind=UserKind.SYSTEM).order_by("pk").values_list("pk", flat=True)),
            CalendarDay.objects.exists(),
        )
        self._named: Hashable = (type(self), self.code, self.now, there)
        self.__dict__ |= recalled(self._named, self._founded)
        self._fresh = self._done()

    def _done(self) -> Hashable:
        """What changes when anything happens here: acts, people, their roles and units, numbers drawn."""
        kinds = (Hand, User, RoleGrant, Unit)
        return (self.serial.last, *(kind._default_manager.count() for kind in kinds))

    def begun(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` returns; put back instead of built again where nothing has happened since the founding."""
        if self._done() != self._fresh:
            return make()
        # A bureau that was built a second time has other keys than the one that was recorded.
        founded = (self._named, self.authority.pk, *(user.pk for user in self.people.values()))
        state, result = recalled((founded, self._fresh, name), lambda: (make(), self.__dict__)[::-1])
        self.__dict__ |= state
        return result

    def _founded(self) -> dict[str, Any]:
        """The bureau with its people, and nothing that they have done yet."""
        self.authority: Authority = authority_found(
            code=self.code,
            name_zh=f"{self.code} 区科技局",
            name_en=f"{self.code} bureau",
            short_name="西科",
            region="330106",
        )
        pools_make(self.authority)
        calendar_import(years=[2022, 2023, 2024, 2025])
        for name, role in STAFF.items():
            self.person(name, role)
        for number in range(1, 8):
            self.person(f"expert{number}", Role.EXPERT, kind=UserKind.EXPERT)
        self.system = User.objects.get_or_create(
            username="system:clock", defaults={"kind": UserKind.SYSTEM, "name": "系统时钟"}
        )[0]
        self.paying_account = PayingAccount.objects.create(
            authority=self.authority,
            name=f"{self.code} 区科技局",
            account_number=f"3301060000{self.authority.pk:06d}",
            bank_name="中国工商银行西湖支行",
            bank_code="102100099996",
        )
        return {name: getattr(self, name) for name in ("authority", "people", "serial", "system", "paying_account")}

    def person(self, name: str, role: Role | None, *, kind: UserKind = UserKind.OFFICER) -> User:
        user = User.objects.create(
            username=f"{self.code}-{name}" if self.code != "xh" else name,
            name=name,
            kind=kind,
            authority=self.authority,
            name_checked=True,
        )
        if role is not None:
            RoleGrant.objects.create(
                user=user, authority=self.authority, role=role, valid_from=dt.date(2020, 1, 1), granted_by=None
            )
        self.people[name] = user
        if role == Role.EXPERT:
            self.pooled(user)
        return user

    def pooled(self, user: User, **values: Any) -> int:
        """Admit an expert to the pool: every third one judges finances, nobody works for an applicant."""
        branch = Branch.FINANCIAL if len(self.people) % 3 == 0 else Branch.TECHNICAL
        given = {"branch": branch, "employer": "浙江大学", "valid_from": "2020-01-01", **values}
        return self.open("expert", "admit", "acceptance", {"username": user.username, **given})

    def key(self) -> str:
        return f"{self.code}-{next(self.serial)}"

    def act(self, kind: str, subject: Any, action: str, who: str | User, **kwargs: Any) -> Outcome:
        """Do an act as one of the people, now, under a fresh key unless one is given."""
        kwargs.setdefault("key", self.key())
        kwargs.setdefault("now", self.now)
        kwargs.setdefault("origin", JOB)
        subject_id = subject if isinstance(subject, int) else subject.pk
        return door.perform(kind, subject_id, action, actor=self._user(who), **kwargs)

    def open(self, kind: str, action: str, who: str | User, data: dict[str, Any], **kwargs: Any) -> int:
        kwargs.setdefault("key", self.key())
        kwargs.setdefault("now", self.now)
        kwargs.setdefault("origin", JOB)
        outcome = door.open_matter(
            kind, action, actor=self._user(who), authority_id=self.authority.pk, data=data, **kwargs
        )
        return outcome.subject_id

    def _user(self, who: str | User) -> User:
        return who if isinstance(who, User) else self.people[who]

    def policy(self, version: str = "2023.1") -> PolicyVersion:
        folder = PACKS / "flying_sky" / version
        found = PolicyVersion.objects.filter(authority=self.authority, version=version).first()
        if found:
            return found
        texts = pack_texts(folder)
        return PolicyVersion.objects.get(pk=self.open("policy_version", "publish", "policy2", texts))

    def line(self, appropriated_fen: int = 100_000_000_00, *, function_code: str = "") -> BudgetLine:
        pk = self.open(
            "budget_line",
            "establish",
            "finance2",
            {
                "year": 2024,
                "code": f"L{next(self.serial)}",
                "name_zh": "飞天计划",
                "name_en": "Flying-Sky",
                "source": "district",
                "function_code": function_code,
            },
        )
        if appropriated_fen:
            self.act(
                "budget_line",
                pk,
                "appropriate",
                "finance2",
                data={"amount_fen": appropriated_fen, "document": "西财〔2024〕1号"},
            )
        return BudgetLine.objects.get(pk=pk)

    def call(
        self, *, line: BudgetLine | None = None, budget_fen: int = 100_000_000_00, version: str = "2023.1"
    ) -> Call:
        pk = self.open(
            "call",
            "open",
            "policy2",
            {
                "policy_version": self.policy(version).pk,
                "number": f"{self.code.upper()}-FS-{next(self.serial)}",
                "title_zh": "飞天计划申报",
                "title_en": "Flying-Sky call",
                "opens_at": self.now.at - dt.timedelta(days=1),
                "closes_at": self.now.at + dt.timedelta(days=10),
                "route": "R3",
                "route_version": 1,
                "allocation": "ranked",
                "budget_line": (line or self.line()).pk,
                "budget_fen": budget_fen,
            },
        )
        return Call.objects.get(pk=pk)

    def company(self, name: str = "") -> Company:
        number = next(self.serial)
        pk = self.open(
            "company",
            "register",
            "counter",
            {
                "uscc": generated_uscc(self.authority.pk * 10_000 + number, region="330106"),
                "name": name or f"杭州云帆{number}科技有限公司",
                "region": "330106",
                "founded_on": "2016-05-01",
                "contact_name": "张三",
            },
        )
        company = Company.objects.get(pk=pk)
        self.act(
            "company",
            company,
            "keep_facts",
            "counter",
            data={
                "source": "registry",
                "as_of": "2024-01-01",
                "facts": [{"name": n, "kind": k, "value": v} for n, k, v in KNOWN],
            },
        )
        for suffix, codename in (("", "file_for"), ("-legal", "confirm_for")):
            user = self.person(f"c{company.pk}{suffix}", None, kind=UserKind.COMPANY)
            CompanyUserObjectPermission.objects.create(
                permission=Permission.objects.get(codename=codename, content_type__app_label="applicants"),
                user=user,
                content_object=company,
            )
        return company

    def filer(self, company: Company) -> User:
        return self.people[f"c{company.pk}"]

    def legal(self, company: Company) -> User:
        return self.people[f"c{company.pk}-legal"]

    def draft(self, call: Call, company: Company | None = None) -> Case:
        company = company or self.company()
        pk = self.open("case", "open", self.filer(company), {"call": call.pk, "company": company.pk})
        return Case.objects.get(pk=pk)

    def filled(self, call: Call, company: Company | None = None, **answers: Any) -> Case:
        case = self.draft(call, company)
        filer = self.filer(case.company)
        self.act("case", case, "save_answers", filer, data={**ANSWERS, **answers})
        for document in pack(case).documents:
            if document.required:
                upload = {"file": pdf(f"{document.id}.pdf")}
                self.act("case", case, "attach", filer, data={"slot": document.id}, files=upload)
        return case

    def submitted(self, call: Call | None = None, company: Company | None = None, **answers: Any) -> Case:
        """A case that waits for its acceptance; without a call under one of its own, where the test begins with it."""
        if call is None:
            case: Case = self.begun(("submitted", *answers.items()), lambda: self.submitted(self.call(), **answers))
            return case
        case = self.filled(call, company, **answers)
        self.act("case", case, "submit", self.filer(case.company), data={"declaration": True})
        return fresh(case)

    def accepted(self, call: Call | None = None, **answers: Any) -> Case:
        """A case before its panel; without a call under one of its own, where the test begins with it."""
        if call is None:
            case: Case = self.begun(("accepted", *answers.items()), lambda: self.accepted(self.call(), **answers))
            return case
        case = self.submitted(call, **answers)
        self.act("case", case, "accept", "acceptance")
        return fresh(case)

    def experts(self, case: Case) -> list[User]:
        return [seat.expert for seat in seats_sitting(case)]

    def scored(self, call: Call, *, points: float = 0.9, **answers: Any) -> Case:
        case = self.accepted(call, **answers)
        for expert in self.experts(case):
            self.act("case", case, "score", expert, data=scores(case, points))
        return fresh(case)

    def ready(self, call: Call, **kwargs: Any) -> Case:
        """A case that waits for its round."""
        case = self.scored(call, **kwargs)
        self.act("case", case, "confirm_amount", "amount", data={"remark": ""})
        return fresh(case)

    def round_on(self, call: Call) -> Round:
        """A round of the call, open and collecting; the clock moves past the window."""
        self.now = days_later(self.now, 12)
        return Round.objects.get(pk=self.open("round", "open", "amount", {"call": call.pk}))

    def published(self, call: Call) -> Round:
        round_ = self.round_on(call)
        self.act("round", round_, "close_collection", "amount")
        self.act("round", round_, "approve", "leader", data=MINUTE)
        self.act(
            "round", round_, "publish", "notice", data={"title_zh": "拟奖补名单公示", "title_en": "Proposed awards"}
        )
        return fresh(round_)

    def decreed(self, call: Call, number: str = "西科〔2024〕8号") -> Round:
        round_ = self.published(call)
        self.now = days_later(self.now, 10)
        self.act("round", round_, "close_notice", self.system)
        self.act("round", round_, "issue_decree", "notice", data={"number": number})
        return fresh(round_)

    def accounted(self, case: Case, account_number: str = "") -> Case:
        """The company enters, confirms and chooses its account."""
        company = fresh(case).company
        self.act(
            "company",
            company,
            "propose_account",
            self.filer(company),
            data={
                "holder_name": company.name,
                "account_number": account_number or f"62220000{company.pk:08d}",
                "bank_name": "招商银行杭州分行",
                "bank_code": "308584000013",
            },
        )
        account = company.accounts.get(state="proposed")
        self.act("company", company, "confirm_account", self.legal(company), data={"account": account.pk})
        self.act("case", case, "choose_account", self.legal(company), data={"account": account.pk})
        return fresh(case)

    def batch(self, cases: list[Case], format: str = "pain.001.001.09", **terms: Any) -> Batch:
        instalments = list(Instalment.objects.filter(award__case__in=cases).values_list("pk", flat=True))
        pk = self.open(
            "batch",
            "prepare",
            "finance1",
            {
                "instalments": instalments,
                "format": format,
                "paying_account": self.paying_account.pk,
                "execution_on": self.now.on.isoformat(),
                "purpose": "飞天计划奖补",
                **terms,
            },
        )
        return Batch.objects.get(pk=pk)

    def released(self, cases: list[Case], format: str = "pain.001.001.09") -> Batch:
        batch = self.batch(cases, format)
        self.act("batch", batch, "check", "finance2")
        self.act("batch", batch, "release", "finance3")
        self.act("batch", batch, "export", "finance1")
        return fresh(batch)


W = TypeVar("W", bound=World)
P = ParamSpec("P")
R = TypeVar("R")


def kept(make: Callable[Concatenate[W, P], R]) -> Callable[Concatenate[W, P], R]:
    """For a beginning `make(world, …)` that tests share: built by the first, put back for the others that begin with it.

    Only for beginnings that patch nothing, whose arguments are plain values, and that add to what a bureau is founded
    with without changing it.
    """

    @wraps(make)
    def begin(world: W, /, *args: P.args, **kwargs: P.kwargs) -> R:
        name = (make.__module__, make.__qualname__, args, tuple(sorted(kwargs.items())))
        found: R = world.begun(name, lambda: make(world, *args, **kwargs))
        return found

    return begin


def fresh(record: Any) -> Any:
    """The record as the database has it now."""
    return type(record).objects.get(pk=record.pk)


def pdf(name: str = "paper.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def pack(case: Case) -> Any:
    return pack_of(case.policy_version)


@cache
def pack_texts(folder: Path) -> dict[str, str]:
    return {
        "policy_text": (folder / "policy.yaml").read_text(encoding="utf-8"),
        "source_text": (folder / "source.md").read_text(encoding="utf-8"),
        "cases_text": (folder / "cases.yaml").read_text(encoding="utf-8"),
        "name": f"{folder.parent.name}/{folder.name}",
    }


def scores(case: Case, share: float = 0.9) -> dict[str, Any]:
    """A sheet that gives this share of everything."""
    given = {line.name: int(line.most * share) for line in lines(pack(case))}
    return {
        **{f"points_{name}": value for name, value in given.items()},
        **{f"comment_{name}": "见意见" for name in given},
        "comment": "材料完整",
        "no_conflict": True,
    }
