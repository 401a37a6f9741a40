from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FactSource(models.TextChoices):
    """Where a value comes from; the names are those of a pack's `from:`, and of the files that offices deliver."""

    APPLICANT = "applicant", _("applicant")
    REGISTRY = "registry", _("business registry")
    TAX = "tax", _("tax office")
    REGISTER = "register", _("bureau register")
    IP_REGISTER = "ip_register", _("register of intellectual property")
    SOCIAL_SECURITY = "social_security", _("social security office")
    STATISTICS = "statistics", _("statistics office")
    CREDIT = "credit", _("credit platform")
    COURT = "court", _("court")
    SAFETY = "safety", _("work safety office")
    ENVIRONMENT = "environment", _("environment office")
    SUBSIDIES = "subsidies", _("records of earlier subsidies")
    BANK = "bank", _("bank, certifying accounts")
    EXPERT = "expert", _("experts")
    OFFICER = "officer", _("officer of the bureau")
    SYSTEM = "system", _("this system")


class ImportState(models.TextChoices):
    """Where an import of facts stands."""

    UPLOADED = "uploaded", _("being checked")
    UNREADABLE = "unreadable", _("cannot be read")
    CHECKED = "checked", _("checked, not applied")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


class AskState(models.TextChoices):
    """What came of asking a live source about a company."""

    ASKED = "asked", _("being asked")
    ANSWERED = "answered", _("has answered")
    SILENT = "silent", _("said nothing: unknown")
    REFUSED = "refused", _("answer not kept")


class AccountState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    ENDED = "ended", _("ended")
    REFUSED = "refused", _("refused")


class LegalForm(models.TextChoices):
    LEGAL_PERSON = "legal_person", _("legal person")
    BRANCH = "branch", _("branch, no legal person")


class CompanyState(models.TextChoices):
    """How a company stands; only an active one may begin a matter."""

    ACTIVE = "active", _("active")
    MERGED = "merged", _("merged into another company")
    SPLIT = "split", _("dissolved by a split")
    CLOSED = "closed", _("struck off")


class RightBasis(models.TextChoices):
    """Why somebody may act for a company."""

    REPRESENTATIVE = "representative", _("legal representative")
    LETTER = "letter", _("letter of authorisation")
    COUNTER = "counter", _("checked at the counter")
    ADMINISTRATOR = "administrator", _("given by the company's administrator")
    SUCCESSION = "succession", _("acts for the successor")


class ChangeOf(models.TextChoices):
    NAME = "name", _("name")
    REGION = "region", _("district")
    REPRESENTATIVE = "representative", _("legal representative")
    STATE = "state", _("state")


class SuccessionKind(models.TextChoices):
    MERGER = "merger", _("merger")
    SPLIT = "split", _("split")


class LinkKind(models.TextChoices):
    MAJORITY = "majority", _("holds the majority")
    CONTROL = "control", _("controls")


class RegistrationState(models.TextChoices):
    """Where a request to act for a company stands."""

    AWAITING_REPRESENTATIVE = "awaiting_representative", _("waits for the legal representative")
    AWAITING_COUNTER = "awaiting_counter", _("waits for the counter")
    ACCEPTED = "accepted", _("registered")
    REFUSED = "refused", _("not registered")
    WITHDRAWN = "withdrawn", _("withdrawn")

    @classmethod
    def open_values(cls) -> list[str]:
        return [cls.AWAITING_REPRESENTATIVE.value, cls.AWAITING_COUNTER.value]


class RegistrationConflict(models.TextChoices):
    """What in a request does not agree with what the bureau holds of the code."""

    NOT_KNOWN = "not_known", _("the bureau has no record of this code")
    NAME = "name", _("the code belongs to a company of another name")
    REPRESENTATIVE = "representative", _("the legal representative on record is another person, or none is on record")
    ASKED_TWICE = "asked_twice", _("somebody else has asked to register this company too")
