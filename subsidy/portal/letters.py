"""The letters of a case as its company reads them: one line a letter, in the active language where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.serving import ADVERSE, review_until
from subsidy.web.components import File
from subsidy.web.formats import day, pick


def letters_of(case: Case, *, kind: str = "") -> list[Letter]:
    """Letters issued on the case, oldest first, without their bytes; of several languages the active one."""
    rows = Letter.objects.filter(case=case).defer("content").order_by("issued_at", "id")
    chosen: dict[tuple[str, str], Letter] = {}
    for letter in rows.filter(kind=kind) if kind else rows:
        same = (letter.kind, letter.number)
        if same not in chosen or letter.language == pick("zh", "en"):
            chosen[same] = letter
    return list(chosen.values())


def _review_words(letter: Letter) -> str:
    """Until when a review of an adverse letter may be asked for; before service that time has not begun."""
    if letter.kind not in ADVERSE:
        return ""
    until = review_until(letter)
    if until is None:
        return _("the time to ask for a review begins when the letter is served")
    return _("a review may be asked for until %(day)s") % {"day": day(until)}


def as_files(case: Case, letters: Sequence[Letter]) -> list[tuple[Letter, File]]:
    """Letters as a list shows them; opening one that was never opened serves it, so its page asks first."""
    return [
        (
            letter,
            File(
                name=str(LetterKind(letter.kind).label),
                url=reverse("portal:letter", args=[case.number, letter.pk]),
                at=letter.issued_at,
                what=letter.number,
                state=_review_words(letter),
            ),
        )
        for letter in letters
    ]
