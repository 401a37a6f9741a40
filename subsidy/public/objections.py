"""Objecting to an entry of a public list: anybody, with a real name and a signed or sealed paper, while it is open."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume_or_429
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.services import system_actor
from subsidy.decisions.enums import RowState
from subsidy.decisions.models import Notice, Objection, RoundRow
from subsidy.public import lists, selectors
from subsidy.web import acts
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from workflows.common import door
from workflows.common.refusals import BadData
from workflows.objection.forms import FileForm
from workflows.round.noticing import is_open

ACTOR = "system:public"


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and its sending. Nobody signs in; who it is goes to the supervision desk alone."""
    notice = get_object_or_404(selectors.notices(), pk=pk)
    if request.method != "POST":
        rank = request.GET.get("rank", "")
        return _page(request, notice, _form(notice, initial={"rank": rank if rank.isdecimal() else None}))
    limited: HttpResponse | None = consume_or_429(request, action="objection")
    if limited is not None:
        return limited
    try:
        outcome = door.open_matter(
            "objection",
            "file",
            actor=system_actor(ACTOR),
            now=moment_of(request),
            key=request.POST.get("key") or acts.new_key(),
            authority_id=notice.authority_id,
            data={**acts.sent(request), "notice": notice.pk},
            files=request.FILES,
            origin=acts.origin_of(request),
        )
    except BadData as refusal:
        form = _form(notice, {**acts.sent(request), "notice": notice.pk}, request.FILES)
        acts.blame(form, refusal)
        return _page(request, notice, form, status=acts.UNPROCESSABLE)
    number = Objection.objects.values_list("number", flat=True).get(pk=outcome.subject_id)
    return HttpResponseRedirect(reverse("public:objected", args=[notice.pk, number]))


def _form(notice: Notice, data: Any = None, files: Any = None, **kwargs: Any) -> FileForm:
    """The form with the entries that stand on the list now to choose from."""
    form = FileForm(data, files, subject=None, **kwargs)
    rows = RoundRow.objects.filter(round=notice.round_id, state__in=(RowState.LISTED, RowState.HELD))
    choices = [(row.rank, f"{row.rank} {row.listed_name}") for row in rows.select_related("case").order_by("rank")]
    form.fields["rank"].widget = forms.Select(choices=[("", "—"), *choices])
    form.fields["notice"].initial = notice.pk
    return form


def _page(request: HttpRequest, notice: Notice, form: FileForm, *, status: int = 200) -> HttpResponse:
    context = {
        "notice": notice,
        "title": pick(notice.title_zh, notice.title_en),
        "bureau": lists.bureau_name(notice),
        "is_open": is_open(notice, moment_of(request)),
        "contact": notice.round.call.contact,
        "form": form,
        "key": request.POST.get("key") or acts.new_key(),
    }
    return render(request, "public/objection.html", context, status=status)


@require_safe
def objected(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """The receipt: a number to ask by, and what happens next. It says nothing of who objected."""
    objection = get_object_or_404(
        Objection.objects.select_related("round__notice__authority", "row__case"), number=number, round__notice=pk
    )
    context = {
        "objection": objection,
        "notice": objection.round.notice,
        "title": pick(objection.round.notice.title_zh, objection.round.notice.title_en),
        "bureau": lists.bureau_name(objection.round.notice),
    }
    return render(request, "public/objected.html", context)
