"""Roles lent for a time, and work handed over when somebody leaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import grants_of, in_force
from subsidy.console import scope
from subsidy.console.bulk import Row, results_table, rows_of
from subsidy.console.bulk_acts import preview_of
from subsidy.web import acts
from subsidy.web.acts import ActPage, new_key, origin_of
from subsidy.web.components import Crumb, Preview
from subsidy.web.formats import day, pick
from subsidy.web.lists import COUNT_CAP
from subsidy.web.person import moment_of
from subsidy.work.models import WorkItem
from workflows.common import door
from workflows.common.acts import Act, ActForm
from workflows.common.outcomes import RowOutcome
from workflows.common.refusals import Forbidden
from workflows.person.delegating import NEVER_LENT


@require_safe
@login_required
def delegations(request: HttpRequest) -> HttpResponse:
    """What the reader has lent, what was lent to them, and what they may lend."""
    scope.standing(request)
    person = scope.person(request)
    lent = RoleGrant.objects.filter(Q(granted_by=person) | Q(user=person), source__isnull=False)
    rows = lent.select_related("user", "granted_by", "unit").order_by("-pk")[:COUNT_CAP]
    context = {
        "crumbs": [Crumb(_("Queue"), reverse("console:queue")), Crumb(_("Delegations"))],
        "rows": rows,
        "person": person,
        "today": moment_of(request).on,
        "lendable": _lendable(request).exists(),
        "leads": _leads(request),
    }
    return render(request, "console/delegations.html", context)


def _lendable(request: HttpRequest) -> Any:
    own = grants_of(scope.person(request), on=moment_of(request).on).filter(source__isnull=True)
    return own.exclude(role__in=NEVER_LENT).select_related("unit")


def _leads(request: HttpRequest) -> bool:
    return Role.LEADER in scope.standing(request).roles


def _officers(request: HttpRequest, authorities: Any) -> list[tuple[int, str]]:
    """Active officers of the bureaus, by name, without the reader."""
    working = RoleGrant.objects.filter(in_force(moment_of(request).on), authority__in=authorities)
    people = User.objects.filter(kind=UserKind.OFFICER, is_active=True, pk__in=working.values("user"))
    found = people.exclude(pk=scope.person(request).pk).order_by("name", "pk")
    return [(one.pk, f"{one} ({one.username})") for one in found[:COUNT_CAP]]


class Lend(ActPage):
    """Lend an own role to a colleague for a time."""

    kind = "person"
    action = "delegate"
    done_message = gettext_lazy("The role is lent. It ends by itself on its last day, or as soon as you end it.")

    def get_subject(self) -> User:
        scope.standing(self.request)
        return scope.person(self.request)

    def preview(self, subject: User) -> Preview:
        return Preview(
            changes=[
                _("Your colleague acts in your role during that time, in their own name and on your behalf."),
                _(
                    "What either of you has done on a matter excludes both from what may not be done by the same person."
                ),
            ],
            told=[_("Your colleague, in the app")],
        )

    def crumbs(self, subject: User) -> list[Crumb]:
        return [Crumb(_("Delegations"), reverse("console:delegations")), Crumb(_("Lend a role"))]

    def success_url(self, subject: User) -> str:
        return reverse("console:delegations")

    def page(self, subject: User, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        assert form is not None
        grants = list(_lendable(self.request))
        words = [(one.pk, _grant_words(one)) for one in grants]
        form.fields["grant"].widget = forms.Select(choices=words)
        people = _officers(self.request, {one.authority_id for one in grants})
        form.fields["to"].widget = forms.Select(choices=people)
        return super().page(subject, act, form, status=status)


def _grant_words(grant: RoleGrant) -> str:
    role = str(Role(grant.role).label)
    return f"{role} · {pick(grant.unit.name_zh, grant.unit.name_en)}" if grant.unit else role


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a delegation of the reader's, given or received."""
    scope.standing(request)
    acts.submit(request, "person", scope.person(request).pk, "end_delegation", data={"grant": pk})
    messages.success(request, _("The delegation has ended."))
    return HttpResponseRedirect(reverse("console:delegations"))


class HandOverForm(forms.Form):
    """Who leaves, who takes over (none: back to the pools), and why."""

    leaver = forms.TypedChoiceField(label=gettext_lazy("Who leaves"), coerce=int)
    to = forms.TypedChoiceField(label=gettext_lazy("Who takes over"), coerce=int, required=False, empty_value=None)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leaver"].choices = people  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", _("back to the pools")), *people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("to") is not None and said.get("to") == said.get("leaver"):
            self.add_error("to", _("Choose somebody else than the person who leaves, or the pools."))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hand_over(request: HttpRequest) -> HttpResponse:
    """Everything that a person holds goes to another or back to its pools, and their delegations end."""
    standing = scope.standing(request)
    if not _leads(request):
        raise Forbidden
    led = sorted({pool.authority_id for pool in standing.pools if pool.role == Role.LEADER})
    people = _officers(request, led)
    form = HandOverForm(request.POST or None, people=people)
    context: dict[str, Any] = {
        "crumbs": [Crumb(_("Delegations"), reverse("console:delegations")), Crumb(_("Hand over"))],
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "back_url": reverse("console:delegations"),
    }
    if request.method != "POST" or not form.is_valid():
        status = 200 if request.method != "POST" else 422
        return render(request, "console/hand_over.html", context, status=status)
    rows = rows_of(_held(form.cleaned_data["leaver"], led))
    if "confirm" in request.POST:
        return _handed(request, form, rows, context)
    context |= {"preview": _preview(request, form, rows, led), "held": len(rows)}
    return render(request, "console/hand_over.html", context)


def _held(leaver: int, authorities: Any) -> list[WorkItem]:
    items = WorkItem.objects.filter(assignee=leaver, authority__in=authorities, pool__isnull=False)
    return list(items.exclude(pool__role=Role.EXPERT).order_by("id")[:COUNT_CAP])


def _by_kind(rows: list[Row]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.subject_id)
    return found


def _data(form: HandOverForm) -> dict[str, Any]:
    """What each matter is told; `from` limits the act to what the leaver holds."""
    said = form.cleaned_data
    return {"to": said["to"] or "", "held_by": said["leaver"], "reason": said["reason"]}


def _preview(request: HttpRequest, form: HandOverForm, rows: list[Row], led: list[int]) -> Preview:
    common: dict[str, Any] = {"actor": scope.person(request), "now": moment_of(request), "key": new_key()}
    found = [
        (kind, door.rehearse_many(kind, ids, "reassign", data=_data(form), **common))
        for kind, ids in _by_kind(rows).items()
    ]
    shown = preview_of("reassign", found, {(row.kind, row.subject_id): row.number for row in rows})
    leaver = form.cleaned_data["leaver"]
    either = Q(granted_by=leaver) | Q(user=leaver)
    lent = RoleGrant.objects.filter(either, authority__in=led, source__isnull=False, ended_at__isnull=True)
    ends = [
        _("The delegation of %(role)s from %(giver)s to %(taker)s ends (it would have on %(day)s).")
        % {
            "role": Role(one.role).label,
            "giver": one.granted_by,
            "taker": one.user,
            "day": day(one.valid_to) if one.valid_to else "",
        }
        for one in lent.select_related("user", "granted_by")
    ]
    return Preview([*shown.changes, *ends], shown.told, shown.money, shown.refused)


def _handed(request: HttpRequest, form: HandOverForm, rows: list[Row], context: dict[str, Any]) -> HttpResponse:
    key = context["key"]
    actor, now, origin = scope.person(request), moment_of(request), origin_of(request)
    common: dict[str, Any] = {"actor": actor, "now": now, "origin": origin}
    by_id = {(row.kind, row.subject_id): row for row in rows}
    results: list[tuple[Row, RowOutcome]] = []
    for kind, ids in _by_kind(rows).items():
        outcomes = door.perform_many(kind, ids, "reassign", data=_data(form), key=key, **common)
        results += [(by_id[kind, one.subject_id], one) for one in outcomes]
    leaver = User.objects.get(pk=form.cleaned_data["leaver"])  # a choice of the form
    data = {"reason": form.cleaned_data["reason"]}
    door.perform("person", leaver.pk, "end_delegations", key=f"{key}:delegations", data=data, **common)
    done = sum(one.refusal is None for _row, one in results)
    context |= {
        "summary": _("%(done)d of %(n)d matters handed over; the delegations of %(name)s have ended.")
        % {"done": done, "n": len(results), "name": leaver},
        "table": results_table(results),
        "act": {"title": _("Hand over")},
    }
    return render(request, "console/bulk_done.html", context)
