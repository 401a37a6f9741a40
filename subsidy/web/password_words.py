"""Passwords that lean on words which anybody at the bureau would guess first (ASVS 5.0, 6.1.2 and 6.2.11)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEFT_MIN = 8
_LETTERS = re.compile(r"[^\W\d_]+")


class OwnWordsValidator:
    """Refuses a password of which fewer than LEFT_MIN letters are left without these words, digits and signs.

    A long sentence may hold such a word; "Subsidy-2024!" may not live on it.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = sorted((word.lower() for word in words if word), key=len, reverse=True)

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError."""
        letters = "".join(_LETTERS.findall(password.lower()))
        left = letters
        for word in self.words:
            left = left.replace(word, "")
        if left != letters and len(left) < LEFT_MIN:
            raise ValidationError(
                _(
                    "This password lives on a word of the bureau or of this site. Choose one that nobody here would try first."
                ),
                code="password_own_word",
            )

    def get_help_text(self) -> str:
        return _("It may not live on words such as the name of the bureau, of this site or of a programme.")
