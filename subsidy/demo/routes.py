"""Every state of every route: for each a call that is decided and paid, and one that is open, a case in each state.

Besides there is a case that is overdue, one that was reopened on
remand, and one whose row on the list was objected to; one that was returned and one with a recused expert stand in the
open call of the Flying-Sky plan.
"""

from __future__ import annotations

import datetime as dt

from policies.language import Pack
from subsidy.applicants.models import Company
from subsidy.applicants.models.facts import COMPLETE
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Instalment
from subsidy.demo.first_year import AWARDS, deliver
from subsidy.demo.fitted import company_of, shape
from subsidy.demo.money_story import MoneyOf2024
from subsidy.demo.paying import Order, pay
from subsidy.demo.route_ends import PAID_FOR, Decided, after_award, after_payment
from subsidy.demo.route_path import WAITS, Days, Path
from subsidy.demo.route_policies import HELD, POLICIES, R2, RATED, RoutePolicy, kinds_of, records_held
from subsidy.demo.stage import Actors, Stage
from subsidy.ledger.models import BudgetLine, PayingAccount
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from workflows.common.turn import Origin

FIRST_USER, FIRST_NUMBER, EARLIER = 31, 904_000, 28
YEAR = 2023
JOB = Origin(surface="job")


def day(month: int, number: int) -> dt.date:
    return dt.date(2024, month, number)


REGISTERED_ON, OPENED_ON, FUNDED_ON = day(1, 2), day(1, 17), day(1, 29)
EARLY = Days(
    day(1, 18),
    {
        "submit": (day(1, 18), 10),
        "accept": (day(1, 18), 14),
        "recommend": (day(1, 18), 16),
        "score": (day(1, 19), 9),
        "visit": (day(1, 19), 11),
        "sign_visit": (day(1, 19), 13),
        "co_review": (day(1, 19), 14),
        "confirm": (day(1, 19), 15),
        "upper": (day(1, 19), 16),
    },
)
LATE = Days(
    day(2, 28),
    {
        "submit": (day(2, 28), 10),
        "accept": (day(2, 28), 14),
        "recommend": (day(2, 28), 16),
        "score": (day(2, 29), 9),
        "visit": (day(2, 29), 14),
        "sign_visit": (day(2, 29), 16),
        "co_review": (day(3, 1), 10),
        "confirm": (day(3, 1), 14),
        "upper": (day(3, 1), 15),
    },
)
EARLY_WINDOW, LATE_WINDOW = (day(1, 17), day(1, 20)), (day(2, 19), day(3, 30))
PREPARED_ON, RELEASED_ON, BOOKED_ON = day(2, 1), day(2, 2), day(2, 5)
_NAMES = "云杉青禾星澜远山晨曦沐风清源博雅启明恒岳朗月松涛碧海金石玉泉长庚扶摇听雨观澜知行致远若谷怀瑾凌霄承泽润泽弘毅明德崇文尚德厚朴笃行"
_TRADES = ("智能科技", "新材料", "生物医药", "数据技术", "精密仪器")


class Routes:
    """The story of the routes on one stage; every company has one case at most under each policy's call."""

    def __init__(self, stage: Stage, account: PayingAccount) -> None:
        self.stage, self.account = stage, account
        self.packs: dict[str, Pack] = {}
        self.versions: dict[str, PolicyVersion] = {}
        self._known: dict[int, tuple[Actors, Company]] = {}

    def play(self) -> None:
        for policy in POLICIES:
            self.publish(policy)
        self.line = self.fund()
        self.earlier_awards()
        decided = [self.early(policy) for policy in POLICIES]
        self.paid(decided)
        for one in decided:
            after_payment(self.stage, one)
        MoneyOf2024(self.stage, self.account, decided).play()
        for policy in POLICIES:
            if policy is not RATED:
                self.late(policy)
        self.reopened()

    # --- what stands before the first case ---------------------------------------------------------------------

    def publish(self, policy: RoutePolicy) -> None:
        name, at = f"routes:policy:{policy.key}", self.stage.moment(REGISTERED_ON)
        pk = self.stage.open(name, "policy_version", "publish", "policy2", at, policy.texts())
        self.versions[policy.key] = PolicyVersion.objects.select_related("policy").get(pk=pk)
        self.packs[policy.key] = pack_of(self.versions[policy.key])

    def fund(self) -> BudgetLine:
        stage, values = self.stage, {"year": 2024, "code": "2060499-YS", "name_zh": "科技政策兑现资金"}
        at = stage.moment(REGISTERED_ON, 10)
        more = {"name_en": "Funds for the other policies", "source": "district", "programme": "政策兑现"}
        more |= {"function_code": "2060499"}
        pk = stage.open("routes:line", "budget_line", "establish", "finance2", at, {**values, **more})
        money = {"amount_fen": 60_000_000_00, "document": "西财〔2024〕2号"}
        stage.act("routes:line:appropriate", "budget_line", pk, "appropriate", "finance2", at, money)
        received = {"paying_account": self.account.pk, "amount_fen": 20_000_000_00, "document": "西财拨〔2024〕3号"}
        at = stage.moment(FUNDED_ON)
        stage.act("routes:funds", "authority", stage.authority.pk, "receive_funds", "finance2", at, received)
        return BudgetLine.objects.get(pk=pk)

    def earlier_awards(self) -> None:
        """All awards from before this system, as one complete list: without it nobody is known to have had none."""
        actors, _company = self.company(EARLIER)
        line = f'{actors.key},rd_platform_award,省级,rd_platform,{actors.key},"300,000.00",2020-06-01,杭财〔2020〕3号'
        data = {"register": "prior_awards", "as_of": "2024-01-01", "complete": "on"}
        deliver(self.stage, "routes:awards", f"{AWARDS}\n{line}\n", data, self.stage.moment(REGISTERED_ON, 15))

    def company(self, place: int) -> tuple[Actors, Company]:
        """The company at that place, registered, with its people and with what is held of it."""
        if place not in self._known:
            stage, at = self.stage, self.stage.moment(REGISTERED_ON, 11)
            first, trade = _NAMES[2 * place : 2 * place + 2], _TRADES[place % len(_TRADES)]
            figures = shape(
                f"杭州{first}{trade}有限公司", "I6513", "2015-05-20", f"{first[0]}文", f"{first[1]}武",
                6_000 + 100 * place, 20, 60, 150, 180, year=YEAR,
            )  # fmt: skip
            generated = company_of(figures, FIRST_NUMBER + place)
            actors = Actors(generated, f"company{FIRST_USER + place}")
            company = stage.company(generated, at)
            people = {"handler": generated.handler.name, "legal": generated.legal.name}
            stage.people.members(company, actors.username, **people)
            self._hold(actors, company, place)
            self._known[place] = actors, company
        return self._known[place]

    def _hold(self, actors: Actors, company: Company, place: int) -> None:
        stage, kinds = self.stage, kinds_of(list(self.packs.values()))
        lists = {name: pack.records[name] for pack in self.packs.values() for name in pack.records}
        gathered = {
            source: [
                {"name": name, "kind": kinds[name], "value": value} for name, value in facts.items() if name in kinds
            ]
            for source, facts in HELD.items()
        }
        for source, held in records_held(place).items():
            for name, records in held.items():
                if name not in lists:
                    continue
                marker = {"name": COMPLETE, "kind": "yes_no", "value": True, "list_name": name, "record_key": ""}
                gathered.setdefault(source, []).append(marker)
                gathered[source] += [
                    {
                        "name": field,
                        "kind": lists[name].fields[field].kind,
                        "value": value,
                        "list_name": name,
                        "record_key": record[lists[name].key],
                    }
                    for record in records
                    for field, value in record.items()
                ]
        for source, facts in gathered.items():
            data = {"source": source, "as_of": REGISTERED_ON.isoformat(), "facts": facts}
            at = stage.moment(REGISTERED_ON, 14)
            stage.act(f"routes:facts:{actors.key}:{source}", "company", company.pk, "keep_facts", "counter", at, data)

    def call(self, policy: RoutePolicy, which: str, window: tuple[dt.date, dt.date], budget_fen: int) -> Call:
        opens, closes = window
        pack = self.packs[policy.key]
        batch = {"early": ("第一批", "first"), "late": ("第二批", "second")}[which]
        pk = self.stage.open(
            f"routes:call:{policy.key}:{which}",
            "call",
            "open",
            "policy2",
            self.stage.moment(opens, 8),
            {
                "policy_version": self.versions[policy.key].pk,
                "number": f"XH-{policy.key.upper().replace('_', '-')}-2024-{1 if which == 'early' else 2}",
                "title_zh": f"2024年{pack.title.zh}{batch[0]}",
                "title_en": f"{pack.title.en}, {batch[1]} call of 2024",
                "opens_at": dt.datetime.combine(opens, dt.time(8, 30), tzinfo=ZONE),
                "closes_at": dt.datetime.combine(closes, dt.time(), tzinfo=ZONE),
                "route": "",
                "route_version": "",
                "allocation": "" if pack.allocation is not None else "ranked",
                "budget_line": self.line.pk,
                "budget_fen": budget_fen,
                "contact": "政策服务科 0571-0000 0018",
            },
        )
        return Call.objects.get(pk=pk)

    def authorise(self, policy: RoutePolicy, call: Call, on: dt.date) -> None:
        """Two people sign that the rule may decide the cases of this call; every one of them is checked afterwards."""
        terms = {
            "call": call.pk,
            "cap_fen": policy.award_fen * 40,
            "case_cap_fen": policy.award_fen * 2,
            "sample_percent": 100,
            "valid_from": on.isoformat(),
            "valid_to": "2024-12-31",
            "reason": "规则清晰，数据完整，逐户抽查。",
        }
        name, stage = f"routes:authorise:{policy.key}:{call.pk}", self.stage
        pk = stage.open(name, "proposal", "propose_authorisation", "amount", stage.moment(on, 9), terms)
        stage.act(f"{name}:approve", "proposal", pk, "approve", "leader", stage.moment(on, 9, 30))

    # --- the calls ---------------------------------------------------------------------------------------------

    def early(self, policy: RoutePolicy) -> Decided:
        """A call that is decided: a case in every state from the award on, the budget short of one where one is not funded."""
        wanted = PAID_FOR[policy.key]
        funded = len(wanted) - wanted.count(CaseState.NOT_FUNDED)
        call = self.call(policy, "early", EARLY_WINDOW, policy.award_fen * funded + policy.award_fen // 2)
        by_rule = policy.route in ("R0", "R1")
        if by_rule:
            self.authorise(policy, call, EARLY.filed_on)
        path = Path(self.stage, policy, self.packs[policy.key], call, EARLY, by_rule=by_rule)
        cases = {}
        for place, target in enumerate(wanted):
            actors, company = self.company(place)
            base = 90 - 3 * place
            cases[target] = actors, self.led(path, actors, company, CaseState.PAID, base=base)
        if policy is R2:
            self._left_behind(path, len(wanted))
        decided = Decided(policy, self.packs[policy.key], call, cases)
        after_award(self.stage, decided)
        return decided

    def led(self, path: Path, actors: Actors, company: Company, target: CaseState, *, base: int = 88) -> int:
        if path.policy.route == "R0":
            at = self.stage.moment(path.days.filed_on, 10)
            data = {"call": path.call.pk, "company": company.pk}
            name = f"routes:offer:{actors.key}:{path.call.pk}"
            return self.stage.open(name, "case", "offer", "system:clock", at, data, origin=JOB)
        return path.lead(actors, company, target, base=base)

    def _left_behind(self, path: Path, place: int) -> None:
        """One that nobody has looked at since: overdue. One that was not accepted, and is reopened on remand."""
        actors, company = self.company(place)
        path.lead(actors, company, CaseState.AWAITING_ACCEPTANCE)
        actors, company = self.company(place + 1)
        self._remanded = path.lead(actors, company, CaseState.NOT_ACCEPTED)

    def paid(self, decided: list[Decided]) -> None:
        """One batch for all that is due under these policies."""
        cases = [case for one in decided for case in one.to_be_paid()]
        due = Instalment.objects.filter(award__case__in=cases, position=1).order_by("award__case")
        key = "routes:batch"
        order = Order(key, "pain.001.001.09", self.account, "科技政策兑现", PREPARED_ON, RELEASED_ON, BOOKED_ON)
        pay(self.stage, order, list(due.values_list("pk", flat=True)))

    def late(self, policy: RoutePolicy) -> None:
        """The open call: a case in every state up to the round."""
        call = self.call(policy, "late", LATE_WINDOW, policy.award_fen * 40)
        path = Path(self.stage, policy, self.packs[policy.key], call, LATE)
        if policy.route == "R0":
            self._offers(path)
            return
        waits = [state for step, state in WAITS.items() if step in set(path.steps())]
        ends = [CaseState.AWAITING_CORRECTION, CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN, CaseState.REJECTED]
        if policy.route == "R4":
            ends.append(CaseState.REFUSED_ABOVE)
        for place, target in enumerate([*waits, CaseState.AWAITING_ROUND, *ends], 12):
            actors, company = self.company(place)
            path.lead(actors, company, target)

    def _offers(self, path: Path) -> None:
        """Offers that wait, that were declined, and that were questioned: those people look at, and may reject."""
        stage, call = self.stage, path.call
        self.authorise(path.policy, call, LATE.filed_on)
        targets = (CaseState.AWAITING_ROUND, CaseState.DECLINED, CaseState.AMOUNT_CHECK, CaseState.REJECTED)
        for place, target in enumerate(targets, 12):
            actors, company = self.company(place)
            case_id, at = self.led(path, actors, company, target), stage.moment(day(2, 29), 10)
            if target == CaseState.DECLINED:
                reason = {"reason": "本年度已享受其他政策，放弃本项奖励。"}
                stage.case_act(actors, case_id, "decline_offer", f"{actors.username}-legal", at, reason)
            elif target != CaseState.AWAITING_ROUND:
                reason = {"reason": "我公司名称与名单不一致，请核实。"}
                stage.case_act(actors, case_id, "question_offer", actors.username, at, reason)
            if target == CaseState.REJECTED:
                reason = {"reason": "经核实，名单所列企业并非申请人。"}
                stage.case_act(actors, case_id, "reject", "amount", stage.moment(day(3, 1), 10), reason)

    def reopened(self) -> None:
        """A review annuls the refusal; the supervision desk proposes to reopen the case, the leader approves."""
        stage, name = self.stage, "routes:reopening"
        data = {
            "case": self._remanded,
            "document": "杭政复〔2024〕3号",
            "reason": "行政复议撤销原决定，责令重新处理。",
        }
        at = stage.moment(day(3, 1), 10)
        pk = stage.open(name, "proposal", "propose_reopening", "supervision", at, data)
        stage.act(f"{name}:approve", "proposal", pk, "approve", "leader", stage.moment(day(3, 1), 11))
