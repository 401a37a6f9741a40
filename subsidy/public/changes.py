"""What one version of a policy says otherwise than another, by meaning and not by layout: for everybody to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.language import Pack
from policies.language.diff.versions import Difference, diff
from policies.language.render.page import CHANGES, DIRECTIONS, KINDS
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.programmes.selectors import versions
from subsidy.public import lists, reading
from subsidy.web.components import DataTable


@require_safe
def between(request: HttpRequest, bureau: str, code: str, version: str, earlier: str) -> HttpResponse:
    """Every difference between two published versions of one policy (Http404 where either is none)."""
    published = versions().defer(None).filter(authority__code=bureau, policy__code=code)
    new, old = (get_object_or_404(published, version=one) for one in (version, earlier))
    found = differences(pack_of(old), pack_of(new))
    context = {"version": new, "earlier": old, "title": lists.policy_title(new), "policy_url": lists.version_url(new),
               "bureau": lists.bureau_name(new), "differences": found}  # fmt: skip
    return render(request, "public/changes.html", context)


def differences(old: Pack, new: Pack) -> DataTable | None:
    """The differences in the order in which a policy is read; None where both versions say the same."""
    found = diff(old, new)
    if not found:
        return None
    return DataTable(
        caption=_("What is different"),
        head=(_("What"), _("Clause"), _("Before"), _("After"), _("What it means")),
        rows=[_row(one) for one in found],
    )


def _row(one: Difference) -> tuple[str, ...]:
    way = DIRECTIONS.get(one.direction)
    told = [reading.said(text) for text in (CHANGES[one.change], way) if text is not None]
    before, after = (reading.said(text) if text is not None else "—" for text in (one.before, one.after))
    return reading.said(KINDS[one.kind]), one.clause or "—", before, after, " · ".join(told)


def with_earlier(every: list[PolicyVersion]) -> list[tuple[PolicyVersion, PolicyVersion | None]]:
    """Each version, newest first, with the one that it followed."""
    return list(zip(every, [*every[1:], None], strict=True)) if every else []
