"""What seeding hands back to be printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

# Takes one finished step, in Chinese and in English.
Report = Callable[[str, str], None]


@dataclass(frozen=True)
class Account:
    """A demo account: the name to sign in with and who it plays."""

    username: str
    role_zh: str
    role_en: str


@dataclass(frozen=True)
class Summary:
    """The accounts of a seeded demo and the one password and the one secret for code apps they share."""

    password: str
    totp_secret: str
    accounts: tuple[Account, ...] = field(default=())
