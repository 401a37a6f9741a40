"""Accounts and batches of the story: entered and confirmed by two, prepared, checked and released by three, answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.applicants.models import PayeeAccount
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.models import Case
from subsidy.demo import bank
from subsidy.demo.stage import Actors, Stage
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.models import Batch
from workflows.payout_batch.jobs import issue_batch_cover


@dataclass(frozen=True, slots=True)
class Order:
    """A batch of the story: its key there, what it pays from which account, and on which days."""

    key: str
    format: str
    account: PayingAccount
    purpose: str
    prepared_on: dt.date
    released_on: dt.date
    booked_on: dt.date
    refused: Mapping[int, str] = field(default_factory=dict)
    """Of which cases the bank refuses the payment, and its reason code."""
    silent: frozenset[int] = frozenset()
    """Of which cases the bank never says anything."""


def enter_account(stage: Stage, actors: Actors, company_id: int, entered_at: Moment, confirmed_at: Moment) -> int:
    """Enter the company's account as its handler and confirm it as its legal representative; returns the account."""
    account = actors.generated.account
    stage.act(
        f"{actors.key}:account:propose",
        "company",
        company_id,
        "propose_account",
        actors.username,
        entered_at,
        {
            "holder_name": account.holder_name,
            "account_number": account.number,
            "bank_name": account.bank_name,
            "bank_code": account.bank_code,
        },
    )
    entered = PayeeAccount.objects.filter(company=company_id).order_by("id").values_list("pk", flat=True)[0]
    legal, data = f"{actors.username}-legal", {"account": entered}
    stage.act(f"{actors.key}:account:confirm", "company", company_id, "confirm_account", legal, confirmed_at, data)
    return entered


def choose_account(stage: Stage, actors: Actors, case_id: int, entered_at: Moment, confirmed_at: Moment) -> None:
    """Have a case paid to the company's account, which is entered when there is none yet."""
    company_id = Case.objects.values_list("company", flat=True).get(pk=case_id)
    entered = enter_account(stage, actors, company_id, entered_at, confirmed_at)
    stage.case_act(actors, case_id, "choose_account", f"{actors.username}-legal", confirmed_at, {"account": entered})


def pay(stage: Stage, order: Order, instalments: list[int]) -> None:
    """Lead a batch through three people, export it, and read in what the reference bank answers."""
    batch_id = stage.open(
        order.key,
        "batch",
        "prepare",
        "finance1",
        stage.moment(order.prepared_on, 10),
        {
            "instalments": instalments,
            "format": order.format,
            "paying_account": order.account.pk,
            "execution_on": order.released_on.isoformat(),
            "purpose": order.purpose,
        },
    )
    for action, who, at in (
        ("check", "finance2", stage.moment(order.prepared_on, 15)),
        ("release", "finance3", stage.moment(order.released_on, 10)),
        ("export", "finance1", stage.moment(order.released_on, 11)),
    ):
        stage.act(f"{order.key}:{action}", "batch", batch_id, action, who, at)
    issue_batch_cover(batch_id, now=stage.moment(order.released_on, 11))
    _answer(stage, order, Batch.objects.select_related("export_file").get(pk=batch_id))


def _answer(stage: Stage, order: Order, batch: Batch) -> None:
    """Read in what the bank sends back, each file on its day: the status report first, then the booking."""
    documents = bank.answer(
        bytes(batch.export_file.content),
        answered_at=bank_hour(order.booked_on),
        booked_on=order.booked_on,
        instructions=instructions(order, batch),
    )
    for number, document in enumerate(documents, 1):
        at = stage.moment(order.booked_on, 9 + number)
        read_in(stage, f"{order.key}:answers:{number}", document, at)


def instructions(order: Order, batch: Batch) -> bank.Instructions:
    """What the bank is to refuse and to be silent about, by the keys of the payments."""
    keys = dict(batch.lines.values_list("case", "end_to_end_id"))
    return bank.Instructions(
        reject={keys[case]: code for case, code in order.refused.items()},
        silent=frozenset(keys[case] for case in order.silent),
    )


def bank_hour(day: dt.date) -> dt.datetime:
    """When the bank writes its files of a day."""
    return dt.datetime.combine(day, dt.time(8, 30), tzinfo=ZONE)


def read_in(stage: Stage, name: str, document: bank.Document, at: Moment) -> None:
    """Read a file of the bank, once."""
    files = {"file": SimpleUploadedFile(document.name, document.content)}
    stage.act(name, "authority", stage.authority.pk, "import_answers", "finance1", at, files=files)


def change_account(
    stage: Stage, actors: Actors, case_id: int, number: str, entered_at: Moment, changed_at: Moment
) -> None:
    """Another account: entered and confirmed by two at once, and named for the case when it may be paid to."""
    company_id, account = Case.objects.values_list("company", flat=True).get(pk=case_id), actors.generated.account
    name, legal = f"{actors.key}:account:{number}", f"{actors.username}-legal"
    entry = {
        "holder_name": account.holder_name,
        "account_number": number,
        "bank_name": account.bank_name,
        "bank_code": account.bank_code,
    }
    stage.act(f"{name}:propose", "company", company_id, "propose_account", actors.username, entered_at, entry)
    mine = PayeeAccount.objects.filter(company=company_id, proposed_at=entered_at.at)
    data = {"account": mine.values_list("pk", flat=True).get()}
    stage.act(f"{name}:confirm", "company", company_id, "confirm_account", legal, entered_at, data)
    stage.case_act(actors, case_id, "change_account", legal, changed_at, data)
