"""Each route of a case led from its beginning to its end, with a look at every place where it stands on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Unit, User
from subsidy.cases.models import Case
from subsidy.decisions.models import Round
from subsidy.programmes.models import Call
from tests.workflows.sending import Data, Place
from tests.workflows.staff import Person
from tests.workflows.test_by_rule import IN_PARTS, authorised, known_company, offered, settled
from tests.workflows.test_stages import Bureau
from tests.world import days_later, fresh
from workflows.common.nodes import Standing

_ASKED = "  recommendation: yes\n  visit: yes\n  co_review: [tax, court]\n"
# Each route with every stage that its policy may ask for.
ROUTES: Mapping[str, str] = {
    "R0": "  kind: R0\n  co_review: no\n",
    "R1": "  kind: R1\n  co_review: no\n",
    "R2": f"  kind: R2\n{_ASKED}",
    "R3": f"  kind: R3\n{_ASKED}",
    "R4": f"  kind: R4\n  upper: city\n{_ASKED}",
    "R5": f"  kind: R5\n{_ASKED}",
}
# What leads on from a node, and whose part it is; a name that is nobody's is that of a person of the company.
LEADS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "draft": (("submit", "filer"),),
    "acceptance": (("return_for_correction", "acceptance"), ("accept", "acceptance")),
    "correction": (("resubmit", "filer"),),
    "recommendation": (("recommend", "beishan1"),),
    "visit": (("record_visit", "acceptance"),),
    "visit_signature": (("sign_visit", "acceptance2"),),
    "co_review": (("agree", "tax1"), ("agree", "court1")),
    "amount_check": (("confirm_amount", "amount"),),
    "upper": (("grant_above", "acceptance"),),
    "agreement": (("sign_agreement", "legal"),),
    "agreement_signature": (("return_agreement", "leader"), ("countersign", "leader")),
    "account": (("choose_account", "legal"),),
    "milestone": (("report_part", "filer"),),
    "completion": (("return_part", "amount"), ("confirm_part", "amount")),
    "sample_check": (("confirm_sample", "acceptance"),),
}
ROUND_LEADS: Mapping[str, tuple[str, str]] = {
    "collect": ("close_collection", "amount"),
    "division": ("sign", "division"),
    "meeting": ("approve", "leader"),
    "publication": ("publish", "notice"),
    "decree": ("issue_decree", "notice"),
}
# Where a case stands until its round, or the bank, moves it.
STOPS = ("round", "payment")
Look = Callable[[Case, Standing | None], None]


def node_of(subject: Any) -> Standing | None:
    """The node where a matter stands; None when it has ended."""
    open_tasks = fresh(subject).process.task_set.filter(finished__isnull=True)
    nodes = {task.flow_task.name: task.flow_task for task in open_tasks if isinstance(task.flow_task, Standing)}
    assert len(nodes) <= 1, nodes
    return next(iter(nodes.values()), None)


class Walk:
    """One route; `look` is called once at each place where a case of it comes to stand, and at its end."""

    def __init__(self, bureau: Bureau, route: str, look: Look) -> None:
        self.bureau, self.route, self.look = bureau, route, look
        self.data = Data(bureau)
        self.seen: list[str] = []
        self._done: set[tuple[int, str]] = set()
        for code in ("beishan", "liuxia", "tax", "court", "env"):
            if code not in bureau.units:
                bureau.units[code] = Unit.objects.create(
                    authority=bureau.authority, code=code, name_zh=code, name_en=code
                )

    def whole(self, version: str = "2023.2") -> None:
        """Lead cases along the route, under that version of the policy, until one of them is paid whole or ended."""
        call = self.bureau.call_by(ROUTES[self.route], version, IN_PARTS, panel=self.route == "R5")
        case = self._cases(call)
        decree(self.bureau, call)
        node = self._on(case)
        while node is not None:
            assert node.name == "payment", f"{self.route} stopped at {node.name}"
            settled(self.bureau, case)
            node = self._on(case)

    def _cases(self, call: Call) -> Case:
        """A case that waits for its round; under R0 and R1 after another one that people looked at."""
        bureau = self.bureau
        if self.route == "R0":
            authorised(bureau, call, sample_percent=100)
            questioned = self._offered(call)
            self._on(questioned)
            bureau.act(
                "case", questioned, "question_offer", bureau.filer(questioned.company), data={"reason": "数据有误"}
            )
            self._on(questioned)
            case = self._offered(call)
        else:
            case = self._filled(call)
        if self.route == "R1":
            self._on(case)
            authorised(bureau, call, sample_percent=100)
            case = self._filled(call)
        self._on(case)
        return case

    def _offered(self, call: Call) -> Case:
        company = known_company(self.bureau)
        self._banked(company)
        return offered(self.bureau, call, company)

    def _filled(self, call: Call) -> Case:
        company = self.bureau.company()
        company.township = self.bureau.units["beishan"]
        company.save(update_fields=["township"])
        self._banked(company)
        return self.bureau.filled(call, company)

    def _banked(self, company: Any) -> None:
        """The company's payee account, confirmed before anything is granted."""
        entry = {
            "holder_name": company.name,
            "account_number": f"62220000{company.pk:08d}",
            "bank_name": "招商银行杭州分行",
            "bank_code": "308584000013",
        }
        bureau = self.bureau
        bureau.act("company", company, "propose_account", bureau.filer(company), data=entry)
        account = company.accounts.get()
        bureau.act("company", company, "confirm_account", bureau.legal(company), data={"account": account.pk})

    def _on(self, case: Case) -> Standing | None:
        """Lead the case until somebody else must move it; returns where it then stands."""
        while True:
            case = fresh(case)
            node = node_of(case)
            name = node.name if node else "ended"
            if name not in self.seen:
                self.seen.append(name)
                self.look(case, node)
            if node is None or name in STOPS:
                return node
            self._lead(case, node)

    def _lead(self, case: Case, node: Standing) -> None:
        if node.name == "score":
            self.bureau.score_all(case)
            return
        leads = LEADS[node.name]
        if node.name != "co_review":  # there everybody acts once; elsewhere the first act once and then the second
            first = (case.pk, node.name) not in self._done
            leads = leads[:1] if first else leads[-1:]
            self._done.add((case.pk, node.name))
        for action, who in leads:
            act = node.act(action)
            assert act is not None, action
            data, files = self.data(Place(case, node, []), act)
            self.bureau.act("case", case, action, self._who(case, who), data=data, files=files)

    def _who(self, case: Case, who: str) -> User:
        people = {"filer": self.bureau.filer, "legal": self.bureau.legal}
        return people[who](case.company) if who in people else self.bureau.people[who]


def decree(bureau: Bureau, call: Call) -> Round:
    """A round of the call led to its decree by whoever its amounts and authorisations ask for."""
    round_, data = bureau.round_on(call), Data(bureau)
    while (node := node_of(round_)) is not None:
        if node.name == "notice":
            bureau.now = days_later(bureau.now, 14)  # past any holidays
            bureau.act("round", round_, "close_notice", bureau.system)
            continue
        action, who = ROUND_LEADS[node.name]
        act = node.act(action)
        assert act is not None, action
        said, _files = data(Place(fresh(round_), node, []), act)
        if action == "issue_decree":
            said = {"number": f"西科〔2024〕{100 + round_.pk}号"}
        bureau.act("round", round_, action, who, data=said)
    return fresh(round_)


def units_people(bureau: Bureau) -> dict[str, Person]:
    """People of units who have acted on nothing yet: by township and department."""
    found = {}
    for code in ("beishan", "liuxia", "tax", "court", "env"):
        role = Role.TOWNSHIP if code in ("beishan", "liuxia") else Role.DEPARTMENT
        found[code] = Person(code, bureau.in_unit(f"m-{code}", role, code), roles=frozenset({role}))
    return found
