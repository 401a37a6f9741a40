"""What anybody may take along: policies, calls, notices, awards, payments. Which fields, of what type, from which rows.

The fields are those that the public pages show; no contact, account, document or person is among them. Money is in fen,
days and instants are in ISO 8601, codes are the program's own words.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.decisions.models import Award, Notice
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine
from subsidy.programmes.selectors import CALL_RULE_TEXTS, RULE_TEXTS, versions
from subsidy.public import selectors
from subsidy.web.components import Text

CHUNK = 500
FieldType = Literal["string", "integer", "date", "datetime", "boolean"]


@dataclass(frozen=True)
class Field:
    """A column: `path` leads to the value from a row by attributes; it is the name unless something else is said."""

    name: str
    kind: FieldType
    title: Text
    path: str = ""

    def of(self, row: Any) -> str | int | bool | None:
        found = row
        for name in (self.path or self.name).split("."):
            found = found[name] if isinstance(found, dict) else getattr(found, name)
            if found is None:
                return None
        return found.isoformat() if isinstance(found, dt.date | dt.datetime) else found


@dataclass(frozen=True)
class Dataset:
    """A table; `rows` gives its rows in the order in which they came to be, never all of them at once."""

    name: str
    title: Text
    about: Text
    key: Sequence[str]
    fields: Sequence[Field]
    rows: Callable[[], Iterator[Any]]


def in_chunks(queryset: QuerySet[Any]) -> Iterator[Any]:
    """The rows by their keys, a chunk a statement: nothing is held, and no statement stays open while somebody reads."""
    last = 0
    while found := list(queryset.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from found
        last = found[-1].pk


def notice_lines() -> Iterator[dict[str, Any]]:
    """Each line of each list as it stands now, after what was appended to it."""
    notices = Notice.objects.select_related("authority", "round__call").defer(
        *(f"round__call__{name}" for name in CALL_RULE_TEXTS)
    )
    for notice in in_chunks(notices.prefetch_related("entries")):
        entries = sorted(notice.entries.all(), key=lambda one: one.position)
        text = entries[-1].list_text if entries else notice.list_text
        for line in json.loads(text):
            yield {"notice": notice, **line}


def awards() -> Iterator[Award]:
    """What decrees granted, with what later decrees made of it."""
    related = ("authority", "decree", "case__call", "case__policy_version__policy")
    found = Award.objects.select_related(*related).defer(*(f"case__policy_version__{name}" for name in RULE_TEXTS))
    for award in in_chunks(found.prefetch_related("changes")):
        changes = sorted(award.changes.all(), key=lambda one: one.pk)
        award.now_fen = changes[-1].after_fen if changes else award.amount_fen  # type: ignore[attr-defined]
        yield award


def payments() -> Iterator[BatchLine]:
    """What the bank has booked and not sent back."""
    related = ("batch__authority", "instalment__award__decree")
    return in_chunks(
        BatchLine.objects.filter(state=LineState.SETTLED).select_related(*related).defer("account_number")
    )


POLICIES = Dataset(
    "policies",
    _("Policies"),
    _("Every published version of every policy, and when it is in force."),
    ("bureau", "policy", "version"),
    (
        Field("bureau", "string", _("Bureau"), "authority.code"),
        Field("policy", "string", _("Policy"), "policy.code"),
        Field("version", "string", _("Version")),
        Field("title_zh", "string", _("Title in Chinese"), "policy.title_zh"),
        Field("title_en", "string", _("Title in English"), "policy.title_en"),
        Field("document_number", "string", _("Document number")),
        Field("effective_from", "date", _("In force from")),
        Field("effective_to", "date", _("In force until")),
        Field("illustrative", "boolean", _("Has assumed clauses")),
        Field("published_at", "datetime", _("Published at")),
        Field("content_hash", "string", _("SHA-256 of the rules"), "content_hash"),
    ),
    lambda: in_chunks(versions()),
)
CALLS = Dataset(
    "calls",
    _("Calls"),
    _("Every call for applications: its policy, its time, its money."),
    ("number",),
    (
        Field("number", "string", _("Number")),
        Field("bureau", "string", _("Bureau"), "authority.code"),
        Field("policy", "string", _("Policy"), "policy_version.policy.code"),
        Field("version", "string", _("Version"), "policy_version.version"),
        Field("title_zh", "string", _("Title in Chinese")),
        Field("title_en", "string", _("Title in English")),
        Field("opens_at", "datetime", _("Opens")),
        Field("closes_at", "datetime", _("Closes: the first instant at which filing is refused")),
        Field("cancelled_at", "datetime", _("Cancelled at")),
        Field("allocation", "string", _("How the money is shared")),
        Field("budget_fen", "integer", _("Budget of the call (fen)")),
    ),
    lambda: in_chunks(selectors.calls()),
)
NOTICES = Dataset(
    "notices",
    _("Notices"),
    _("Every line of the lists that were public before their decree, as they stand now."),
    ("notice", "rank"),
    (
        Field("notice", "integer", _("Number of the notice"), "notice.pk"),
        Field("bureau", "string", _("Bureau"), "notice.authority.code"),
        Field("call", "string", _("Call"), "notice.round.call.number"),
        Field("starts_on", "date", _("Public from"), "notice.starts_on"),
        Field("ends_on", "date", _("Last day for objections"), "notice.ends_on"),
        Field("rank", "integer", _("Rank")),
        Field("name", "string", _("Name")),
        Field("tier", "string", _("Tier")),
        Field("amount_fen", "integer", _("Amount (fen)")),
    ),
    notice_lines,
)
AWARDS = Dataset(
    "awards",
    _("Awards"),
    _("What decrees granted, and what later decrees made of it."),
    ("decree", "rank"),
    (
        Field("bureau", "string", _("Bureau"), "authority.code"),
        Field("decree", "string", _("Document number"), "decree.number"),
        Field("issued_on", "date", _("Issued on"), "decree.issued_on"),
        Field("rank", "integer", _("Rank")),
        Field("call", "string", _("Call"), "case.call.number"),
        Field("policy", "string", _("Policy"), "case.policy_version.policy.code"),
        Field("version", "string", _("Version"), "case.policy_version.version"),
        Field("company", "string", _("Company"), "company_name"),
        Field("tier", "string", _("Tier")),
        Field("amount_fen", "integer", _("Amount decreed (fen)")),
        Field("now_fen", "integer", _("Amount now (fen); 0: revoked")),
    ),
    awards,
)
PAYMENTS = Dataset(
    "payments",
    _("Payments"),
    _("What was paid of which award, by the day on which the bank booked it. No accounts and no banks."),
    ("decree", "rank", "part", "settled_on"),
    (
        Field("bureau", "string", _("Bureau"), "batch.authority.code"),
        Field("decree", "string", _("Document number"), "instalment.award.decree.number"),
        Field("rank", "integer", _("Rank"), "instalment.award.rank"),
        Field("company", "string", _("Company"), "instalment.award.company_name"),
        Field("part", "string", _("Part of the award"), "instalment.part"),
        Field("amount_fen", "integer", _("Amount (fen)")),
        Field("settled_on", "date", _("Paid on")),
    ),
    payments,
)
DATASETS = {one.name: one for one in (POLICIES, CALLS, NOTICES, AWARDS, PAYMENTS)}
