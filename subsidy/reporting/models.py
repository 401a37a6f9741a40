from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class ArchivePackage(AuthorityRecord):
    """The file of a case that has ended, put together for the archive: asked for, made by a job, then never changed.

    `done` of `total` papers lie in it while it is made. Its bytes are a kept file, whose hash the event names. One that
    was stopped before (`stopped_at`) has none.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.OneToOneField("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("archive package")
        verbose_name_plural = _("archive packages")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(made_at=None, stopped_at=None),
                name="one_package_under_way",
                violation_error_message=_("A package of this case is being made. Wait until it is ready."),
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, file__isnull=True) | Q(made_at__isnull=False, file__isnull=False),
                name="package_made_with_its_file",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(stopped_at__isnull=True), name="package_made_or_stopped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"
