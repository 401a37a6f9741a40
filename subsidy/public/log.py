"""The public half of the log: signed heads, old and new, the keys, and proofs that one head continues another.

Nothing of any case is here: a head is a number and a hash.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from subsidy.audit.log.proofs import consistency_text
from subsidy.audit.log.tree import log_size
from subsidy.audit.models import Checkpoint, LogKey, LogKeyEnd
from subsidy.audit.offline.note import encoded
from subsidy.audit.selectors import latest_checkpoint
from subsidy.web.lists import Column, ListSpec, Sort, respond

CHECKPOINTS = ListSpec(
    model=Checkpoint,
    columns=(
        Column("made_at", _("Signed at"), kind="instant"),
        Column("size", _("Events"), kind="number", link=lambda one: reverse("public:log-past", args=[one.pk])),
        Column("root", _("Root"), value=lambda one: encoded(bytes(one.root))),
        Column("key", _("Key"), value=lambda one: one.key.text.rsplit("+", 1)[0], shown=False),
    ),
    sorts=(Sort("newest", _("Newest first"), ("-id",)), Sort("oldest", _("Oldest first"), ("id",))),
    prepare=lambda found: found.select_related("key"),
    file_name="checkpoints",
    empty_title=_("Nothing was signed yet"),
    empty_text=_("The head of the log is signed every few minutes; the first one appears here."),
)


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """The newest head, the keys, and the heads before."""
    ends = {end.key_id: end for end in LogKeyEnd.objects.all()}
    every = [(key, ends.get(key.pk)) for key in LogKey.objects.order_by("-pk")]
    context = {"newest": latest_checkpoint(), "keys": every}
    return respond(request, CHECKPOINTS, [Checkpoint.objects.all()], "public/log.html", context)


@require_safe
def newest(_request: HttpRequest) -> HttpResponse:
    """The newest head as the text that was signed."""
    found = latest_checkpoint()
    if found is None:
        raise Http404
    return _plain(found.text)


@require_safe
def checkpoint(_request: HttpRequest, pk: int) -> HttpResponse:
    """A head as the text that was signed."""
    return _plain(get_object_or_404(Checkpoint, pk=pk).text)


@require_safe
def consistency(_request: HttpRequest, old: int, new: int) -> HttpResponse:
    """The steps that lead from the head over `old` events to that over `new` (RFC 9162, section 2.1.4)."""
    if not old <= new <= log_size():
        raise Http404
    return _plain(consistency_text(old, new))


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The keys that may be trusted, the newest first, one a line."""
    trusted = LogKey.objects.exclude(end__revoked=True).order_by("-pk").values_list("text", flat=True)
    return _plain("".join(f"{text}\n" for text in trusted))


def _plain(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
