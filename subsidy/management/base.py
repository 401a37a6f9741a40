"""What the program's commands share: who acts, whether anything is written, and what the exit status means.

Exit 0 = it holds, 1 = findings or refused, 2 = bad usage. Commands that act on business records go through the door,
as a named person (`--as USER`), and change nothing without `--commit`: then everything is done and rolled back, so
that the preview is the act itself. Where the records lie (a demo's folder, the embedded database) the settings know.
"""

from __future__ import annotations

import getpass
import json
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import translation

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.services import ClockRefusedError
from workflows.common.refusals import Message, Refused
from workflows.common.turn import Origin

FINDINGS = 1
BAD_USAGE = 2
NOT_WRITTEN = "未写入任何内容；加 --commit 写入 / nothing was written; repeat with --commit"


class Findings(CommandError):
    """The command ran and found something wrong, or what it was to do was refused: exit 1."""

    def __init__(self, text: str) -> None:
        super().__init__(text, returncode=FINDINGS)


class BadUsage(CommandError):
    """The command was called wrongly; nothing was done: exit 2."""

    def __init__(self, text: str) -> None:
        super().__init__(text, returncode=BAD_USAGE)


def both(message: Message) -> str:
    """A message in Chinese and in English, as commands print it."""
    texts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            texts.append(str(message))
    return " / ".join(dict.fromkeys(texts))


class ProgramCommand(BaseCommand):
    """A command of the program; `json_option` and `acts` say which of the common options it takes."""

    json_option = False
    acts = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        if self.json_option:
            add_json(parser)
        if self.acts:
            add_acting(parser)

    def print_json(self, value: Any) -> None:
        """The answer for machines: one JSON value, keys as given, Chinese unescaped."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer for machines")


def add_acting(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="actor", metavar="USER", required=True, help="the person who acts")
    parser.add_argument("--commit", action="store_true", help="write the change; without it nothing is written")


def actor_named(username: str) -> User:
    """The person of that name. Raises BadUsage when there is none, or when it is a system actor."""
    found = User.objects.filter(username=username).exclude(kind=UserKind.SYSTEM).first()
    if found is None:
        raise BadUsage(
            f"没有名为“{username}”的人员账户，请核对 --as 后的用户名。 / "
            f"There is no person with the account {username!r}; check the name after --as."
        )
    return found


def command_moment() -> Moment:
    """Business time and real time. Raises Findings when the clock may not be read (a demo's clock outside a demo)."""
    try:
        return business_now()
    except ClockRefusedError as error:
        raise Findings(str(error)) from error


def command_origin() -> Origin:
    """A command as the door records it, with the operating-system account that ran it."""
    return Origin(surface="command", request_id=f"os:{getpass.getuser()}"[:60])


def command_key() -> str:
    """A key for one run of one command."""
    return f"command:{uuid.uuid4()}"


@contextmanager
def acting(*, commit: bool) -> Iterator[None]:
    """Acts within are one transaction: written with `commit`, else rolled back after every check that a commit makes.

    A refusal of the door becomes Findings, in Chinese and English, with the fields it names.
    """
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                # What the database checks at commit is checked now, so that a rolled-back run finds it as well.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if not commit:
                transaction.set_rollback(True)
    except Refused as refusal:
        details = [f"{name}: {both(text)}" for name, texts in refusal.fields.items() for text in texts]
        raise Findings("\n".join([both(refusal.message), *details])) from refusal
