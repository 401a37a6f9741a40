"""Carries sealed files to banks and fetches their answers. A file of which nobody knows is enquired about, never resent.

Each outcome passes the door as an act on the batch, so that its story says when the bank had the file; a fetched answer
passes the same import as one that a person brings.
"""

from __future__ import annotations

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.payouts.channels import Arrived, Channel, NotReached, Silent, channel_of
from subsidy.payouts.enums import TransferState
from subsidy.payouts.models import BankTransfer
from subsidy.payouts.transfers import (
    SILENT_AFTER,
    account_of,
    delivery_keep,
    is_known,
    last_number,
    sealed_of,
    transfers_open,
)
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import BadData

ACTOR = "system:banks"


class ChannelDown(Exception):
    """The way to a bank is down, or its numbers leave a gap; the next run tries again, the failed job shows it."""


def note(transfer: BankTransfer, state: TransferState, fault: str, *, now: Moment) -> None:
    """Have the door write how far a file is; a repeat of the same outcome writes nothing."""
    door.perform(
        "batch",
        transfer.file.batch_id,
        "note_transfer",
        actor=system_actor(ACTOR),
        now=now,
        key=f"transfer:{transfer.pk}:{transfer.tries}:{state}",
        data={"state": str(state), "fault": fault},
        origin=ORIGIN,
    )


def send_to_bank(transfer_id: int, channel: Channel, *, now: Moment) -> TransferState | None:
    """Hand one file over; None when it is not waiting to be sent. Raises ChannelDown while nothing has left.

    Before the file leaves it is noted as unknown, so that a process which ends in between leaves an enquiry behind and
    no second sending.
    """
    transfer = BankTransfer.objects.select_related("file__batch").get(pk=transfer_id)
    if transfer.state != TransferState.WAITING:
        return None
    note(transfer, TransferState.UNKNOWN, "under way", now=now)
    transfer.refresh_from_db()
    try:
        state = channel.hand_over(sealed_of(transfer), at=int(now.real.timestamp()))
    except NotReached as fault:
        note(transfer, TransferState.WAITING, str(fault), now=now)
        raise ChannelDown(f"{transfer.channel}: {fault}") from fault
    if state != TransferState.UNKNOWN:
        note(transfer, state, "", now=now)
    return state


def enquire(transfer: BankTransfer, channel: Channel, *, now: Moment) -> TransferState:
    """Ask the bank for a file that it has not acknowledged; what it has nothing of waits to be sent again."""
    at = int(now.real.timestamp())
    try:
        state = channel.enquire(sealed_of(transfer), at=at)
    except Silent:
        state = TransferState(transfer.state)
    if state is None:
        note(transfer, TransferState.WAITING, "the bank has nothing of it", now=now)
        app.configure_task("send_to_bank").defer(transfer_id=transfer.pk)
        return TransferState.WAITING
    if state == TransferState.SENT and now.real - transfer.changed_at > SILENT_AFTER:
        state = TransferState.UNKNOWN
    if state != transfer.state:
        note(transfer, state, "silent" if state == TransferState.UNKNOWN else "", now=now)
    return state


def fetch(name: str, channel: Channel, *, now: Moment) -> int:
    """Read what the bank has left for us, in its order; returns how many files were new. Raises ChannelDown."""
    account = account_of(name)
    if account is None:
        raise ChannelDown(f"{name}: no paying account has the number that its channel is for")
    new, last = 0, last_number(name)
    try:
        for file in channel.fetch(after=last, at=int(now.real.timestamp())):
            if file.sequence is not None and file.sequence != last + 1:
                raise ChannelDown(f"{name}: answer {last + 1} is missing, {file.sequence} came")
            last = file.sequence or last
            new += take(name, file, authority_id=account.authority_id, now=now)
    except Silent as fault:
        raise ChannelDown(f"{name}: {fault}") from fault
    return new


def take(name: str, file: Arrived, *, authority_id: int, now: Moment) -> bool:
    """Read one file of the bank, once; one that cannot be read is kept by name with its fault, for people to look at."""
    if is_known(name, file):
        return False
    fault = ""
    try:
        door.perform(
            "authority",
            authority_id,
            "fetch_answers",
            actor=system_actor(ACTOR),
            now=now,
            key=f"fetch:{name}:{file.sha256}",
            files={"file": ContentFile(file.content, name=file.name)},
            origin=ORIGIN,
        )
    except BadData as refusal:
        fault = " ".join(str(one) for found in refusal.fields.values() for one in found) or str(refusal.message)
    delivery_keep(name, file, authority_id=authority_id, fault=fault, now=now)
    return True


# 4, 16, 64 … seconds apart; a bank that stays away leaves a failed job, and the file waits.
SEND_RETRY = RetryStrategy(max_attempts=8, exponential_wait=4, retry_exceptions={ChannelDown, OperationalError})


@app.task(name="send_to_bank", retry=SEND_RETRY)
def send_to_bank_job(transfer_id: int) -> None:
    name = BankTransfer.objects.values_list("channel", flat=True).get(pk=transfer_id)
    send_to_bank(transfer_id, channel_of(settings.BANK_CHANNELS[name]), now=business_now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="ask_banks", queueing_lock="ask_banks")
def ask_banks_job(timestamp: int) -> None:
    ask_banks(now=business_now())


def ask_banks(*, now: Moment) -> int:
    """Ask every bank for what it has not acknowledged and fetch its answers; returns how many files were new.

    One channel that is down stops no other. Raises ChannelDown at the end, which leaves a failed job that people see.
    """
    new, down = 0, []
    for name, config in settings.BANK_CHANNELS.items():
        channel = channel_of(config)
        for transfer in transfers_open(name):
            enquire(transfer, channel, now=now)
        try:
            new += fetch(name, channel, now=now)
        except ChannelDown as fault:
            down.append(str(fault))
    if down:
        raise ChannelDown("; ".join(down))
    return new
