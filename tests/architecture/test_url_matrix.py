"""Every address × everybody: who comes in, who must sign in, who is refused, and for whom a foreign object does not exist.

The routes come from the resolver. A route without an entry in TABLE fails the test. To add a page:

1. Add its qualified name to TABLE with the rule that says who comes in; write a new rule where none fits.
2. If its address names an object, OBJECTS must give one that belongs to the bureau `xh` (and, for companies, to the
   case's own company). The matrix tries it with people for whom that object is foreign: they must get 404 (or 403 where
   the page is closed to their role whatever the object), never a hint that it exists.
3. Run this file. Nothing of a page is judged here but who reaches it.

Pages are asked for with GET. Whoever is kept out is also kept out with POST.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter
from subsidy.decisions.models import Decree, Notice, Proposal
from subsidy.documents.models import StoredFile
from subsidy.payouts.models import PayoutHold
from subsidy.reviews.models import ExpertProfile
from tests.architecture.urls import (
    OFFICERS,
    answer_file,
    checkpoint_of,
    letter_of,
    objection_of,
    outcome,
    registration_of,
    routes,
    visitors,
)
from tests.subsidy.payouts.test_answers import debit
from tests.subsidy.payouts.test_suspense import stray
from tests.subsidy.registers.lists import deliver, note, said
from tests.workflows.fact_import.files import csv_file, upload
from tests.world import World, fresh

COMPANIES = {"own company", "foreign company"}
ADMINS = {role.value for role in ADMINISTRATORS}
EXPERTS = {"seated expert", "other expert"}
OWN_STAFF = {role.value for role in OFFICERS} | {"auditor"}
STAFF = OWN_STAFF | EXPERTS | {"foreign officer"}
EVERYBODY = STAFF | COMPANIES | ADMINS | {"nobody"}
# A township and a department see single cases that were given to their unit, and nothing else of the bureau.
SEES_CASES = OWN_STAFF - {Role.POLICY_AUTHOR.value, Role.TOWNSHIP.value, Role.DEPARTMENT.value}
SEES_ACCOUNTS = {
    Role.COUNTER.value,
    Role.SUPERVISION.value,
    Role.FINANCE_PREPARE.value,
    Role.FINANCE_CHECK.value,
    Role.FINANCE_RELEASE.value,
    "auditor",
}
FINANCE = {Role.FINANCE_PREPARE.value, Role.FINANCE_CHECK.value, Role.FINANCE_RELEASE.value}

Rule = Mapping[str, str]


def rule(inside: set[str], *, absent: set[str] = frozenset(), others: str = "404", anonymous: str = "sign in") -> Rule:  # type: ignore[assignment]
    """Who comes in; for whom there is no such thing (404); what everyone else gets; what a stranger gets."""
    told = dict.fromkeys(EVERYBODY, others) | dict.fromkeys(absent, "404") | dict.fromkeys(inside, "in")
    return {**told, "anonymous": anonymous}


PUBLIC = rule(EVERYBODY, anonymous="in")
SIGNED_IN = rule(EVERYBODY)
NOBODY_YET = rule(
    set()
)  # the object of the test is not in a state that shows this page, or it asks for a second factor
OWN = rule({"own company"})
ANY_COMPANY = rule(COMPANIES)
POST_ONLY = rule(set(), others="method", anonymous="method")
CONSOLE = rule(STAFF, others="403")
CASE = rule(SEES_CASES, absent=STAFF - SEES_CASES, others="403")
SEAT = rule({"seated expert"}, absent=STAFF - {"seated expert"}, others="403")
PANEL = CASE
# Who sits is said before the panel has concluded only to those who draw it, and to the auditors.
DRAWS = rule({Role.ACCEPTANCE.value, "auditor"}, absent=STAFF - {Role.ACCEPTANCE.value, "auditor"}, others="403")
KEEPS_POOL = rule({Role.ACCEPTANCE.value, "foreign officer"}, others="403")
NO_LETTER = rule(set(), absent=STAFF, others="403")
MONEY = rule(FINANCE | {"auditor", "foreign officer"}, others="403")
BUDGET = rule(FINANCE | {"auditor", "leader", "foreign officer"}, others="403")
BUDGET_LINE = rule(FINANCE | {"auditor", "leader"}, absent={"foreign officer"}, others="403")
BATCH = rule(FINANCE | {"auditor"}, absent={"foreign officer"}, others="403")
BATCH_FILE = rule(FINANCE, absent={"auditor", "foreign officer"}, others="403")
PREPARES = rule({Role.FINANCE_PREPARE.value, "foreign officer"}, others="403")
PROPOSES_MONEY = rule({Role.FINANCE_PREPARE.value}, absent={"foreign officer"}, others="403")
KEEPS_BUDGET = rule({Role.FINANCE_CHECK.value, "foreign officer"}, others="403")
LIFTS = rule({Role.FINANCE_CHECK.value}, absent={"foreign officer"}, others="403")
AUDIT = rule({"auditor"}, others="403")
OBJECTIONS = {Role.SUPERVISION.value, "auditor"}
OBJECTION = rule(OBJECTIONS, absent=STAFF - OBJECTIONS, others="403")
PUBLISHES = rule({Role.POLICY_PUBLISHER.value, "foreign officer"}, others="403")
MFA = rule(set(), others="sign in")

TABLE: dict[str, Rule] = {
    **dict.fromkeys(["set_language", "home", "source", "source-archive", "account_login", "account_inactive"], PUBLIC),
    **dict.fromkeys(["component-catalogue", "account_signup", "account_signed_up"], PUBLIC),
    **dict.fromkeys(["account_logout", "account_reauthenticate", "account_change_password"], SIGNED_IN),
    **dict.fromkeys(["mfa_index", "mfa_authenticate", "mfa_list_webauthn"], SIGNED_IN),
    **dict.fromkeys(["mfa_reauthenticate", "mfa_activate_totp", "mfa_generate_recovery_codes"], MFA),
    **dict.fromkeys(
        ["mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_reauthenticate_webauthn"], MFA
    ),
    **dict.fromkeys(["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"], NOBODY_YET),
    **dict.fromkeys(
        [
            f"public:{name}"
            for name in [
                "home",
                "policies",
                "policy",
                "version",
                "calculator",
                "policy-changes",
                "calls",
                "call",
                "call-guide",
                "notices",
                "notice",
                "notice-text",
                "notice-entry-text",
                "object",
                "objected",
                "decrees",
                "recognitions",
                "decree",
                "verify",
                "help",
                "accessibility",
                "data-use",
                "open-data",
                "open-data-package",
                "open-data-csv",
                "open-data-jsonl",
                "log",
                "log-checkpoint",
                "log-past",
                "log-consistency",
                "log-keys",
            ]
        ],
        PUBLIC,
    ),
    "public:verify-code": rule(set(), anonymous="404"),  # no paper has the code that is asked for here
    "public:verify-proof": rule(set(), anonymous="404"),
    "public:verify-event": rule(set(), anonymous="404"),
    "public:verify-file": POST_ONLY,
    "public:decree-paper": rule(set(), anonymous="404"),  # not rendered here: that is a job
    **dict.fromkeys(["portal:home", "portal:cases", "portal:companies"], SIGNED_IN),
    "portal:start": ANY_COMPANY,
    **dict.fromkeys(
        [
            f"portal:{name}"
            for name in [
                "case",
                "tasks",
                "documents",
                "file",
                "remove",
                "check",
                "submit",
                "receipt",
                "correction",
                "resubmit",
                "withdraw",
                "account",
                "change-account",
                "case-act",
                "company",
                "propose-account",
                "accounts",
                "fact",
            ]
        ],
        OWN,
    ),
    "portal:register-at": SIGNED_IN,
    "portal:register": ANY_COMPANY,
    **dict.fromkeys(["portal:registration", "portal:registration-file", "portal:registration-act"], OWN),
    **dict.fromkeys(
        ["portal:team", "portal:team-letter", "portal:team-act", "portal:history", "portal:readers", "portal:fitting"],
        OWN,
    ),
    "portal:statement": OWN,
    **dict.fromkeys(["console:companies", "console:registrations"], CONSOLE),
    "console:people": rule({Role.COUNTER.value, "auditor", "foreign officer"}, others="403"),
    "console:person": rule({Role.COUNTER.value, "auditor"}, absent={"foreign officer"}, others="403"),
    **dict.fromkeys(
        ["console:person-act", "console:person-password"],
        rule({Role.COUNTER.value}, absent={"foreign officer"}, others="403"),
    ),
    "console:person-open": rule({Role.COUNTER.value, "foreign officer"}, others="403"),
    "console:company-register": rule({Role.COUNTER.value, "foreign officer"}, others="403"),
    **dict.fromkeys(
        ["console:company", "console:company-fact", "console:company-letter", "console:company-act"], CASE
    ),
    **dict.fromkeys(["console:registration", "console:registration-file", "console:registration-act"], CASE),
    # The policy of the test asks the company for no list; tests/subsidy/portal/test_lists.py has one that does.
    **dict.fromkeys([f"portal:list{page}" for page in ("", "-add", "-record", "-remove")], NOBODY_YET),
    **dict.fromkeys(["portal:section", "portal:letter", "portal:confirm-account", "portal:account-paper"], NOBODY_YET),
    "console:home": SIGNED_IN,
    **dict.fromkeys(["console:queue", "console:queue-tab", "console:scoring", "console:rounds"], CONSOLE),
    "console:calls": CONSOLE,
    "console:objections": CONSOLE,
    "console:proposals": CONSOLE,
    "console:recoveries": CONSOLE,
    # Nothing of the case was paid, so nothing can be asked back; tests/workflows/test_recovery.py has one that was.
    **dict.fromkeys([f"console:recovery{page}" for page in ("", "-act", "-receive")], NO_LETTER),
    **dict.fromkeys(
        [f"console:propose-{what}" for what in ("recovery", "write-off", "reduction", "refund")], NO_LETTER
    ),
    **dict.fromkeys(["portal:recovery", "portal:recovery-answer"], NOBODY_YET),
    "console:undertakings": CONSOLE,
    # The case of the test was awarded nothing; tests/workflows/test_undertaking.py has one that was.
    **dict.fromkeys(["console:undertaking", "console:undertaking-act", "console:begin-undertaking"], NO_LETTER),
    **dict.fromkeys(["portal:undertaking", "portal:undertaking-report"], NOBODY_YET),
    **dict.fromkeys(["console:proposal", "console:proposal-act"], CASE),
    # The call of the test is decided by people and its case has not ended; tests/subsidy/console/test_proposals.py has others.
    **dict.fromkeys([f"console:propose-{what}" for what in ("authorisation", "reopening", "erasure")], NO_LETTER),
    # The case of the test was given no title; tests/subsidy/console/test_titles.py has one that was.
    **dict.fromkeys(["console:propose-title-change", "console:propose-title-test"], NO_LETTER),
    **dict.fromkeys([f"console:objection{page}" for page in ("", "-file", "-act")], OBJECTION),
    "console:bulk": NO_LETTER,  # without an act there is no such page
    **dict.fromkeys(["console:delegations", "console:delegation-lend", "console:times"], CONSOLE),
    **dict.fromkeys(["console:view-save", "console:view-remove", "console:delegation-end"], POST_ONLY),
    "console:hand-over": rule({Role.LEADER.value, "foreign officer"}, others="403"),
    **dict.fromkeys(["console:claim", "console:unclaim", "console:round-open"], POST_ONLY),
    **dict.fromkeys(
        [
            f"console:{name}"
            for name in [
                "case",
                "case-file",
                "case-route",
                "case-act",
                "round",
                "round-route",
                "round-act",
                "call",
                "call-act",
            ]
        ],
        CASE,
    ),
    "console:case-archive": DRAWS,
    "console:case-archive-ask": rule({Role.ACCEPTANCE.value}, absent=STAFF - {Role.ACCEPTANCE.value}, others="403"),
    "console:case-archive-stop": rule({Role.ACCEPTANCE.value}, absent=STAFF - {Role.ACCEPTANCE.value}, others="403"),
    "console:case-archive-file": NO_LETTER,  # no package is made
    "console:call-open": PUBLISHES,
    "console:letter": NO_LETTER,
    "console:letter-serve": NO_LETTER,
    **dict.fromkeys(["console:case-messages", "console:case-message"], CASE),
    "portal:case-messages": OWN,
    **dict.fromkeys(
        ["notifications", "notifications-read", "notification-settings", "own-details", "own-sessions", "own-exports"],
        SIGNED_IN,
    ),
    **dict.fromkeys(["console:staff", "console:officer"], rule(ADMINS | {"auditor"}, others="403", absent=set())),
    "console:officer-open": rule({Role.SYSTEM_ADMIN.value}, others="403"),
    "console:officer-act": rule({Role.SECURITY_ADMIN.value}, others="403"),
    **dict.fromkeys(["console:jobs", "console:mails"], rule({Role.SYSTEM_ADMIN.value}, others="403")),
    **dict.fromkeys(
        ["console:job-retry", "console:mail-retry"],
        rule(set(), absent={Role.SYSTEM_ADMIN.value}, others="403"),  # nothing has failed
    ),
    **dict.fromkeys(["console:sources", "console:sources-layouts"], CONSOLE),
    **dict.fromkeys(["console:sources-import", "console:sources-file", "console:sources-act"], CASE),
    "console:sources-upload": rule({"counter", "foreign officer"}, others="403"),
    **dict.fromkeys(["console:case-fact", "console:case-fact-override"], CASE),
    "console:case-fact-end-override": NO_LETTER,  # nobody has overridden the fact
    "console:score": SEAT,
    "console:score-file": SEAT,
    "console:score-conflict": SEAT,
    "console:score-note": NO_LETTER,  # no totals lie far apart
    **dict.fromkeys(["console:panels", "console:experts", "console:declarations"], CONSOLE),
    "console:panel-draw": DRAWS,
    **dict.fromkeys(["console:panel", "console:panel-act", "console:expert"], PANEL),
    **dict.fromkeys(["console:expert-admit", "console:expert-import"], KEEPS_POOL),
    "console:expert-act": rule({Role.ACCEPTANCE.value}, absent=STAFF - SEES_CASES, others="403"),
    "console:declare": SEAT,
    **dict.fromkeys(["console:registers", "console:register-awards", "console:register-imports"], CONSOLE),
    "console:register": CONSOLE,
    **dict.fromkeys([f"console:register-import{page}" for page in ("", "-file", "-act")], CASE),
    "console:register-upload": rule({Role.COUNTER.value, "foreign officer"}, others="403"),
    "console:register-entry": rule({Role.COUNTER.value}, absent=STAFF - SEES_CASES, others="403"),
    "console:accounts": rule(SEES_ACCOUNTS | {"foreign officer"}, others="403"),
    "console:company-accounts": rule(SEES_ACCOUNTS, absent={"foreign officer"}, others="403"),
    "console:account-enter": rule({Role.COUNTER.value}, absent={"foreign officer"}, others="403"),
    "console:account-act": rule({Role.SUPERVISION.value}, absent={"foreign officer"}, others="403"),
    "console:account-paper": rule(set(), absent=SEES_ACCOUNTS | {"foreign officer"}, others="403"),  # it has none
    "console:finance_budget": BUDGET,
    "console:finance_lines": BUDGET,
    **dict.fromkeys(["console:overview", "console:overview-cases", "console:overview-tasks"], BUDGET),
    **dict.fromkeys(
        [f"console:finance_{name}" for name in ("entries_all", "entries", "entries_year", "line_act", "year")],
        BUDGET_LINE,
    ),
    "console:finance_statements": BUDGET,
    **dict.fromkeys([f"console:finance_statement_{name}" for name in ("line", "policy", "company")], BUDGET_LINE),
    "console:finance_vouchers": rule(FINANCE, absent={"auditor", "leader", "foreign officer"}, others="403"),
    **dict.fromkeys([f"console:finance_propose_{name}" for name in ("reduction", "move", "year_end")], PROPOSES_MONEY),
    **dict.fromkeys(["console:finance_establish", "console:finance_cash_act"], KEEPS_BUDGET),
    **dict.fromkeys(
        [
            f"console:finance_{name}"
            for name in ("pay", "batches", "answers", "enquiries", "suspense", "reconciliation", "holds")
        ],
        MONEY,
    ),
    **dict.fromkeys(["console:finance_prepare", "console:finance_import"], PREPARES),
    **dict.fromkeys(
        [f"console:finance_{name}" for name in ("batch", "cover", "preview", "batch_act", "answer_file")], BATCH
    ),
    "console:finance_file": BATCH_FILE,
    "console:finance_hold": KEEPS_BUDGET,
    "console:finance_hold_lift": LIFTS,
    "console:suspense": BATCH,
    "console:propose-suspense": PROPOSES_MONEY,
    **dict.fromkeys(["console:audit", "console:audit-cases", "console:audit-case"], AUDIT),
    # Programs are told as programs: 401 instead of a way to sign in. What stands behind each kind of matter, and for
    # whom it is foreign, tests/subsidy/api tries over every resource; here the kind is calls, which everybody may read.
    **dict.fromkeys(["api:root", "api:list", "api:one", "api:acts"], rule(EVERYBODY, anonymous="401")),
    **dict.fromkeys(["api:act", "api:bulk", "api:file"], rule(set(), others="method", anonymous="401")),
    # Calls answer no questions; what others answer, and to whom, tests/subsidy/api tries.
    "api:reading": rule(set(), anonymous="401"),
    **dict.fromkeys(["api:openapi", "api:docs", "api:docs-kind", "api:problems"], PUBLIC),
    "api:oauth-token": POST_ONLY,
    "api:nothing": rule(set(), anonymous="404"),
    # No address of a list is signed, and nobody has asked for one.
    **dict.fromkeys(["own-exports-ask", "own-exports-stop", "own-exports-file"], rule(set())),
    # Whoever has shown no second factor is led to show one, or to set one up.
    **dict.fromkeys(["token:list", "token:new", "webhook:list", "webhook:new"], SIGNED_IN),
    **dict.fromkeys(["token:revoke", "webhook:end", "webhook:again", "own-sessions-end"], POST_ONLY),
}
# Whoever is out must also be out with POST; one of each kind is enough to tell.
# A paper is sent to be compared by anybody who holds it; nothing is kept of it.
ANYBODY_SENDS = {"public:verify-file"}
# Everybody who is signed in sends these about themselves.
SIGNED_IN_SENDS = {"own-sessions-end"}
TRY_POST = {"anonymous", "foreign company", "foreign officer", Role.SYSTEM_ADMIN.value, "nobody"}


_ACTION = {
    "console:case-message": "answer_company",
    "console:letter-serve": "serve_by_post",
    "console:account-act": "freeze_account",
    "console:objection-act": "dismiss",
    "console:sources-act": "apply",
    "console:register-import-act": "apply",
    "console:company-act": "rename",
    "console:panel-act": "draw_further",
    "console:expert-act": "amend",
    "console:person-act": "check_name",
    "console:officer-act": "grant_role",
    "portal:team-act": "hand_over",
    "portal:case-act": "report_part",
    "console:proposal-act": "approve",
    "console:finance_line_act": "appropriate",
    "console:finance_cash_act": "receive_funds",
    "console:recovery-act": "decide",
    "console:undertaking-act": "keep",
    "portal:registration-act": "withdraw",
}


def _action(name: str) -> str:
    """An act that the page of that name knows."""
    if name in _ACTION:
        return _ACTION[name]
    words = {"call": "extend", "round": "approve", "finance": "check"}
    return next((act for word, act in words.items() if word in name), "accept")


CALLS = ("public:call", "public:call-guide", "console:call", "console:call-act", "console:propose-authorisation")


def rejected_case(world: World) -> Case:
    case = world.submitted()
    world.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    return case


class Objects:
    """One object for every address: a case under review, and another whose batch has been exported."""

    def __init__(self, world: World) -> None:
        call = world.call()
        paid = world.ready(call)
        self.round = world.decreed(call)
        self.batch = world.released([world.accounted(paid)])
        self.answers = answer_file(world, world.now)
        self.item = stray(world, debit("NOBODYS", 1_00, reference="STRAY"), "STRAY")
        held = {"scope": "payee", "code": paid.company.uscc, "reason": "核查中"}
        world.act("authority", world.authority, "place_hold", "finance2", data=held)
        self.hold = PayoutHold.objects.get()
        assert call.budget_line is not None
        self.line, self.old_call = call.budget_line, call
        self.objection = objection_of(world)
        reopening = {"case": rejected_case(world).pk, "document": "杭政复〔2024〕1号", "reason": "撤销"}
        proposed = world.open("proposal", "propose_reopening", "supervision", reopening)
        self.proposal = Proposal.objects.get(pk=proposed).number
        self.call = world.call()
        self.case = world.accepted(self.call)
        self.version = world.policy()
        self.checkpoint = checkpoint_of(world)
        self.expert = ExpertProfile.objects.get(user=world.experts(self.case)[0]).pk
        self.account = fresh(paid).company.accounts.get()
        self.file = StoredFile.objects.filter(owner_kind="case", owner_id=self.case.pk).order_by("pk")[0]
        self.registration, self.licence = registration_of(world, world.filer(self.case.company))
        self.officer = world.people["leader"].pk
        self.person = world.filer(self.case.company).pk
        self.paper = letter_of(world, self.case.company)
        self.list = deliver(world, said(self.case.company))
        self.entry = note(world, self.case.company)
        self.facts = upload(world, csv_file(f"uscc,sales_y1\n{self.case.company.uscc},1\n"))
        self.letter = Letter.objects.order_by("pk").values_list("pk", flat=True).first() or 1

    def arguments(self, name: str, pattern: str) -> dict[str, Any]:
        """Values for the names in a pattern."""
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        number = self.case.number
        if "round" in name:
            number = self.round.number
        elif "objec" in name:
            number = self.objection.number
        elif "finance" in name:
            number = self.batch.number
        elif name in ("console:proposal", "console:proposal-act"):
            number = self.proposal
        elif name in CALLS:
            number = self.call.number
        values = {
            "number": number,
            "pk": self._pk(name),
            "kind": "calls" if name.startswith("api:") else "high_tech" if name == "console:register" else "case",
            "key": self.call.number,
            "act": "cancel",
            "reading": "diff",
            "tag": "calls",
            "rest": "a/b/c/d/",
            "action": _action(name),
            "paper": 1,
            "draw": 1,
            "file": self.paper if "letter" in name else self.licence,
            "call_number": self.call.number,
            "section": "basic",
            "account": "available" if "finance" in name else self.account.pk,
            "tab": "mine",
            "position": 1,
            "bureau": "xh",
            "name": "contribution_y1",
            "old": 0,
            "new": 0,
            "record": 1,
            "code": "flying_sky",
            "version": self.version.version,
            "earlier": self.version.version,
            "year": self.line.year,
            "wanted": "csv",
            "dataset": "awards",
        }
        return {one: values[one] for one in wanted}

    def _pk(self, name: str) -> int:
        by_name = {
            "public:notice": Notice.objects.get(round=self.round).pk,
            "public:notice-text": Notice.objects.get(round=self.round).pk,
            **dict.fromkeys(
                ["public:notice-entry-text", "public:object", "public:objected"], self.objection.round.notice.pk
            ),
            "console:objection-file": StoredFile.objects.get(owner_kind="objection").pk,
            "public:decree": Decree.objects.get().pk,
            "public:log-past": self.checkpoint.pk,
            "public:decree-paper": Decree.objects.get().pk,
            "portal:company": self.case.company_id,
            "portal:fact": self.case.company_id,
            **dict.fromkeys(
                [
                    "portal:team",
                    "portal:team-letter",
                    "portal:team-act",
                    "portal:history",
                    "portal:readers",
                    "portal:fitting",
                    "portal:statement",
                ],
                self.case.company_id,
            ),
            "console:company-fact": self.case.company_id,
            **dict.fromkeys(
                ["console:company", "console:company-letter", "console:company-act"], self.case.company_id
            ),
            **dict.fromkeys(
                [f"{room}:registration{page}" for room in ("portal", "console") for page in ("", "-file", "-act")],
                self.registration,
            ),
            **dict.fromkeys([f"console:register-import{page}" for page in ("", "-file", "-act")], self.list.pk),
            "console:register-entry": self.entry.pk,
            **dict.fromkeys(["console:expert", "console:expert-act", "console:declare"], self.expert),
            "console:sources-import": self.facts.pk,
            "console:sources-file": self.facts.pk,
            "console:sources-act": self.facts.pk,
            "portal:propose-account": self.case.company_id,
            "portal:accounts": self.case.company_id,
            "portal:account-paper": self.case.company_id,
            "console:company-accounts": self.account.company_id,
            "console:account-enter": self.account.company_id,
            "console:account-act": self.account.company_id,
            "console:account-paper": self.account.company_id,
            "portal:confirm-account": self.case.company_id,
            "portal:letter": self.letter,
            "console:letter": self.letter,
            **dict.fromkeys(["console:officer", "console:officer-act"], self.officer),
            **dict.fromkeys(["console:person", "console:person-act", "console:person-password"], self.person),
            "console:round-open": self.old_call.pk,
            "console:finance_statement_company": self.account.company_id,
            "console:finance_answer_file": self.answers.pk,
            **dict.fromkeys(
                [
                    f"console:finance_{page}"
                    for page in (
                        "entries",
                        "entries_all",
                        "line_act",
                        "propose_reduction",
                        "propose_move",
                        "statement_line",
                        "vouchers",
                    )
                ],
                self.line.pk,
            ),
            "console:finance_hold_lift": self.hold.pk,
            **dict.fromkeys(["console:suspense", "console:propose-suspense"], self.item.pk),
        }
        found: int = by_name.get(name, self.file.pk)
        return found


def test_every_route_has_its_entry() -> None:
    names = [name for name, _pattern in routes()]
    assert sorted(set(names) - TABLE.keys()) == [], "say in TABLE who comes in (see the head of this file)"
    assert sorted(TABLE.keys() - set(names)) == [], "these routes are gone; take them out of TABLE"
    assert len(names) == len(set(names)), "two routes share a name"


@pytest.mark.long
def test_everybody_at_every_address(db: None) -> None:
    world, other = World(), World(code="yh")
    objects = Objects(world)
    seated = world.experts(objects.case)[0]
    people = visitors(world, other, objects.case.company, world.company(), seated)
    assert {one.label for one in people} == EVERYBODY | {"anonymous"}
    clients = {one.label: one.client() for one in people}
    wrong = []
    for name, pattern in routes():
        address = reverse(name, kwargs=objects.arguments(name, pattern))
        cache.clear()  # all visitors come from one address, whose requests are counted together
        for label, client in clients.items():
            expected = TABLE[name][label]
            got = _asked(client.get(address))
            if got != expected:
                wrong.append(f"{label} at {name}: {got}, must be {expected}")
            own = name in SIGNED_IN_SENDS and label != "anonymous"
            kept_out = expected != "in" and name not in ANYBODY_SENDS and not own
            if kept_out and label in TRY_POST and (sent := _asked(client.post(address))) == "in":
                wrong.append(f"{label} sends to {name}: {sent}, must be kept out")
    assert wrong == [], "\n".join(wrong)


def _asked(response: Any) -> str:
    """The outcome; a file that is sent piece by piece is read to its end, which closes it."""
    found = outcome(response)
    if response.streaming:
        b"".join(response.streaming_content)
    return found
