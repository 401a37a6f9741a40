"""What each act on a batch would do, in words and money."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from subsidy.bankfiles import FORMATS
from subsidy.payouts.models import Batch
from subsidy.payouts.selectors import shares_by_line
from subsidy.web import formats
from subsidy.web.components import Money, Preview


def format_name(name: str) -> str:
    """The format as people call it; its bare name when this version no longer writes it."""
    info = FORMATS.get(name)
    return formats.pick(info.title_zh, info.title_en) if info else name


def preview_of(batch: Batch, action: str) -> Preview:
    """The preview of one act (KeyError for an act that a batch does not have)."""
    return _PREVIEWS[action](batch)


def _check(batch: Batch) -> Preview:
    return Preview(
        changes=[_("The batch goes on to its release, by a third person.")], told=[_("those who release batches")]
    )


def _take_apart(batch: Batch) -> Preview:
    return Preview(
        changes=[
            _("The batch ends as withdrawn; no file of it ever existed."),
            _("Its %(n)d payments are due again and can be put in another batch.") % {"n": batch.line_count},
        ],
        told=[_("the person who prepared it")],
    )


def _release(batch: Batch) -> Preview:
    return Preview(
        changes=[
            _("The file is written once and sealed: its bytes can never change again."),
            _("Its payments are in flight until the bank answers."),
        ],
        told=[_("those who export batches")],
        money=[
            Money(
                _("%(line)s: from obligated to in flight")
                % {"line": f"{share.year} {formats.pick(share.name_zh, share.name_en)}"},
                share.fen,
            )
            for share in shares_by_line(batch)
        ],
    )


def _export(batch: Batch) -> Preview:
    return Preview(
        changes=[
            _("The sealed file is handed out for the first time; this is recorded."),
            _("Later downloads give the same bytes. Upload the file to the bank once."),
        ]
    )


_PREVIEWS: dict[str, Callable[[Batch], Preview]] = {
    "check": _check,
    "give_up": _take_apart,
    "release": _release,
    "refuse_release": _take_apart,
    "export": _export,
}
