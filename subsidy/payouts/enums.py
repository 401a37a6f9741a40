from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    PREPARED = "prepared", _("prepared")
    CHECKED = "checked", _("checked")
    RELEASED = "released", _("released")
    EXPORTED = "exported", _("exported")
    ANSWERED = "answered", _("answered in part")
    SETTLED = "settled", _("settled")
    WITHDRAWN = "withdrawn", _("withdrawn")


class LineState(models.TextChoices):
    FROZEN = "frozen", _("frozen")
    IN_FLIGHT = "in_flight", _("in flight")
    ACCEPTED = "accepted", _("accepted by the bank")
    SETTLED = "settled", _("paid")
    REFUSED = "refused", _("refused by the bank")
    RETURNED = "returned", _("returned by the bank")
    WITHDRAWN = "withdrawn", _("withdrawn")


LIVE_LINE_STATES = (LineState.FROZEN, LineState.IN_FLIGHT, LineState.ACCEPTED, LineState.SETTLED)


class Movement(models.TextChoices):
    """What the bank calls a booked movement (`subsidy.bankfiles.Answer.status`)."""

    SETTLED = "settled", _("a payment, booked")
    RETURNED = "returned", _("a payment that came back")
    RECEIVED = "received", _("money in")
    TAKEN = "taken", _("money out")


class Resolution(models.TextChoices):
    """What an unknown movement of the bank turned out to be."""

    SETTLEMENT = "settlement", _("the payment of a line that waits for it")
    RETURN = "return", _("a payment that came back; it is payable again")
    RETURN_CANCELLED = "return_cancelled", _("a payment that came back; it is not paid again")
    REPAYMENT = "repayment", _("money paid back for a recovery")
    FUNDS = "funds", _("money of the treasury")
    INTEREST = "interest", _("interest")
    CHARGE = "charge", _("bank charge")
    SEND_BACK = "send_back", _("sent back to whom it came from")
    REFUND = "refund", _("refund of a recovery")
    ENTERED = "entered", _("entered by hand before the bank told of it")


class HoldScope(models.TextChoices):
    PAYEE = "payee", _("a company")
    PROGRAMME = "programme", _("a policy")


class TransferState(models.TextChoices):
    """How far a file is on its way to the bank. Only WAITING is sent."""

    WAITING = "waiting", _("waits to be sent")
    SENT = "sent", _("handed over, not acknowledged")
    ACKNOWLEDGED = "acknowledged", _("acknowledged by the bank")
    REFUSED = "refused", _("not taken by the bank")
    UNKNOWN = "unknown", _("unknown: to be enquired about")
