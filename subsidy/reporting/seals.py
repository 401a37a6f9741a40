"""Finds stored texts and papers that no longer have the hash they were kept with; the database hashes, memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.language import PackSource, PolicyError, parse_pack
from subsidy.correspondence.models import Letter
from subsidy.decisions.models import Finding, Notice
from subsidy.payouts.models import AnswerFile, ExportFile
from subsidy.programmes.models import PolicyVersion

# Model, the column that was hashed, whether it is text, the column that holds the hash, and what a row is called.
SEALED: tuple[tuple[type[models.Model], str, bool, str, str | Promise], ...] = (
    (Finding, "decision_text", True, "decision_hash", _("finding of a case")),
    (Notice, "list_text", True, "list_hash", _("notice list")),
    (Letter, "content", False, "sha256", _("letter")),
    (ExportFile, "content", False, "sha256", _("payment file")),
    (AnswerFile, "content", False, "sha256", _("file of the bank")),
)


@dataclass(frozen=True)
class BrokenSeal:
    """A row whose content is not what was sealed; `key` is its primary key."""

    what: str | Promise
    key: int

    def in_words(self) -> str:
        """What is wrong, in the active language."""
        return str(_("The %(what)s %(key)s was changed: its content no longer has the hash it was kept with.")) % {
            "what": self.what,
            "key": self.key,
        }


def broken_seals() -> Iterator[BrokenSeal]:
    """Every sealed text or paper of this installation that was changed, and every policy version whose rules were."""
    for model, column, is_text, seal, what in SEALED:
        yield from (BrokenSeal(what, pk) for pk in _changed(model, column, is_text, seal))
    for version in PolicyVersion.objects.order_by("pk").iterator(chunk_size=10):
        if _rules_hash(version) != version.content_hash:
            yield BrokenSeal(_("policy version"), version.pk)


def _changed(model: type[models.Model], column: str, is_text: bool, seal: str) -> list[int]:
    quote = connection.ops.quote_name
    content = f"convert_to({quote(column)}, 'UTF8')" if is_text else quote(column)
    table, name = quote(model._meta.db_table), quote(seal)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE encode(sha256({content}), 'hex') <> {name} ORDER BY id")  # nosec B608
        return [row[0] for row in cursor.fetchall()]


def _rules_hash(version: PolicyVersion) -> str:
    """The hash of the stored rules; empty when they can no longer be read."""
    source = PackSource(version.policy_text, version.source_text, version.cases_text, f"policy version {version.pk}")
    try:
        return parse_pack(source).content_hash
    except PolicyError:
        return ""
