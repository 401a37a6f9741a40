from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Register(models.TextChoices):
    """What the bureau keeps a register of: titles that companies hold, and lists that they stand on."""

    HIGH_TECH = "high_tech", _("national high-tech companies (国高企)")
    TECH_SME = "tech_sme", _("technology SMEs (科小)")
    PROVINCIAL_TECH_SME = "provincial_tech_sme", _("provincial technology SMEs")
    EAGLET = "eaglet", _("eaglet companies (雏鹰)")
    RD_PLATFORM = "rd_platform", _("R&D centres and institutes")
    MAKER_SPACE = "maker_space", _("makers' spaces (众创空间)")
    ABOVE_SCALE = "above_scale", _("companies above scale (规上)")
    DISHONEST = "dishonest", _("judgment defaulters (失信被执行人)")
    SERIOUS_VIOLATION = "serious_violation", _("serious violators (严重违法失信)")
    ABNORMAL = "abnormal_operation", _("abnormal operation (经营异常)")
    PENALTY = "penalty", _("penalties")


# A place on a list lasts until the company is taken off; a title has a last day from the start.
LISTS = frozenset(
    {Register.ABOVE_SCALE, Register.DISHONEST, Register.SERIOUS_VIOLATION, Register.ABNORMAL, Register.PENALTY}
)


class Change(models.TextChoices):
    """What a row of a register says about the row before it."""

    NOTED = "noted", _("entered")
    RENEWED = "renewed", _("renewed")
    UPGRADED = "upgraded", _("level changed")
    CORRECTED = "corrected", _("corrected")
    ENDED = "ended", _("revoked or taken off")


class ImportKind(models.TextChoices):
    ENTRIES = "entries", _("register or list")
    PRIOR_AWARDS = "prior_awards", _("awards from before this system")


class RegisterImportState(models.TextChoices):
    """Where an import of a list stands; a short list passes through the states of work within one act."""

    UPLOADED = "uploaded", _("being checked")
    UNREADABLE = "unreadable", _("cannot be read")
    CHECKED = "checked", _("checked, not applied")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


class LineOutcome(models.TextChoices):
    """What a line of a delivered list would do."""

    ADDED = "added", _("new in the register")
    CHANGED = "changed", _("changed")
    GONE = "gone", _("gone from the list")
    BAD = "bad", _("not taken")
