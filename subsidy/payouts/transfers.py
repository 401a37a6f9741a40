"""Writers and readers of what goes to banks by channels and comes from them. Moments are real time: a bank's clock runs."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet

from subsidy.audit.moment import Moment
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.channels import Arrived, Sealed
from subsidy.payouts.enums import TransferState
from subsidy.payouts.models import BankDelivery, BankTransfer, ExportFile

SILENT_AFTER = dt.timedelta(hours=24)
"""How long a file that was handed over may stay without acknowledgement before it counts as unknown (assumed)."""


def channel_for(account: PayingAccount) -> str:
    """The name of the channel of a paying account; empty where its files are carried by people."""
    named = [name for name, one in settings.BANK_CHANNELS.items() if one["account"] == account.account_number]
    return named[0] if named else ""


def account_of(channel: str) -> PayingAccount | None:
    return PayingAccount.objects.filter(account_number=settings.BANK_CHANNELS[channel]["account"]).first()


def transfer_begin(file: ExportFile, *, now: Moment) -> BankTransfer | None:
    """Have a sealed file go by the channel of its account, once; None where there is no channel."""
    channel = channel_for(file.paying_account)
    if not channel:
        return None
    return BankTransfer.objects.create(authority_id=file.authority_id, file=file, channel=channel, changed_at=now.real)


def transfer_note(transfer: BankTransfer, state: str, *, fault: str, now: Moment) -> None:
    BankTransfer.objects.filter(pk=transfer.pk).update(
        state=state, fault=fault, tries=F("tries") + 1, changed_at=now.real
    )


def transfers_open(channel: str) -> QuerySet[BankTransfer]:
    """Files of which the bank has not said that it has them; those that wait to be sent have their own job."""
    asked = (TransferState.SENT, TransferState.UNKNOWN)
    return BankTransfer.objects.filter(channel=channel, state__in=asked).select_related("file__batch").order_by("pk")


def sealed_of(transfer: BankTransfer) -> Sealed:
    """The file as the channel carries it."""
    file = transfer.file
    return Sealed(file.batch.number, file.name, file.sequence, file.sha256, bytes(file.content))


def last_number(channel: str) -> int:
    """The last number of the bank's own count that was read; 0 before the first."""
    return int(BankDelivery.objects.filter(channel=channel).aggregate(last=Max("sequence"))["last"] or 0)


def is_known(channel: str, file: Arrived) -> bool:
    """Whether this very file, or another one under its number, came before."""
    same = Q(sha256=file.sha256)
    return BankDelivery.objects.filter(same, channel=channel).exists()


def delivery_keep(channel: str, file: Arrived, *, authority_id: int, fault: str, now: Moment) -> None:
    BankDelivery.objects.create(
        authority_id=authority_id,
        channel=channel,
        sequence=file.sequence,
        name=file.name[:200],
        sha256=file.sha256,
        fault=fault[:500],
        came_at=now.real,
    )
