from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class Recognition(AuthorityRecord):
    """A title that a company holds for a time, such as a national high-tech certificate (国高企)."""

    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="recognitions")
    kind = models.SlugField(max_length=40)
    level = models.CharField(max_length=20, blank=True)
    certificate_number = models.CharField(_("certificate number"), max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(help_text=_("last day of validity"))

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        constraints = [
            models.UniqueConstraint(fields=["authority", "kind", "certificate_number"], name="certificate_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.certificate_number}"
