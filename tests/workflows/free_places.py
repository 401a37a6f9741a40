"""Where matters without a flow can stand, and with what data each of their acts succeeds: what the matrix is tried on.

Every kind and every act of the registry needs its entry here; one that is missing fails the matrix by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.accounts.services import token_new
from subsidy.applicants.models import Company
from subsidy.applicants.rights import rights_in
from subsidy.correspondence.models import WebhookMessage
from subsidy.correspondence.webhooks import webhook_new
from subsidy.decisions.models import Undertaking, UndertakingState
from subsidy.registers.enums import RegisterImportState
from subsidy.registers.models import RegisterImport
from subsidy.reporting.services import export_ask
from subsidy.reviews.models import ExpertProfile
from subsidy.signing import new_secret
from tests.architecture.urls import registration_of
from tests.harness.second_factor import give_app
from tests.subsidy.payouts.bank import obligated
from tests.subsidy.registers.lists import deliver, note, said
from tests.workflows.fact_import.files import applied, csv_file, upload
from tests.workflows.sending import Place
from tests.workflows.staff import Person
from tests.world import World, fresh, pdf
from workflows.common.acts import Act
from workflows.common.subjects import kind_named
from workflows.fact_import.jobs import undo_fact_import
from workflows.undertaking.jobs import begin_undertakings

Sent = tuple[dict[str, Any], dict[str, Any]]
Filled = Callable[[Place], Sent]
REASON = {"reason": "材料不符"}
DOCUMENT = {"effective_on": "2024-03-04", "document": "杭市监〔2024〕1号"}
HASH = make_password("three quiet herons 5")
SECRET = new_secret()


def plain(**values: Any) -> Filled:
    return lambda _place: (dict(values), {})


def paper(name: str, **values: Any) -> Filled:
    return lambda _place: (dict(values), {name: pdf(f"{name}.pdf")})


@dataclass
class Ground:
    """The places of one kind, the data of its acts, and what a step itself refuses there: by (place, act)."""

    places: list[Place]
    sent: Mapping[str, Filled]
    world: World
    refused: dict[tuple[int, str], str] = field(default_factory=dict)

    def __call__(self, place: Place, act: Act) -> Sent:
        if act.form is None or act.system:
            return {}, {}
        if act.name not in self.sent:
            raise AssertionError(f"say in tests/workflows/free_places.py with what data {act.name} succeeds")
        return self.sent[act.name](place)


def account(company: Company, number: str, holder: str = "") -> dict[str, str]:
    return {
        "holder_name": holder or company.name,
        "account_number": number,
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }


class Rich:
    """A company that has one of everything: accounts in each state, rights, links, an override, an entry of a register."""

    def __init__(self, world: World) -> None:
        self.company = company = world.company()
        filer, legal, clerk = world.filer(company), world.legal(company), _newcomer(world)
        self.chief, self.clerk, self.heir = _newcomer(world), clerk, world.company()
        self.filer, self.legal = filer, legal
        for person, right in ((self.chief, "administer_for"), (clerk, "file_for")):
            data = {"username": person.username, "right": right}
            world.act("company", company, "grant_at_counter", "counter", data=data)
        self.used, self.own = self._accounts(world)
        self.foreign = company.accounts.latest("pk").pk
        order = {"account": self.used, "issuer": "法院", "number": "1"}
        world.act("company", company, "freeze_account", "supervision", data=order, files={"order": pdf()})
        self.entry = note(world, company, certificate_number=f"GR{company.pk}").pk
        data = {**DOCUMENT, "other": self.heir.uscc}
        world.act("company", company, "link", "counter", data={**data, "kind": "majority", "share": "51"})
        world.act("company", company, "split", "counter", data={**data, "survives": "on"})
        world.policy()
        world.act("company", company, "override_fact", "acceptance", data=OVERRIDE)
        self.override = company.facts.get(source="officer").pk
        self.right = rights_in(company, on=world.now.on).get(user=clerk).pk

    def _accounts(self, world: World) -> tuple[int, int]:
        """One in use, one to confirm in the own name; the last in another name waits for its explanation."""
        company, by = self.company, {"company": self.filer}
        world.act("company", company, "propose_account", by["company"], data=account(company, "6222000000000001"))
        used = company.accounts.get().pk
        world.act("company", company, "confirm_account", self.legal, data={"account": used})
        world.act("company", company, "propose_account", by["company"], data=account(company, "6222000000000002"))
        own = company.accounts.latest("pk").pk
        other = account(company, "6222000000000003", "杭州旧名有限公司")
        files = {"explanation": pdf("explanation.pdf")}
        world.act("company", company, "propose_account", by["company"], data=other, files=files)
        return used, own

    def people(self) -> list[Person]:
        return [
            Person("filer", self.filer, member=frozenset({"file_for"})),
            Person("legal", self.legal, member=frozenset({"confirm_for"})),
            Person("chief", self.chief, member=frozenset({"administer_for"})),
        ]


OVERRIDE = {"name": "is_dishonest", "value": "no", "as_of": "2024-03-01", "reason": "已核实"}


def _newcomer(world: World) -> User:
    return world.person(f"newcomer{next(world.serial)}", None, kind=UserKind.COMPANY)


def _township(world: World) -> Unit:
    """A unit in which somebody recommends."""
    unit = Unit.objects.create(authority=world.authority, code="beishan", name_zh="北山街道", name_en="Beishan")
    user = world.person("beishan1", None)
    RoleGrant.objects.create(
        user=user, authority=world.authority, role=Role.TOWNSHIP, unit=unit, valid_from=world.now.on
    )
    return unit


def companies(world: World, staff: list[Person]) -> Ground:
    """One that is active and one that was closed, each with everything."""
    riches = [Rich(world), Rich(world)]
    world.act("company", riches[1].company, "close", "counter", data=DOCUMENT)
    by_company = {rich.company.pk: rich for rich in riches}
    other, guest = world.company(), _newcomer(world)

    def of(make: Callable[[Rich], dict[str, Any]], **files: str) -> Filled:
        def filled(place: Place) -> Sent:
            return make(by_company[place.subject.pk]), {name: pdf(f"{name}.pdf") for name in files}

        return filled

    to_other = plain(**DOCUMENT, other=other.uscc, kind="majority", share="51")
    right = plain(username=guest.username, right="file_for")
    handed = plain(username=guest.username, **REASON)
    entered = of(lambda rich: account(rich.company, "6222000000000009"))
    ended = of(lambda rich: {"right": rich.right, **REASON})
    facts = [{"name": "is_dishonest", "kind": "yes_no", "value": False}]
    sent: dict[str, Filled] = {
        "keep_facts": plain(source="registry", as_of="2024-03-01", facts=facts),
        "ask_source": plain(layout="tax"),
        "override_fact": plain(**OVERRIDE),
        "end_override": of(lambda rich: {"fact": rich.override, **REASON}),
        "note_recognition": plain(
            kind="high_tech", certificate_number="GR9", valid_from="2023-01-01", valid_to="2025-12-31"
        ),
        "change_entry": of(
            lambda rich: {"entry": rich.entry, "change": "ended", "effective_on": "2024-03-01", **REASON}
        ),
        "propose_account": entered,
        "enter_account_at_counter": entered,
        "confirm_account": of(lambda rich: {"account": rich.own}),
        "confirm_account_at_counter": of(lambda rich: {"account": rich.own}),
        "accept_explanation": of(lambda rich: {"account": rich.foreign}),
        "refuse_account": of(lambda rich: {"account": rich.own, **REASON}),
        "freeze_account": of(lambda rich: {"account": rich.used, "issuer": "法院", "number": "2"}, order=""),
        "lift_freeze": of(
            lambda rich: {"freeze": rich.company.accounts.get(pk=rich.used).freezes.get().pk, "number": "3"},
            lifting_order="",
        ),
        "grant_right": right,
        "grant_at_counter": right,
        "end_right": ended,
        "end_at_counter": ended,
        "hand_over": handed,
        "appoint_administrator": handed,
        "rename": plain(**DOCUMENT, name="杭州新名科技有限公司"),
        "move": plain(**DOCUMENT, region="330108"),
        "assign_township": plain(township=_township(world).pk),
        "change_representative": plain(**DOCUMENT, representative="新法人"),
        "merge": to_other,
        "split": to_other,
        "close": plain(**DOCUMENT),
        "link": to_other,
        "end_link": of(lambda rich: {**DOCUMENT, "link": rich.company.holds.get().pk}),
        "reverse": plain(document="更正1号", **REASON),
        "reverse_split": of(
            lambda rich: {"document": "更正1号", **REASON, "succession": rich.company.successions.get().pk}
        ),
    }
    places = [Place(fresh(rich.company), None, [*staff, *rich.people()]) for rich in riches]
    # No service is set up here; test_live_facts asks where there is one.
    return Ground(places, sent, world, {(at, "ask_source"): "data" for at in range(len(places))})


def registrations(world: World, staff: list[Person]) -> Ground:
    """One that waits for the legal representative, one that waits for the counter, one that was withdrawn."""
    places = []
    for number, confirmer in enumerate((True, False, False)):
        clerk, legal = _newcomer(world), _newcomer(world)
        pk, _paper = registration_of(world, clerk, confirmer=legal if confirmer else None, serial=90_100 + number)
        places.append((pk, clerk, legal))
    world.act("registration", places[2][0], "withdraw", places[2][1])
    model = "registration"
    found = [
        Place(
            _subject(model, pk),
            None,
            [
                *staff,
                Person("asks", clerk, own=frozenset({"withdraw"})),
                *([Person("legal", legal, own=frozenset({"confirm", "decline"}))] if at == 0 else []),
            ],
        )
        for at, (pk, clerk, legal) in enumerate(places)
    ]
    return Ground(
        found, {"accept": plain(compared=True), "refuse": plain(**REASON), "decline": plain(**REASON)}, world
    )


def people(world: World, staff: list[Person]) -> Ground:
    """A person of a company, and an officer, whose account the counter does not touch."""
    stranger, officer = _newcomer(world), world.people["leader"]
    own = frozenset({"change_password", "change_details", "delegate", "end_delegation", "make_token", "revoke_token"})
    own |= {"make_webhook", "end_webhook", "send_webhook_again", "ask_export", "stop_export"}
    places = [
        Place(stranger, None, [*staff, Person("themselves", stranger, own=own)]),
        Place(officer, None, [*staff, Person("themselves", officer, roles=frozenset({Role.LEADER}), own=own)]),
    ]
    hashed = plain(password_hash=HASH)
    grant, days = RoleGrant.objects.get(user=officer), {"valid_from": world.now.on, "valid_to": world.now.on}
    lent = RoleGrant.objects.create(
        user=world.people["notice"],
        authority=world.authority,
        role=Role.LEADER,
        granted_by=officer,
        source=grant,
        **days,
    )
    ends = world.now.real + dt.timedelta(days=9)
    token = token_new(
        officer,
        authority_id=world.authority.pk,
        name="ERP",
        digest="b" * 64,
        hint="sub_",
        may_act=False,
        kinds=(),
        made_at=world.now.real,
        expires_at=ends,
    )
    hook = webhook_new(
        officer,
        authority_id=world.authority.pk,
        name="ERP",
        url="https://erp.example.com/",
        kinds=("case",),
        secret=SECRET,
        next_place=0,
        made_at=world.now.real,
    )
    dead = WebhookMessage.objects.create(
        authority=world.authority,
        webhook=hook,
        stream="case",
        stream_id=1,
        seq=1,
        state="dead",
        made_at=world.now.real,
    )
    listed = export_ask(
        officer,
        authority_id=world.authority.pk,
        address="/console/queue/?export=csv",
        language="zh-hans",
        now=world.now,
    )
    sent = {
        "ask_export": plain(address=listed.address, language=listed.language),
        "stop_export": plain(export=listed.pk),
        "fail_export": plain(export=listed.pk, why="not open"),
        "keep_export": plain(
            export=listed.pk,
            name="a.csv",
            media_type="text/csv",
            path="exports/a.csv",
            sha256="0" * 64,
            size=1,
            rows=1,
        ),
        "make_webhook": plain(name="ERP", url="https://erp.example.com/", kinds=["call"], secret=SECRET),
        "end_webhook": plain(webhook=hook.pk),
        "send_webhook_again": plain(message=dead.pk),
        "delegate": plain(grant=grant.pk, to=world.people["counter"].pk, reason="休假", **days),
        "end_delegation": plain(grant=lent.pk),
        "end_delegations": plain(**REASON),
        "check_name": plain(name="另一名", compared=True),
        "close_account": plain(**REASON),
        "reopen_account": hashed,
        "renew_password": hashed,
        "remove_factors": plain(**REASON),
        "link_identity": plain(provider="none", identifier="1"),
        "unlink_identities": plain(**REASON),
        "grant_role": plain(role="amount", valid_from=world.now.on, **REASON),
        "end_role": plain(grant=grant.pk, **REASON),
        "give_password": hashed,
        "change_password": hashed,
        "change_details": plain(name="另一名", email="a@example.org"),
        "make_token": plain(name="ERP", days=30, digest="a" * 64, hint="sub_abcd"),
        "revoke_token": plain(token=token.pk),
    }
    # The token, the webhook and the list taken along are the officer's.
    refused = dict.fromkeys([(0, one) for one in ("revoke_token", "end_webhook", "send_webhook_again")], "not_found")
    refused |= dict.fromkeys([(0, one) for one in ("stop_export", "fail_export", "keep_export")], "not_found")
    refused |= {(1, "check_name"): "not_found", (1, "give_password"): "not_found"}
    # Administrators look after the people of the bureau alone; this officer's account is open.
    bureaus = (
        "close_account",
        "reopen_account",
        "renew_password",
        "remove_factors",
        "grant_role",
        "end_role",
        "unlink_identities",
    )
    refused |= dict.fromkeys([(0, act) for act in bureaus], "not_found") | {(1, "reopen_account"): "state"}
    refused |= {(1, "unlink_identities"): "state", (0, "link_identity"): "data", (1, "link_identity"): "data"}
    give_app(officer)
    # People of companies have no role to lend.
    refused |= {(0, "delegate"): "not_found", (0, "end_delegation"): "not_found"}
    return Ground(places, sent, world, refused)


def fact_imports(world: World, staff: list[Person]) -> Ground:
    """One file at each place where an import can stand."""
    company = world.company()

    def made(value: int) -> Any:
        return csv_file(f"uscc,sales_y1\n{company.uscc},{value}\n", name=f"tax{value}.csv")

    data = {"layout": "tax", "as_of": "2024-02-01", "year": 2023}
    uploaded = world.open("fact_import", "upload", "counter", data, files={"file": made(1)})
    checked, applying, undoing = upload(world, made(2)), upload(world, made(3)), applied(world, made(4))
    discarded, over, undone = upload(world, made(5)), applied(world, made(6)), applied(world, made(7))
    world.act("fact_import", applying, "apply", "counter")
    world.act("fact_import", discarded, "discard", "counter")
    for one in (undoing, undone):
        world.act("fact_import", one, "undo", "counter", data=REASON)
    undo_fact_import(undone.pk, now=lambda: world.now)
    subjects = [_subject("fact_import", uploaded), *map(fresh, (checked, applying, over, undoing, discarded, undone))]
    return Ground([Place(one, None, staff) for one in subjects], {"undo": plain(**REASON)}, world)


def register_imports(world: World, staff: list[Person]) -> Ground:
    """One list at each place where an import can stand; how it comes there is for the tests of the imports."""
    places = []
    for state in RegisterImportState.values:
        found = deliver(world, said(world.company()))
        RegisterImport.objects.filter(pk=found.pk).update(state=state)
        places.append(Place(fresh(found), None, staff))
    return Ground(places, {"undo": plain(**REASON)}, world)


def calls(world: World, staff: list[Person]) -> Ground:
    reason = {"reason_zh": "系统中断", "reason_en": ""}
    open_one, gone = world.call(), world.call()
    world.act("call", gone, "cancel", "policy2", data=reason)
    sent = {
        "extend": plain(**reason, closes_at="2024-03-20", cause="other"),
        "close_early": plain(**reason, closes_at="2024-03-12"),
        "cancel": plain(**reason),
    }
    # Companies apply under both; test_offers has a call whose offers the bureau makes.
    refused = {(1, name): "state" for name in sent} | {
        (place, name): "state" for place in (0, 1) for name in ("make_offers", "stop_offers")
    }
    return Ground([Place(fresh(one), None, staff) for one in (open_one, gone)], sent, world, refused)


def budget_lines(world: World, staff: list[Person]) -> Ground:
    sent = {"appropriate": plain(amount_fen=100, document="西财〔2024〕2号")}
    return Ground([Place(world.line(), None, staff)], sent, world)


def authorities(world: World, staff: list[Person]) -> Ground:
    money = {"paying_account": world.paying_account.pk, "amount_fen": 100}
    world.act("authority", world.authority, "receive_funds", "finance2", data={**money, "document": "西财拨0号"})
    funds = plain(**money, document="西财拨1号")
    cash = dict.fromkeys(("receive_funds", "pay_over", "book_charge", "book_interest"), funds)
    sent = {
        **cash,
        "import_answers": plain(),
        "fetch_answers": plain(),
        "retry_job": plain(job=10**9),
        "retry_mail": plain(mail=1),
    }
    case = world.submitted(world.call())
    sent["export_case"] = plain(case=case.number, manifest="0" * 64)
    sent["receive_repayment"] = plain()
    # No file, nothing that is owed, no failed job and no failed e-mail: who may see to them is told that there is none.
    refused = {
        (0, "receive_repayment"): "data",
        (0, "import_answers"): "data",
        (0, "fetch_answers"): "data",
        (0, "retry_job"): "not_found",
        (0, "retry_mail"): "state",
    }
    sent["place_hold"] = plain(scope="payee", code="NOBODY", reason="查核")
    sent["lift_hold"] = plain(hold=10**9, reason="查清")
    refused |= {(0, "place_hold"): "data", (0, "lift_hold"): "not_found"}
    return Ground([Place(world.authority, None, staff)], sent, world, refused)


def undertakings(world: World, staff: list[Person]) -> Ground:
    """One check at each place where an undertaking can stand; how it comes there is for its own tests."""
    case = obligated(world, 1)[0]
    begin_undertakings(case.pk, now=world.now)
    subjects = []
    found = Undertaking.objects.filter(case=case, term="annual_report").order_by("due_on").first()
    assert found is not None
    clerk = world.people["leader"]
    for at, state in enumerate(UndertakingState.values):
        values = {**_columns(found), "number": f"U-{state}", "due_on": world.now.on + dt.timedelta(days=at)}
        decided = {"decided_by": clerk, "decided_at": world.now.at} if state in _DECIDED else {}
        subjects.append(Undertaking.objects.create(**values, state=state, **decided))
    note = plain(note="材料齐全，已核对")
    sent = {
        **dict.fromkeys(("keep", "send_back", "propose_waiver", "waive", "refuse_waiver"), note),
        "report": plain(answer="已按期提交年度报告"),
        "find_breach": plain(note="逾期未报，催告无果", occurred_on="2024-03-01"),
    }
    company = [
        Person("filer", world.filer(case.company), member=frozenset({"file_for"})),
    ]
    return Ground([Place(one, None, [*staff, *company]) for one in subjects], sent, world)


_DECIDED = (UndertakingState.KEPT, UndertakingState.WAIVED, UndertakingState.BREACHED, UndertakingState.ENDED)


def _columns(one: Undertaking) -> dict[str, Any]:
    names = ("authority", "case", "company", "company_name", "term", "breach", "opened_at")
    return {name: getattr(one, name) for name in names}


def experts(world: World, staff: list[Person]) -> Ground:
    """The entry of one expert in the pool, with a link to end."""
    expert = world.people["expert1"]
    profile = ExpertProfile.objects.get(user=expert)
    link = {"kind": "employer", "uscc": world.company().uscc, "valid_from": "2020-01-01"}
    world.act("expert", profile, "record_link", "acceptance", data=link)
    entry = {"branch": "technical", "employer": "浙江大学", "valid_from": "2020-01-01"}
    sent = {
        "amend": plain(**entry),
        "record_link": plain(**link),
        "declare_link": plain(**link),
        "end_link": plain(link=profile.links.get().pk, valid_to="2024-03-01", **REASON),
    }
    seated = [*staff, Person("themselves", expert, roles=frozenset({Role.EXPERT}))]
    return Ground([Place(fresh(profile), None, seated, frozenset({expert.pk}))], sent, world)


def _subject(kind: str, pk: int) -> Any:
    return kind_named(kind).model.objects.get(pk=pk)


GROUNDS: Mapping[str, Callable[[World, list[Person]], Ground]] = {
    "authority": authorities,
    "budget_line": budget_lines,
    "call": calls,
    "company": companies,
    "expert": experts,
    "fact_import": fact_imports,
    "person": people,
    "register_import": register_imports,
    "registration": registrations,
    "undertaking": undertakings,
}
"""By kind; a kind that is made once and never changed (a policy version) has no acts to try."""
