from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class StoredFile(AuthorityRecord):
    """A file that was checked and kept under a generated name; what it belongs to is named by plain key."""

    owner_kind = models.CharField(max_length=20)
    owner_id = models.BigIntegerField()
    slot = models.CharField(max_length=60, help_text=_("which required document it is"))
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, unique=True)
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["owner_kind", "owner_id"], name="file_by_owner")]

    def __str__(self) -> str:
        return self.name
