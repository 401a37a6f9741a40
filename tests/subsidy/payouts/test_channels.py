"""Ways to a bank: a file leaves once, is acknowledged, or is enquired about; answers come in their order and once."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.audit.models import Event
from subsidy.payouts.channels import Arrived, Channel, Folders, Sealed, Service
from subsidy.payouts.enums import LineState, TransferState
from subsidy.payouts.models import AnswerFile, BankDelivery, BankTransfer, Batch
from subsidy.signing import new_secret, signature
from tests.subsidy.payouts.bank import answered, obligated
from tests.world import World, days_later, fresh
from workflows.payout_batch.channels import ChannelDown, ask_banks, enquire, fetch, send_to_bank

SECRET = new_secret()


@dataclass
class Bank:
    """The bank's service on this machine; `says` is what it answers to a path, or silence."""

    says: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    got: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def bank() -> Iterator[Bank]:
    found = Bank()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.got.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if (self.command, self.path) not in found.says:
                self.connection.close()
                return
            status, said = found.says[self.command, self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

        do_GET = do_POST = answer  # noqa: N815 - the names that the server calls

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/bank"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


FILE = Sealed("PB-1", "PB-1.xml", 7, "ab" * 32, b"<x/>")
RECEIPT = {"message_id": "PB-1", "sequence": 7, "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        (201, RECEIPT, TransferState.ACKNOWLEDGED),
        (409, RECEIPT, TransferState.ACKNOWLEDGED),
        (200, {**RECEIPT, "sha256": "cd" * 32}, TransferState.UNKNOWN),
        (200, b"<html>", TransferState.UNKNOWN),
        (422, {}, TransferState.REFUSED),
        (500, {}, TransferState.UNKNOWN),
        (302, {}, TransferState.UNKNOWN),
        (None, None, TransferState.UNKNOWN),
    ],
)
def test_what_a_service_says_of_a_file(bank: Bank, status: int | None, said: Any, state: TransferState) -> None:
    if status is not None:
        bank.says["POST", "/bank/files/PB-1"] = (status, said)
    assert Service(bank.url, SECRET).hand_over(FILE, at=1_700_000_000) == state
    ((_method, path, headers, body),) = bank.got
    assert headers["idempotency-key"] == "PB-1" and headers["file-sequence"] == "7" and body == FILE.content
    assert headers["request-signature"] == signature(SECRET, f"POST {path}", 1_700_000_000, body)


def test_only_the_banks_own_word_lets_a_file_go_again(bank: Bank) -> None:
    service, path = Service(bank.url, SECRET), ("GET", "/bank/files/PB-1")
    for status, said, state in (
        (200, RECEIPT, TransferState.ACKNOWLEDGED),
        (404, {"message_id": "PB-1", "received": False}, None),
        (404, {}, TransferState.UNKNOWN),
        (404, b"not found", TransferState.UNKNOWN),
        (503, {}, TransferState.UNKNOWN),
    ):
        bank.says[path] = (status, said)
        assert service.enquire(FILE, at=1) == state, (status, said)


def test_a_folder_gets_a_file_once_and_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    folders = Folders(tmp_path / "out", tmp_path / "in")
    for _time in range(2):
        assert folders.hand_over(FILE, at=1) == TransferState.SENT
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["PB-1.xml"]
    assert folders.hand_over(Sealed("PB-2", "PB-1.xml", 8, "cd" * 32, b"<y/>"), at=1) == TransferState.REFUSED
    assert folders.enquire(FILE, at=1) == TransferState.SENT
    (tmp_path / "out" / "PB-1.xml").unlink()
    assert folders.enquire(FILE, at=1) == TransferState.UNKNOWN
    (tmp_path / "in" / "PB-1.xml.ack").write_text("cd" * 32)
    assert folders.enquire(FILE, at=1) == TransferState.UNKNOWN
    (tmp_path / "in" / "PB-1.xml.ack").write_text("ab" * 32)
    assert folders.enquire(FILE, at=1) == TransferState.ACKNOWLEDGED
    for name in ("a.xml", "b.part", ".c"):
        (tmp_path / "in" / name).write_bytes(b"1")
    written = int((tmp_path / "in" / "a.xml").stat().st_mtime)
    assert list(folders.fetch(after=0, at=written + 30)) == []
    assert [one.name for one in folders.fetch(after=0, at=written + 120)] == ["a.xml"]


@dataclass
class Told:
    """A channel that says what the test lets it say."""

    handed: Any = TransferState.ACKNOWLEDGED
    asked: Any = TransferState.ACKNOWLEDGED
    files: tuple[Arrived, ...] = ()
    sent: int = 0

    def hand_over(self, file: Sealed, *, at: int) -> TransferState:
        self.sent += 1
        if isinstance(self.handed, Exception):
            raise self.handed
        return TransferState(self.handed)

    def enquire(self, file: Sealed, *, at: int) -> TransferState | None:
        return None if self.asked is None else TransferState(self.asked)

    def fetch(self, *, after: int, at: int) -> Iterator[Arrived]:
        yield from self.files


@pytest.fixture
def sent(world: World) -> Iterator[tuple[Batch, BankTransfer]]:
    """A batch whose account has a channel, exported."""
    account = world.paying_account.account_number
    config = {"icbc": {"kind": "folder", "account": account, "drop": "/nowhere", "pick_up": "/nowhere"}}
    with override_settings(BANK_CHANNELS=config):
        batch = world.released(obligated(world, 1))
        yield batch, BankTransfer.objects.select_related("file__batch").get(file__batch=batch)


def states(batch: Batch) -> list[str]:
    events = Event.objects.filter(stream="batch", stream_id=batch.pk, action="note_transfer").order_by("seq")
    return [json.loads(one.body)["data"]["state"] for one in events]


def test_an_exported_file_goes_to_the_bank_once(world: World, sent: tuple[Batch, BankTransfer]) -> None:
    batch, transfer = sent
    assert ProcrastinateJob.objects.filter(task_name="send_to_bank", args={"transfer_id": transfer.pk}).count() == 1
    bank = Told()
    assert send_to_bank(transfer.pk, bank, now=world.now) == TransferState.ACKNOWLEDGED
    assert send_to_bank(transfer.pk, bank, now=world.now) is None and bank.sent == 1
    assert states(batch) == ["unknown", "acknowledged"]


def test_what_is_unknown_is_enquired_about_and_never_resent(world: World, sent: tuple[Batch, BankTransfer]) -> None:
    batch, transfer = sent
    bank = Told(handed=TransferState.UNKNOWN, asked=TransferState.UNKNOWN)
    assert send_to_bank(transfer.pk, bank, now=world.now) == TransferState.UNKNOWN
    assert enquire(fresh(transfer), bank, now=world.now) == TransferState.UNKNOWN
    assert send_to_bank(transfer.pk, bank, now=world.now) is None and bank.sent == 1
    assert batch.lines.get().state == LineState.IN_FLIGHT
    bank.asked = None
    assert enquire(fresh(transfer), bank, now=world.now) == TransferState.WAITING
    bank.handed = TransferState.ACKNOWLEDGED
    assert send_to_bank(transfer.pk, bank, now=world.now) == TransferState.ACKNOWLEDGED and bank.sent == 2


def test_a_way_that_is_down_waits_and_a_silent_one_becomes_unknown(
    world: World, sent: tuple[Batch, BankTransfer]
) -> None:
    _batch, transfer = sent
    nowhere: Channel = Folders(Path("/nowhere/out"), Path("/nowhere/in"))
    with pytest.raises(ChannelDown):
        send_to_bank(transfer.pk, nowhere, now=world.now)
    assert fresh(transfer).state == TransferState.WAITING
    bank = Told(handed=TransferState.SENT, asked=TransferState.SENT)
    send_to_bank(transfer.pk, bank, now=world.now)
    assert enquire(fresh(transfer), bank, now=world.now) == TransferState.SENT
    assert enquire(fresh(transfer), bank, now=days_later(world.now, 2)) == TransferState.UNKNOWN
    assert fresh(transfer).fault == "silent"
    with pytest.raises(ChannelDown, match="icbc"):
        ask_banks(now=world.now)


def test_answers_come_in_their_order_and_once(world: World, sent: tuple[Batch, BankTransfer]) -> None:
    batch, _transfer = sent
    documents = answered(batch, world)
    world.now = days_later(world.now, 1)
    files = tuple(Arrived(one.name, one.content, number) for number, one in enumerate(documents, start=1))
    bad = Arrived("notes.txt", b"hello", len(files) + 1)
    gap = Arrived("later.xml", b"<x/>", len(files) + 3)
    with pytest.raises(ChannelDown, match=f"answer {len(files) + 2} is missing"):
        fetch("icbc", Told(files=(*files, bad, gap)), now=world.now)
    assert batch.lines.get().state == LineState.SETTLED
    assert AnswerFile.objects.count() == len(files)
    assert BankDelivery.objects.get(name="notes.txt").fault and BankDelivery.objects.count() == len(files) + 1
    again = tuple(Arrived(f"copy-{one.name}", one.content, None) for one in files)
    assert fetch("icbc", Told(files=again), now=world.now) == 0


def test_files_of_accounts_without_a_channel_are_carried_by_people(world: World) -> None:
    world.released(obligated(world, 1))
    assert not BankTransfer.objects.exists() and os.environ.get("SUBSIDY_BANK_CHANNELS") is None
