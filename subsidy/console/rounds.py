"""Rounds: which calls can be decided, the list of one round, and its acts up to the decree."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from subsidy.accounts.enums import Role
from subsidy.calendars.selectors import working_calendar
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console import previews, scope
from subsidy.console.case_page import points
from subsidy.console.offers import offers
from subsidy.correspondence.list_papers import decree_paper
from subsidy.correspondence.models import Letter
from subsidy.decisions.enums import RoundState, RowState
from subsidy.decisions.models import Round, RoundRow
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import last_minute, round_may_open, state_of
from subsidy.web import acts, formats
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, DataTable, KeyFact, Preview, Step
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.selectors import items_of
from workflows.common.refusals import Message, WrongState
from workflows.round.steps import listed, ranking

ACTS = ("close_collection", "approve", "send_back", "publish", "issue_decree")
STATES = (
    RoundState.COLLECTING,
    RoundState.AWAITING_MEETING,
    RoundState.AWAITING_NOTICE,
    RoundState.ON_NOTICE,
    RoundState.AWAITING_DECREE,
    RoundState.DECREED,
)
LIVE = (RowState.LISTED, RowState.AWARDED)

ROUNDS = ListSpec(
    model=Round,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda round_: reverse("console:round", args=[round_.number])),
        Column(
            "call", gettext_lazy("Call"), value=lambda round_: formats.pick(round_.call.title_zh, round_.call.title_en)
        ),
        Column("state", gettext_lazy("State"), kind="state", value=lambda round_: round_.get_state_display()),
        Column("cases", gettext_lazy("Cases on the list"), kind="number", value="on_list"),
        Column("total_fen", gettext_lazy("Total"), kind="yuan"),
        Column("opened_at", gettext_lazy("Opened"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    related=("call",),
    prepare=lambda rounds: rounds.annotate(
        on_list=Count("rows", filter=Q(rows__state__in=LIVE)),
        total_fen=Sum("rows__amount_fen", filter=Q(rows__state__in=LIVE)),
    ),
    file_name="rounds",
    empty_title=gettext_lazy("No round yet"),
    empty_text=gettext_lazy("When a call has closed and cases wait, a round can be opened for it here."),
)


def is_amount_checker(request: HttpRequest, authority_id: int) -> bool:
    pools = scope.standing(request).pools
    return any(pool.role == Role.AMOUNT and pool.authority_id == authority_id for pool in pools)


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The rounds of the bureau, and the closed calls for which one can be opened."""
    scope.standing(request)
    now = moment_of(request)
    unfinished = Round.objects.filter(call=OuterRef("pk")).exclude(state=RoundState.DECREED)
    calls = (
        scope.calls_for(request)
        .annotate(
            waiting=Count("cases", filter=Q(cases__state=CaseState.AWAITING_ROUND), distinct=True),
            before=Count("rounds", distinct=True),
        )
        .filter(Q(waiting__gt=0) & ~Exists(unfinished))
        .order_by("closes_at", "id")
    )
    context = {
        "calls": [
            {
                "call": call,
                "title": formats.pick(call.title_zh, call.title_en),
                "closed": state_of(call, now.at) == CallState.CLOSED,
                "until": last_minute(call),
                "may_open": round_may_open(call, pack_of(call.policy_version), call.before, now.at)
                and is_amount_checker(request, call.authority_id),
                "key": acts.new_key(),
            }
            for call in calls
        ]
    }
    return respond(request, ROUNDS, [scope.rounds_for(request)], "console/rounds.html", context)


@require_POST
@login_required
def open_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a round for a closed call."""
    scope.standing(request)
    call: Call = get_object_or_404(scope.calls_for(request), pk=pk)
    outcome = acts.submit_new(request, "round", "open", authority_id=call.authority_id, data={"call": call.pk})
    messages.success(request, _("The round is open."))
    number = Round.objects.values_list("number", flat=True).get(pk=outcome.subject_id)
    return HttpResponseRedirect(reverse("console:round", args=[number]))


def crumbs_to(round_: Round, *more: Crumb) -> list[Crumb]:
    page = reverse("console:round", args=[round_.number]) if more else ""
    return [Crumb(_("Rounds"), reverse("console:rounds")), Crumb(round_.number, page), *more]


@require_GET
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One round: its ranked list against the budget, its notice and decree, and what its reader may do."""
    standing = scope.standing(request)
    round_ = scope.round_for(request, number)
    items = items_of("round", round_.pk)
    table, total_fen, count = ranked(round_)
    call = round_.call
    context = {
        "round": round_,
        "crumbs": crumbs_to(round_),
        "title": formats.pick(call.title_zh, call.title_en),
        "steps": steps_of(round_),
        "offers": offers(
            "round", round_, standing, items, lambda name: reverse("console:round-act", args=[number, name])
        ),
        "table": table,
        "provisional_ranking": round_.state == RoundState.COLLECTING,
        "key_facts": [
            KeyFact(_("Cases on the list"), str(count)),
            KeyFact(_("Total"), formats.money_short(total_fen), note=formats.money(total_fen)),
            KeyFact(
                _("Budget of the call"), formats.money_short(call.budget_fen), note=formats.money(call.budget_fen)
            ),
            KeyFact(
                _("Left"),
                formats.money_short(call.budget_fen - total_fen),
                note=formats.money(call.budget_fen - total_fen),
            ),
        ],
        "notice": notice_of(request, round_),
        "decree": getattr(round_, "decree", None),
        "letters": Letter.objects.filter(subject_kind="round", subject_id=round_.pk).defer("content").order_by("id"),
    }
    return render(request, "console/round.html", context)


def steps_of(round_: Round) -> list[Step]:
    reached = STATES.index(RoundState(round_.state))
    over = round_.state == RoundState.DECREED
    return [
        Step(state.label, "done" if place < reached or over else "current" if place == reached else "todo")
        for place, state in enumerate(STATES)
    ]


def ranked(round_: Round) -> tuple[DataTable, int, int]:
    """The list by rank with its cut-off, its total in fen and its count; while collecting, as it would be now."""
    pack = pack_of(round_.call.policy_version)
    tiers = {tier.id: formats.pick(tier.text.zh, tier.text.en) for tier in pack.tiers}
    if round_.state == RoundState.COLLECTING:
        found = _as_it_would_be(round_)
    else:
        rows = (
            RoundRow.objects.filter(round=round_)
            .exclude(state=RowState.REMOVED)
            .select_related("case")
            .order_by("rank")
        )
        found = [(row.rank or 0, row.case, row.score, row.amount_fen, row.state) for row in rows]
    funded = [amount for *_rest, amount, state in found if state in LIVE]
    running = 0
    lines = []
    for rank, case, score, amount, state in found:
        running += amount if state in LIVE else 0
        lines.append(
            (
                str(rank),
                case.number,
                case.company_name,
                tiers.get(case.tier, "—"),
                points(score),
                formats.yuan(amount),
                formats.yuan(running) if state in LIVE else "—",
                str(RowState(state).label),
            )
        )
    unit = formats.pick("（元）", " (CNY)")
    head = (
        _("Rank"), _("Number"), _("Company"), _("Tier"), _("Mean"), _("Amount") + unit, _("Running total") + unit, _("State")
    )  # fmt: skip
    foot = ("", "", _("On the list"), "", "", formats.yuan(sum(funded)), "", str(len(funded)))
    return (
        DataTable(_("Ranking"), head, lines, numeric=(4, 5, 6), foot=foot if lines else ()),
        sum(funded),
        len(funded),
    )


def _as_it_would_be(round_: Round) -> list[tuple[int, Case, int | None, int, str]]:
    waiting = previews.waiting_cases(round_)
    cases = {str(case.pk): case for case in waiting}
    return [
        (
            place.rank,
            cases[place.key],
            cases[place.key].score,
            cases[place.key].computed_fen or 0,
            RowState.BELOW_CUT if place.cut else RowState.LISTED,
        )
        for place in ranking(waiting, round_.call)
    ]


def notice_of(request: HttpRequest, round_: Round) -> dict[str, Any] | None:
    """The notice with the working days that are left for objections; negative once it is over."""
    notice = getattr(round_, "notice", None)
    if notice is None:
        return None
    today = moment_of(request).on
    return {
        "notice": notice,
        "title": formats.pick(notice.title_zh, notice.title_en),
        "count": len(json.loads(notice.list_text)),
        "days_left": None if notice.closed_at else working_calendar().working_days_between(today, notice.ends_on),
        "over": today > notice.ends_on,
    }


class RoundAct(ActPage):
    """An officer's act on a round, previewed."""

    kind = "round"
    template_name = "console/round_act.html"
    done_words = {
        "close_collection": gettext_lazy("Ranked and reserved. The round goes to the meeting."),
        "approve": gettext_lazy("Approved. The list can be published."),
        "send_back": gettext_lazy("Sent back. The round collects again."),
        "publish": gettext_lazy("Published. Objections are open."),
        "issue_decree": gettext_lazy("The decree is issued. The letters are being made."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Round:
        scope.standing(self.request)
        return scope.round_for(self.request, self.kwargs["number"])

    @property
    def done_message(self) -> Message:  # type: ignore[override]
        return self.done_words[self.get_action()]

    def preview(self, subject: Round) -> Preview:
        return previews.of_round(self.get_action(), subject, now=moment_of(self.request))

    def crumbs(self, subject: Round) -> list[Crumb]:
        return crumbs_to(subject, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Round) -> str:
        return reverse("console:round", args=[subject.number])

    def context(self, subject: Round) -> dict[str, Any]:
        table, _total, _count = ranked(subject)
        return {"round": subject, "table": table, "is_decree": self.get_action() == "issue_decree"}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_action() == "issue_decree" and "preview" in request.POST:
            return self.drafted(self.get_subject())
        return super().post(request, *args, **kwargs)

    def drafted(self, subject: Round) -> HttpResponse:
        """The decree as it would be issued today under the number entered: rendered, not kept; nothing changes."""
        if subject.state != RoundState.AWAITING_DECREE:
            raise WrongState
        act = find_act(self.kind, subject, self.get_action())
        form = acts.act_form(act, subject, self.request.POST)
        assert form is not None  # a decree has a number
        if not form.is_valid():
            return self.page(subject, act, form, status=acts.UNPROCESSABLE)
        content = decree_paper(
            subject,
            number=form.cleaned_data["number"],
            issued_on=moment_of(self.request).on,
            rows=[(row.rank or 0, row.case.company_name, row.case.tier, row.amount_fen) for row in listed(subject)],
            lang="zh" if formats.is_chinese() else "en",
        )
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="decree-preview.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
