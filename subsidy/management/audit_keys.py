"""`audit checkpoint` and `audit key`: a trusted operator signs; the operating-system account is kept with each key."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from subsidy.audit.log import keys
from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.models import LogKey, LogKeyEnd
from subsidy.audit.moment import Moment
from subsidy.management.base import BadUsage, ProgramCommand, command_moment


def no_arguments(_parser: ArgumentParser) -> None:
    """None."""


def arguments(parser: ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="key_action", required=True, metavar="ACT")
    acts.add_parser("list", help="every key and whether it signs, was replaced, or was revoked")
    new = acts.add_parser("new", help="the first key, or one after the last was revoked")
    new.add_argument("--origin", default="", help="name of the log; another name begins another log")
    rotate = acts.add_parser("rotate", help="replace the key in use; both sign the next head")
    rotate.add_argument("--reason", required=True)
    revoke = acts.add_parser("revoke", help="say that a key is not to be trusted any more")
    revoke.add_argument("key", metavar="KEY", help="its id: the eight characters between the plus signs")
    revoke.add_argument("--reason", required=True, help="is published")


def checkpoint(command: ProgramCommand, _options: dict[str, Any]) -> None:
    """Sign and print the head of the log."""
    made = checkpoint_make(now=command_moment(), by=_operator())
    command.stdout.write(made.text, ending="")


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    now = command_moment()
    match options["key_action"]:
        case "list":
            _list(command)
        case "new":
            command.stdout.write(keys.key_make(now=now, by=_operator(), origin=options["origin"]).text)
        case "rotate":
            _rotate(command, now, options["reason"])
        case "revoke":
            key = _named(options["key"])
            keys.key_revoke(key, now=now, by=_operator(), reason=options["reason"])
            command.stdout.write(f"✓ 已吊销 / revoked: {key.text}")


def _rotate(command: ProgramCommand, now: Moment, reason: str) -> None:
    old, new = keys.key_rotate(now=now, by=_operator(), reason=reason)
    checkpoint_make(now=now, by=_operator(), also=[old] if keys.is_here(old) else [])
    command.stdout.write(new.text)


def _list(command: ProgramCommand) -> None:
    ends = {end.key_id: end for end in LogKeyEnd.objects.all()}
    for key in LogKey.objects.order_by("pk"):
        end = ends.get(key.pk)
        state = "签署中 / signs" if end is None else "已吊销 / revoked" if end.revoked else "已更换 / replaced"
        command.stdout.write(f"{key.text}  {state}{f'  {end.reason}' if end else ''}")


def _named(key_id: str) -> LogKey:
    for key in LogKey.objects.all():
        if keys.public_of(key).key_id.hex() == key_id:
            return key
    raise BadUsage(
        f"没有编号为 {key_id} 的密钥，请用 audit key list 核对。 / There is no key {key_id}; look it up with audit key list."
    )


def _operator() -> str:
    return f"os:{getpass.getuser()}"[:100]
