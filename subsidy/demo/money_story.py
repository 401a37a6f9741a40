"""What happens to money after it was paid: refused, returned, asked back, set off, unknown, and held against the bank.

Every file is one that the reference bank wrote; everything else is an act of a person, at the dates of the time.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Sum

from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Instalment
from subsidy.demo import bank
from subsidy.demo.paying import Order, bank_hour, change_account, pay, read_in
from subsidy.demo.route_ends import Decided
from subsidy.demo.stage import Actors, Stage
from subsidy.ledger.enums import CashAccountKind
from subsidy.ledger.models import Leg, PayingAccount
from subsidy.payouts.models import Batch, Recovery, SuspenseItem
from workflows.recovery.jobs import issue_recovery_notice

FORMAT = "pain.001.001.09"
RETURNED_ON, ENTERED_ON, CHANGED_ON = dt.date(2024, 2, 8), dt.date(2024, 2, 8), dt.date(2024, 2, 19)
PREPARED_ON, RELEASED_ON, BOOKED_ON = dt.date(2024, 2, 20), dt.date(2024, 2, 21), dt.date(2024, 2, 22)
CREDITED_ON, RESOLVED_ON = dt.date(2024, 2, 23), dt.date(2024, 2, 26)
OTHER_ACCOUNT = "6214830188002024"
CREDITS = (
    ("中国工商银行西湖支行", 3_215_60, "一季度存款利息"),
    ("杭州西泠贸易有限公司", 12_800_00, "货款"),
)


def recover(
    stage: Stage, name: str, actors: Actors, case_id: int, *, fen: int, proposed_on: dt.date, decided_on: dt.date
) -> int:
    """A recovery that an inspection found, answered by the company, ordered by the leader, its notice printed."""
    asked = {
        "case": case_id,
        "ground": "found",
        "term": "",
        "occurred_on": proposed_on.isoformat(),
        "amount_fen": fen,
        "reason": "专项检查发现部分研发支出凭证不符合规定，应予追回。",
    }
    pk = stage.open(name, "recovery", "propose", "amount", stage.moment(proposed_on, 10), asked)
    heard = {"answer": "情况属实，我公司服从处理。"}
    stage.act(f"{name}:answer", "recovery", pk, "answer", actors.username, stage.moment(proposed_on, 16), heard)
    decision = {"amount_fen": fen, "reasons": "事实清楚，依据充分，追回相应奖补资金。"}
    decided = stage.moment(decided_on, 10)
    stage.act(f"{name}:decide", "recovery", pk, "decide", "leader", decided, decision)
    issue_recovery_notice(pk, now=decided)
    return pk


def repaid(stage: Stage, recovery: int, account: PayingAccount, fen: int, on: dt.date, reference: str) -> None:
    """The company pays a part back, as the bank's paper says."""
    data = {
        "recovery": Recovery.objects.values_list("number", flat=True).get(pk=recovery),
        "paying_account": account.pk,
        "amount_fen": fen,
        "reference": reference,
        "received_on": on.isoformat(),
    }
    at, who = stage.moment(on, 15), "finance2"
    stage.act(f"repaid:{reference}", "authority", stage.authority.pk, "receive_repayment", who, at, data)


def recoveries_of_first_batch(stage: Stage, cases: list[tuple[Actors, int]], account: PayingAccount) -> None:
    """One paid back in two parts, one written off, one of which most is still owed."""
    parts, lost, owing = cases
    day = dt.date
    first = recover(
        stage, "recovery:parts", *parts, fen=200_000_00, proposed_on=day(2023, 3, 6), decided_on=day(2023, 3, 13)
    )
    repaid(stage, first, account, 120_000_00, day(2023, 4, 10), "GH20230410")
    repaid(stage, first, account, 80_000_00, day(2023, 5, 10), "GH20230510")
    second = recover(
        stage, "recovery:lost", *lost, fen=60_000_00, proposed_on=day(2023, 4, 3), decided_on=day(2023, 4, 10)
    )
    given_up = {
        "recovery": second,
        "document": "（2023）浙0106破9号",
        "reason": "法院裁定终结破产程序，无财产可供分配。",
    }
    at = stage.moment(day(2023, 11, 20), 10)
    pk = stage.open("recovery:lost:off", "proposal", "propose_write_off", "finance2", at, given_up)
    stage.act("recovery:lost:off:approve", "proposal", pk, "approve", "leader", stage.moment(day(2023, 11, 21), 10))
    third = recover(
        stage, "recovery:open", *owing, fen=90_000_00, proposed_on=day(2024, 1, 8), decided_on=day(2024, 1, 15)
    )
    repaid(stage, third, account, 20_000_00, day(2024, 1, 26), "GH20240126")


class MoneyOf2024:
    """The batch after the first: one payment again, one refused, one without an answer, one wholly or partly set off."""

    def __init__(self, stage: Stage, account: PayingAccount, decided: list[Decided]) -> None:
        self.stage, self.account = stage, account
        self.cases = {one.policy.key: one.cases for one in decided}

    def play(self) -> None:
        owing, owing_case = self.cases["demo_r4"][CaseState.PAID]
        returned, case_id = self.cases["demo_r3"][CaseState.PAID]
        recover(
            self.stage, "recovery:set-off", owing, owing_case,
            fen=50_000_00, proposed_on=dt.date(2024, 2, 6), decided_on=dt.date(2024, 2, 7),
        )  # fmt: skip
        self.returned(case_id)
        entered, changed = self.stage.moment(ENTERED_ON, 15), self.stage.moment(CHANGED_ON, 10)
        change_account(self.stage, returned, case_id, OTHER_ACCOUNT, entered, changed)
        self.paid_again(case_id)
        self.statements()
        self.resolved()

    def returned(self, case_id: int) -> None:
        """Three days after its settlement a payment comes back: the company had closed its account."""
        name = "routes:late-return"
        if self.stage.has(name):
            return
        line = Batch.objects.get(pk=self.stage.id_of("routes:batch")).lines.select_related("batch").get(case=case_id)
        content = bank.money_back(
            bytes(line.batch.export_file.content),
            returned={line.end_to_end_id: "AC04"},
            answered_at=bank_hour(RETURNED_ON),
            booked_on=RETURNED_ON,
        )
        document = bank.Document(f"{line.batch.number}-return-camt.054.xml", content)
        read_in(self.stage, name, document, self.stage.moment(RETURNED_ON, 10))

    def paid_again(self, case_id: int) -> None:
        """Partly carried out: the returned payment goes through, one is refused, of one the bank says nothing."""
        refused = self.cases["demo_r3"][CaseState.AWAITING_PAYMENT][1]
        silent = self.cases["demo_r2"][CaseState.AWAITING_PAYMENT][1]
        due = Instalment.objects.filter(award__case__in=(case_id, refused, silent), position=1).order_by("award__case")
        order = Order(
            "routes:batch:2", FORMAT, self.account, "科技政策兑现", PREPARED_ON, RELEASED_ON, BOOKED_ON,
            refused={refused: "AC01"}, silent=frozenset({silent}),
        )  # fmt: skip
        pay(self.stage, order, list(due.values_list("pk", flat=True)))
        self.order = order

    def statements(self) -> None:
        """The account's statements of two days: the batch, then money that nobody expected."""
        names = "statement:1", "statement:2"
        if all(self.stage.has(name) for name in names):
            return
        batch = Batch.objects.select_related("export_file").get(pk=self.stage.id_of(self.order.key))
        settled = batch.lines.filter(state="settled")
        silent = dict.fromkeys(batch.lines.exclude(state="settled").values_list("end_to_end_id", flat=True), "AC01")
        opening = self.held_before(BOOKED_ON)
        closing = opening - sum(line.sent_fen for line in settled)
        first = bank.account_statement(
            bytes(batch.export_file.content),
            opening_fen=opening,
            sequence=1,
            answered_at=bank_hour(BOOKED_ON),
            booked_on=BOOKED_ON,
            instructions=bank.Instructions(reject=silent),
        )
        number, at = self.account.account_number, bank_hour(CREDITED_ON)
        second = bank.money_in(number, credits=CREDITS, opening_fen=closing, sequence=2, at=at)
        for name, content, on in zip(names, (first, second), (BOOKED_ON, CREDITED_ON), strict=True):
            document = bank.Document(f"{on:%Y%m%d}-camt.053.xml", content)
            read_in(self.stage, name, document, self.stage.moment(on, 17))

    def held_before(self, day: dt.date) -> int:
        """What the books say was in the account when the day began, in fen."""
        began = dt.datetime.combine(day, dt.time(), tzinfo=ZONE)
        legs = Leg.objects.filter(cash_account__paying_account=self.account, transaction__at__lt=began)
        return legs.filter(cash_account__kind=CashAccountKind.BANK).aggregate(fen=Sum("amount"))["fen"] or 0

    def resolved(self) -> None:
        """Two people find that one of the credits is interest; the other is still looked into."""
        name = "suspense:interest"
        if self.stage.has(f"{name}:approve"):
            return
        item = SuspenseItem.objects.values_list("pk", flat=True).get(amount_fen=CREDITS[0][1])
        data = {"item": item, "resolution": "interest", "reason": "银行利息清单已核对。"}
        at = self.stage.moment(RESOLVED_ON, 10)
        pk = self.stage.open(name, "proposal", "propose_suspense", "finance1", at, data)
        self.stage.act(f"{name}:approve", "proposal", pk, "approve", "finance2", self.stage.moment(RESOLVED_ON, 15))
