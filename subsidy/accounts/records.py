"""Abstract records that every room above shares."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.audit.models import Chained


class AuthorityRecord(models.Model):
    """A business record: it belongs to one bureau, from its first migration."""

    authority = models.ForeignKey("accounts.Authority", on_delete=models.PROTECT, verbose_name=_("authority"))

    class Meta:
        abstract = True


class Subject(AuthorityRecord, Chained):
    """A matter that moves along a route: a case, a round, a payout batch.

    `process` is viewflow's row; `route` and `route_version` pin the flow class from opening to end; `state` is set by
    the door alone, from the node that the matter stands at.
    """

    process = models.OneToOneField("viewflow.Process", on_delete=models.PROTECT, related_name="+", editable=False)
    route = models.CharField(max_length=30, editable=False)
    route_version = models.PositiveSmallIntegerField(editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number
