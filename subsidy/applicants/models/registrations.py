"""Asking to act for a company: what somebody declares online, before anybody has seen a proof."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import RegistrationConflict, RegistrationState, RightBasis
from subsidy.applicants.models.company import Company
from subsidy.audit.models import Chained


class Registration(AuthorityRecord, Chained):
    """One person's request to register a company and to act for it, with what proves it.

    `basis` says how the person may act: as the legal representative, or by a letter of authorisation with its days.
    `conflict` names what does not agree with what the bureau holds; a request with a conflict is the counter's to
    decide. The papers are kept files of owner kind "registration".
    """

    STREAM = "registration"

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="registrations")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="registrations", null=True, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=140)
    region = models.CharField(_("district of registration"), max_length=6)
    founded_on = models.DateField(_("founded on"))
    representative = models.CharField(_("legal representative"), max_length=60)
    contact_phone = models.CharField(_("telephone"), max_length=30)
    basis = models.CharField(max_length=16, choices=RightBasis)
    letter_from = models.DateField(null=True, blank=True)
    letter_to = models.DateField(null=True, blank=True)
    confirmer = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=24, choices=RegistrationState)
    conflict = models.CharField(max_length=24, choices=RegistrationConflict, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "person", "uscc"],
                condition=Q(state__in=RegistrationState.open_values()),
                name="registration_open_once",
                violation_error_message=_("You have asked for this company already; open that registration."),
            ),
            models.CheckConstraint(
                condition=~Q(basis=RightBasis.LETTER) | Q(letter_from__isnull=False, letter_to__isnull=False),
                name="registration_letter_has_days",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "state", "-id"], name="registration_by_state"),
            models.Index(fields=["confirmer", "state"], name="registration_to_confirm"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.uscc})"
