"""What a company was called, how it stood, what became of it and whom it belongs to. Rows are never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import ChangeOf, LinkKind, SuccessionKind
from subsidy.applicants.models.company import Company


class CompanyChange(AuthorityRecord):
    """One change of a company's name, district, legal representative or state, with the day from which it holds.

    The company's row holds what is true today; what was true on an earlier day is the `before` of the first change
    after it. So a company whose name never changed needs no row.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=16, choices=ChangeOf)
    before = models.CharField(max_length=140, blank=True)
    after = models.CharField(max_length=140, blank=True)
    effective_on = models.DateField(_("with effect from"))
    document = models.CharField(_("number of the document"), max_length=100, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("change of a company")
        verbose_name_plural = _("changes of companies")
        indexes = [models.Index(fields=["company", "what", "effective_on"], name="company_change_by_day")]

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


class Succession(AuthorityRecord):
    """A company that took over another by merger, or came out of it by a split.

    One that was entered wrongly stays, marked as reversed once by another document; it then counts for nothing.
    """

    predecessor = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="inheritances")
    kind = models.CharField(max_length=10, choices=SuccessionKind)
    effective_on = models.DateField(_("with effect from"))
    document = models.CharField(_("number of the document"), max_length=100)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    reversing_document = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], condition=Q(reversed_at__isnull=True), name="succession_once"
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(kind=SuccessionKind.MERGER, reversed_at__isnull=True),
                name="merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_by__isnull=True)
                | Q(reversed_at__isnull=False, reversed_by__isnull=False),
                name="succession_reversed_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class GroupLink(AuthorityRecord):
    """One company that holds the majority of another, or controls it, for a time (both days included)."""

    parent = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="holds")
    child = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="held_by")
    kind = models.CharField(max_length=10, choices=LinkKind)
    share = models.PositiveSmallIntegerField(
        _("share in hundredths of a percent"), null=True, blank=True, help_text=_("10000 is the whole")
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    document = models.CharField(_("number of the document"), max_length=100)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("group link")
        verbose_name_plural = _("group links")
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("child")), name="group_link_of_two"),
            models.CheckConstraint(condition=Q(share__isnull=True) | Q(share__lte=10_000), name="group_link_share"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="group_link_forward"
            ),
            models.UniqueConstraint(
                fields=["parent", "child", "kind"],
                condition=Q(valid_to__isnull=True),
                name="group_link_once",
                violation_error_message=_("This link is on record already. End it before you enter it anew."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent} → {self.child} ({self.kind})"
