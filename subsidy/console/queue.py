"""The queue: what waits for the reader, in tabs by who must act, and what the reader has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from subsidy.accounts.enums import UserKind
from subsidy.audit.models import Event
from subsidy.calendars.selectors import working_calendar
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.console.bulk_acts import offered
from subsidy.console.queue_list import Days, choices_for, item_spec
from subsidy.decisions.models import Objection, Proposal, Round
from subsidy.payouts.models import Batch, Recovery
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.web import acts
from subsidy.web.components import Text
from subsidy.web.lists import COUNT_CAP, Column, ListSpec, Sort, respond
from subsidy.web.matters import page_of
from subsidy.web.person import moment_of
from subsidy.work.queues import TABS, counts, sources
from subsidy.work.selectors import Standing
from subsidy.work.services import view_remove, view_save
from workflows.common.subjects import kind_named

TAB_WORDS: dict[str, Text] = {
    "mine": _("With me"),
    "pools": _("In my pools"),
    "others": _("With others"),
    "company": _("With the company"),
    "soon": _("Due soon"),
    "overdue": _("Overdue"),
    "done": _("Done by me"),
}
EMPTY_WORDS: dict[str, tuple[Text, Text]] = {
    "mine": (_("Nothing is with you"), _("Take something over from your pools.")),
    "pools": (_("Your pools are empty"), _("New work appears here as soon as it arrives.")),
    "others": (_("Nothing is with others"), _("What colleagues and other units have to do appears here.")),
    "company": (
        _("No company has been asked for anything"),
        _("Corrections and accounts that companies owe appear here."),
    ),
    "soon": (_("Nothing is due soon"), _("What is due within three working days appears here.")),
    "overdue": (_("Nothing is overdue"), _("What has missed its day appears here.")),
    "done": (_("You have not acted yet"), _("Your acts appear here, the newest first.")),
}


# Beside the tabs: the rows of the list as it is filtered.
SHOWN = "shown"
VIEWS_MAX = 30


@dataclass(frozen=True)
class Tab:
    name: str
    label: Text
    count: int
    current: bool

    @property
    def count_text(self) -> str:
        return f"{COUNT_CAP}+" if self.count > COUNT_CAP else str(self.count)


@require_GET
@login_required
def show(request: HttpRequest, tab: str = "") -> HttpResponseBase:
    """The landing page of officers: the tab of the address, or else the first that has something to do."""
    standing = scope.standing(request)
    if tab not in ("", *TABS):
        raise Http404("The queue has no such tab.")
    days = Days(moment_of(request).on, working_calendar())
    found = {name: sources(name, standing, today=days.today, soon=days.soon()) for name in TABS}
    numbers = {} if tab else counts(found, cap=COUNT_CAP)
    chosen = tab or ("mine" if numbers["mine"] else "pools")
    choices = choices_for(standing)
    spec = done_spec(chosen, standing)
    if chosen != "done":
        spec = item_spec(chosen, days, choices, offered(standing), EMPTY_WORDS[chosen])
    if tab:  # what the filters leave is counted along with the tabs
        numbers = counts({**found, SHOWN: list(spec.narrowed(request.GET, found[chosen]))}, cap=COUNT_CAP)
    context = {
        "tabs": [Tab(name, TAB_WORDS[name], numbers[name], name == chosen) for name in TABS],
        "caption": TAB_WORDS[chosen],
        "views": choices.views,
        "tab": chosen,
    }
    return respond(request, spec, found[chosen], "console/queue.html", context, numbers.get(SHOWN))


def done_spec(tab: str, standing: Standing) -> ListSpec:
    """What the reader has done, the newest first."""
    title, text = EMPTY_WORDS[tab]
    return ListSpec(
        model=Event,
        columns=(
            Column(
                "number",
                _("Number"),
                link=lambda event: page_of(event.stream, standing.user.kind, event.number, roles=standing.roles),
            ),
            Column(
                "action", _("Act"), value=lambda event: ACT_WORDS.get((event.stream, event.action), (event.action,))[0]
            ),
            Column("at", _("When"), kind="instant"),
        ),
        sorts=(Sort("newest", _("Newest first"), ("-id",)), Sort("oldest", _("Oldest first"), ("id",))),
        prepare=_with_number,
        file_name="queue-done",
        empty_title=title,
        empty_text=text,
    )


def _with_number(events: QuerySet[Any]) -> QuerySet[Any]:
    """Each event with the number of its matter."""
    return events.defer("body").annotate(
        number=models.Case(
            *(
                models.When(stream=stream, then=models.Subquery(numbered.filter(pk=models.OuterRef("stream_id"))))
                for stream, numbered in (
                    ("case", Case.objects.values("number")),
                    ("round", Round.objects.values("number")),
                    ("objection", Objection.objects.values("number")),
                    ("proposal", Proposal.objects.values("number")),
                    ("recovery", Recovery.objects.values("number")),
                    ("batch", Batch.objects.values("number")),
                )
            )
        ),
    )


@require_POST
@login_required
def claim(request: HttpRequest, kind: str, number: str, action: str) -> HttpResponse:
    """Take a matter over, or give it back; one call of the door, then back to where the reader was."""
    scope.standing(request)
    if kind not in ("case", "round", "objection", "proposal", "batch", "recovery"):
        raise Http404("There is nothing of that kind to take over.")
    subject = kind_named(kind).model.objects.filter(number=number).only("pk").first()
    if subject is None:
        raise Http404("There is no such matter.")
    acts.submit(request, kind, subject.pk, action)
    done = _("The matter is with you now.") if action == "claim" else _("The matter is back in its pool.")
    messages.success(request, str(done))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("console:queue"))


class ViewForm(forms.Form):
    """A name for the list as it is now."""

    name = forms.CharField(max_length=60, label=_("Name"))
    tab = forms.ChoiceField(choices=[(tab, tab) for tab in TABS])
    query = forms.CharField(max_length=1_000, required=False)


@require_POST
@login_required
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is filtered and sorted, under a name of the reader's; the same name is written anew."""
    standing = scope.standing(request)
    form = ViewForm(request.POST)
    if not form.is_valid() and "tab" in form.errors:
        raise Http404("There is no such list to keep.")
    if not form.is_valid():
        messages.error(request, gettext("The list was not kept: give it a name of at most 60 characters."))
        return HttpResponseRedirect(reverse("console:queue"))
    said = form.cleaned_data
    if view_save(standing.user, said["tab"], said["name"], said["query"], limit=VIEWS_MAX):
        messages.success(request, gettext("The list is kept under “%(name)s”.") % {"name": said["name"]})
    else:
        messages.error(
            request, gettext("You keep %(n)d lists already. Remove one, then keep this one.") % {"n": VIEWS_MAX}
        )
    return HttpResponseRedirect(f"{reverse('console:queue-tab', args=[said['tab']])}?{said['query']}")


@require_POST
@login_required
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a kept list of the reader's own (Http404 for any other)."""
    if not view_remove(scope.standing(request).user, pk):
        raise Http404("There is no such kept list.")
    messages.success(request, gettext("The list is no longer kept."))
    return HttpResponseRedirect(reverse("console:queue"))


@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """Experts land on their own list, officers on the queue."""
    name = "console:scoring" if scope.person(request).kind == UserKind.EXPERT else "console:queue"
    return HttpResponseRedirect(reverse(name))
