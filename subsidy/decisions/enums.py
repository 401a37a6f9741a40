from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    COLLECTING = "collecting", _("collecting")
    AWAITING_DIVISION = "awaiting_division", _("awaiting the division head")
    AWAITING_MEETING = "awaiting_meeting", _("awaiting the meeting")
    AWAITING_NOTICE = "awaiting_notice", _("awaiting its notice")
    ON_NOTICE = "on_notice", _("on public notice")
    AWAITING_DECREE = "awaiting_decree", _("awaiting the decree")
    PART_DECREED = "part_decreed", _("decreed in part, rows are held")
    DECREED = "decreed", _("decreed")
    CLOSED = "closed", _("closed without a decree")


FINAL_ROUNDS = (RoundState.DECREED, RoundState.CLOSED)


class RowState(models.TextChoices):
    LISTED = "listed", _("listed")
    BELOW_CUT = "below_cut", _("below the cut-off")
    HELD = "held", _("held")
    AWARDED = "awarded", _("awarded")
    PUT_OFF = "put_off", _("put off to another round")
    STRUCK = "struck", _("struck from the list")
    REMOVED = "removed", _("removed")


RESERVED_ROWS = (RowState.LISTED, RowState.HELD, RowState.AWARDED)
"""Rows that money is set aside or bound for."""


class RowDecision(models.TextChoices):
    """What a meeting decides on one row."""

    APPROVE = "approve", _("approve")
    PUT_OFF = "put_off", _("put off to another round")
    STRIKE = "strike", _("strike from the list")


class NoticeEntryKind(models.TextChoices):
    """What is appended to a list after it was published."""

    NAME_CORRECTED = "name_corrected", _("name corrected")
    HELD = "held", _("held")
    FREED = "freed", _("no longer held")
    STRUCK = "struck", _("struck from the list")
    WITHDRAWN = "withdrawn", _("withdrawn by the company")


class ObjectionState(models.TextChoices):
    OPEN = "open", _("awaiting decision")
    DISMISSED = "dismissed", _("dismissed")
    UPHELD = "upheld", _("upheld")


class ObjectorKind(models.TextChoices):
    PERSON = "person", _("a person")
    UNIT = "unit", _("a unit (company, institution)")


class AfterUpheld(models.TextChoices):
    """Where the case goes whose row was struck on an objection."""

    REJECTED = "rejected", _("the application is rejected")
    AMOUNT_CHECK = "amount_check", _("the amount is checked again")


class DecreeKind(models.TextChoices):
    MAIN = "main", _("decree")
    SUPPLEMENTARY = "supplementary", _("supplementary decree")
    CORRIGENDUM = "corrigendum", _("corrigendum")
    REVOCATION = "revocation", _("revocation")


class InstalmentState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DUE = "due", _("due")
    IN_BATCH = "in_batch", _("in a batch")
    PAID = "paid", _("paid")
    FALLEN = "fallen", _("fallen away")
    RETURNED = "returned", _("come back, not payable again")
