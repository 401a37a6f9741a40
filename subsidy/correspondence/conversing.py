"""Messages between a company and the bureau on one case, and notes of officers. Only the door calls the writers."""

from __future__ import annotations

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.correspondence.models import CaseMessage, CaseNote


def message_write(case: Case, *, author: User, from_company: bool, text: str, now: Moment) -> CaseMessage:
    return CaseMessage.objects.create(
        authority_id=case.authority_id,
        case=case,
        author=author,
        from_company=from_company,
        text=text,
        written_at=now.at,
    )


def messages_of(case: Case) -> list[CaseMessage]:
    """The messages on a case, oldest first, with who wrote them. One query."""
    return list(CaseMessage.objects.filter(case=case).select_related("author").order_by("id"))


def note_write(case: Case, *, author: User, text: str, now: Moment) -> CaseNote:
    return CaseNote.objects.create(
        authority_id=case.authority_id, case=case, author=author, text=text, written_at=now.at
    )


def notes_of(case: Case) -> list[CaseNote]:
    """The notes on a case, newest first, with who wrote them. One query."""
    return list(CaseNote.objects.filter(case=case).select_related("author").order_by("-id"))
