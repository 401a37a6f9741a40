"""The code on a paper, by which anybody finds out whether it is genuine: random, typed by people, and nothing else's key."""

from __future__ import annotations

import secrets

from django.conf import settings
from stdnum import luhn

from subsidy.audit.models import Checkpoint
from subsidy.audit.offline.note import encoded
from subsidy.letters import Seal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty-two characters (5 bits each) that are not mistaken for one another: no I, L, O, U."""
RANDOM = 19
"""Random characters of a code (95 bits); one more checks them, so that a slip of the hand is told from a forgery."""
GROUP = 5
LENGTH = RANDOM + 1
ROOT_SHOWN = 12
"""Characters of base64 of a root that a paper shows."""
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", "\u3000": ""})


def new_code() -> str:
    """A code that nobody can guess."""
    code = "".join(secrets.choice(ALPHABET) for _place in range(RANDOM))
    return code + luhn.calc_check_digit(code, ALPHABET)


def tidied(typed: str) -> str:
    """What was typed or read aloud as a code is written: capitals, without spaces and hyphens, look-alikes mended."""
    return typed.upper().translate(_MISREAD)


def is_code(code: str) -> bool:
    """Whether a tidied code can be one at all: its length, its characters, and its last one, which checks the others."""
    return len(code) == LENGTH and set(code) <= set(ALPHABET) and bool(luhn.is_valid(code, ALPHABET))


def spaced(code: str) -> str:
    """A code in groups of five, as it is printed."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def seal_of(code: str, head: Checkpoint | None = None) -> Seal:
    """What a paper with this code prints; `head` is the newest signed head of the log, where there is one."""
    return Seal(code=spaced(code), url=f"{settings.SITE_URL}/verify/{code}/", head=_short(head) if head else "")


def _short(head: Checkpoint) -> str:
    """Origin, number of events, and so much of the root that a line takes it (72 bits)."""
    return f"{head.key.name} {head.size} {encoded(bytes(head.root))[:ROOT_SHOWN]}…"
