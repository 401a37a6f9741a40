from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class LetterKind(models.TextChoices):
    RECEIPT = "receipt", _("receipt")
    ACCEPTANCE = "acceptance", _("notice of acceptance")
    CORRECTION = "correction", _("notice of correction")
    NON_ACCEPTANCE = "non_acceptance", _("notice of non-acceptance")
    REJECTION = "rejection", _("rejection")
    NOT_FUNDED = "not_funded", _("not funded")
    AWARD = "award", _("award letter")
    DECREE = "decree", _("decree")
    NOTICE_LIST = "notice_list", _("notice list")
    BATCH_COVER = "batch_cover", _("cover sheet of a batch")


class Letter(AuthorityRecord):
    """One paper issued to one recipient, rendered once from what was decided; its bytes are stored.

    `case` is null for papers about a round or batch, which are named by plain key.
    """

    kind = models.CharField(max_length=20, choices=LetterKind)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="letters")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="zh")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True, help_text=_("送达: when the recipient opened it"))

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "number", "language"], name="letter_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
