"""What others say of a case: a township, the officers who went to see, departments, the level above. Rows are only added."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class Asked(models.TextChoices):
    TOWNSHIP = "township", _("township")
    DEPARTMENT = "department", _("department")
    UPPER = "upper", _("higher level")


class Opinion(AuthorityRecord):
    """One answer of somebody who was asked. A case that comes back is asked anew: the last answer of a unit counts."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="opinions")
    asked = models.CharField(_("asked"), max_length=12, choices=Asked)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    favourable = models.BooleanField(_("agrees"))
    text = models.CharField(_("opinion"), max_length=1000)
    document = models.CharField(_("document number"), max_length=60, blank=True)
    given_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked=Asked.DEPARTMENT) | Q(unit__isnull=False), name="opinion_of_a_department_names_it"
            )
        ]
        indexes = [models.Index(fields=["case", "asked", "unit", "-id"], name="opinion_newest")]

    def __str__(self) -> str:
        return f"{self.asked} on case {self.case_id}"


class Visit(AuthorityRecord):
    """A visit to the site: what one officer recorded and a second one, who was there, has signed."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField(_("day of the visit"))
    place = models.CharField(_("place"), max_length=200)
    met = models.CharField(_("people of the company who were there"), max_length=200)
    findings = models.TextField(_("what was found"))
    favourable = models.BooleanField(_("agrees with the application"))
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("site visit")
        verbose_name_plural = _("site visits")
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("recorded_by")), name="visit_signed_by_a_second"
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="visit_signature_coherent",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(signed_at__isnull=True), name="one_visit_to_sign"),
        ]

    def __str__(self) -> str:
        return f"visit of case {self.case_id} on {self.visited_on}"
