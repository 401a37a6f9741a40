"""Awards from before this system, which count in the windows and caps of groups."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.registers.models.imports import RegisterImport


class PriorAward(AuthorityRecord):
    """What a company was granted, in fen; never edited (by trigger). A correction is a row that follows; 0 takes back.

    `pack` is the measure it was granted under, `group` and `group_key` say which awards it may meet (the key's parts,
    as the group's file names them; without a group it meets none).
    """

    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="prior_awards")
    pack = models.CharField(_("measure"), max_length=60)
    title = models.CharField(_("title of the award"), max_length=40, blank=True)
    group = models.CharField(_("group"), max_length=60, blank=True)
    group_key = models.JSONField(default=list, blank=True)
    amount_fen = models.PositiveBigIntegerField()
    conferred_on = models.DateField(_("conferred on"))
    certificate_day = models.DateField(
        _("day of the certificate"),
        null=True,
        blank=True,
        help_text=_("day of issue of the certificate that it was granted for"),
    )
    document_number = models.CharField(_("number of the decree"), max_length=60)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    brought_by = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="awards", null=True)

    class Meta:
        verbose_name = _("earlier award")
        verbose_name_plural = _("earlier awards")
        indexes = [models.Index(fields=["authority", "-id"], name="prior_award_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "pack", "document_number", "title"],
                condition=Q(follows__isnull=True),
                name="prior_award_once",
                violation_error_message=_("This award is on record already. Look at the earlier awards."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.document_number}"
