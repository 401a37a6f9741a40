"""Why the door did not open. Every refusal tells its reader what to do next; screens, API and commands show it as is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Message = str | Promise


class Refused(Exception):
    """The act was refused and nothing was written.

    `code` is for programs, `status` is the HTTP status that fits, `message` is for people.
    """

    code = "refused"
    status = 409
    default_message: Message = _("This act is not possible now. Reload the page to see where the matter stands.")

    def __init__(self, message: Message | None = None, *, fields: Mapping[str, list[str]] | None = None) -> None:
        self.message: Message = message or self.default_message
        self.fields = dict(fields or {})
        super().__init__(str(self.message))


class NotFound(Refused):
    """The matter does not exist for this actor; a foreign one answers the same."""

    code = "not_found"
    status = 404
    default_message = _("There is no such matter, or it is not yours to see. Check the number.")


class WrongState(Refused):
    code = "state"
    default_message = _(
        "Somebody has already acted on this matter, or it has moved on. Nothing you sent was lost or done twice: "
        "open the matter again and look where it stands."
    )


class Stale(Refused):
    code = "version"
    default_message = _(
        "The matter has changed since you opened this page. Your entry was not saved: reload, compare, and enter it again."
    )


class Forbidden(Refused):
    code = "permission"
    status = 403
    default_message = _(
        "Your role does not allow this act. Ask the person responsible, or your security administrator."
    )


class StepUpNeeded(Refused):
    """The person may do this, but must first show a second factor; nothing else is wrong."""

    code = "step_up"
    status = 403
    default_message = _(
        "This act needs a one-time code or your security key, shown a short while before. Confirm that it is you, "
        "and send it again."
    )


class RightEnded(Forbidden):
    """The person had the right for this company, or will have it, but not on this day."""

    code = "right_ended"


def right_ended(*, since: dt.date | None, until: dt.date | None, ended: dt.date | None, on: dt.date) -> RightEnded:
    """The refusal of a right that does not hold on that day, with the day and what to do."""
    if ended is not None:
        return RightEnded(
            _(
                "Your right to act for this company was ended on %(day)s. Ask the company's administrator, or come to the "
                "counter with the business licence and a letter of authorisation."
            )
            % {"day": ended.isoformat()}
        )
    if until is not None and until < on:
        return RightEnded(
            _(
                "Your authorisation for this company ended on %(day)s. Have a new letter of authorisation entered by the "
                "company's administrator or at the counter."
            )
            % {"day": until.isoformat()}
        )
    return RightEnded(
        _("Your authorisation for this company begins on %(day)s. Come back on that day.")
        % {"day": since.isoformat() if since else ""}
    )


class Claimed(Refused):
    code = "claimed"
    default_message = _(
        "A colleague has taken this matter over and works on it. Ask them to give it back, or go on with another one."
    )


class Recused(Refused):
    code = "recused"
    status = 404
    default_message = NotFound.default_message


class DutiesClash(Refused):
    code = "duties"
    status = 409
    default_message = _(
        "You have already acted on this matter in a way that excludes this act (separation of duties). "
        "Another person must do it."
    )


class KeyReused(Refused):
    code = "key"
    default_message = _(
        "This request was sent before with other content. Reload the page and send it again if it is still needed."
    )


class BadData(Refused):
    code = "data"
    status = 422
    default_message = _("Some entries are missing or wrong. Correct the marked fields and send again.")


class InsufficientFunds(Refused):
    code = "funds"
    default_message = _(
        "The budget line does not hold enough for this. Nothing was written: reduce the amount or have the line increased."
    )


class Busy(Refused):
    code = "busy"
    status = 503
    default_message = _(
        "Others are working on this matter at this moment. Nothing was written: try again in a moment."
    )
