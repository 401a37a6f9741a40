from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

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


class ListExport(AuthorityRecord):
    """A long list that somebody takes along as a file: asked for, written in the background, thrown away after a while.

    `address` is that of the list with its filters, as the person saw it; `rows` of `total` are written. It ends as made
    (its bytes lie at `path`, below the folder of documents, until `thrown_away_at`), as stopped, or as failed.
    """

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=2_000)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    path = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    thrown_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("list taken along")
        verbose_name_plural = _("lists taken along")
        indexes = [models.Index(fields=["person", "-id"], name="list_export_of_person")]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_under_way(self) -> bool:
        return self.made_at is None and self.stopped_at is None and self.failed_at is None

    @property
    def list_url(self) -> str:
        """The address of the page that shows the list."""
        path, _mark, query = self.address.partition("?")
        kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "export"]
        return f"{path}?{urlencode(kept)}" if kept else path
