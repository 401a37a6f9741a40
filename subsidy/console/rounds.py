"""Rounds: which calls can be decided, the list of one round, and its acts up to the decree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console import round_parts, scope
from subsidy.console.case_page import points
from subsidy.console.offers import time_left
from subsidy.correspondence.models import Letter
from subsidy.decisions.enums import FINAL_ROUNDS, RoundState, RowState
from subsidy.decisions.models import Round, RoundRow
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import last_minute, round_may_open, state_of
from subsidy.web import acts, formats
from subsidy.web.calls import budget_fact
from subsidy.web.components import Crumb, DataTable, KeyFact, Step
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.selectors import items_of
from workflows.round import rules
from workflows.round.collecting import is_listed, ranking, waiting_for

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
        Column("total_fen", gettext_lazy("Total"), value=lambda round_: round_.total_fen or None, kind="yuan"),
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
    unfinished = Round.objects.filter(call=OuterRef("pk")).exclude(state__in=FINAL_ROUNDS)
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
    table, total_fen, count = ranked(round_, reader=scope.person(request))
    call = round_.call
    context = {
        "round": round_,
        "crumbs": crumbs_to(round_),
        "title": formats.pick(call.title_zh, call.title_en),
        "steps": steps_of(round_),
        "offers": round_parts.offered(round_, standing, items),
        "time": time_left(items, on=moment_of(request).on),
        "table": table,
        "provisional_ranking": round_.state == RoundState.COLLECTING,
        "key_facts": [
            KeyFact(_("Cases on the list"), str(count)),
            *(_money_facts(call, total_fen) if call.pays else [budget_fact(call)]),
        ],
        "notice": round_parts.notice_of(round_, on=moment_of(request).on),
        "no_notice_reason": rules.waives_notice(round_),
        "decrees": round_parts.decrees_of(round_),
        "meetings": round_parts.meetings_of(round_),
        "objections": round_parts.objections_table(round_, standing),
        "letters": Letter.objects.filter(subject_kind="round", subject_id=round_.pk).defer("content").order_by("id"),
    }
    return render(request, "console/round.html", context)


def _money_facts(call: Call, total_fen: int) -> list[KeyFact]:
    left = call.budget_fen - total_fen
    return [
        KeyFact(_("Total"), formats.money_short(total_fen), note=formats.money(total_fen)),
        budget_fact(call),
        KeyFact(_("Left"), formats.money_short(left), note=formats.money(left)),
    ]


def steps_of(round_: Round) -> list[Step]:
    """The states on this round's way: levels of approval that the policy has, a notice unless it waives one."""
    pack = pack_of(round_.call.policy_version)
    levels = {level.by for level in pack.route.approval}
    skipped = {
        RoundState.AWAITING_DIVISION: rules.DIVISION not in levels,
        RoundState.AWAITING_MEETING: rules.LEADER not in levels,
        RoundState.AWAITING_NOTICE: pack.notice is None,
        RoundState.ON_NOTICE: pack.notice is None,
        RoundState.PART_DECREED: round_.state != RoundState.PART_DECREED,
        RoundState.DECREED: round_.state == RoundState.CLOSED,
        RoundState.CLOSED: round_.state != RoundState.CLOSED,
    }
    way = [state for state in RoundState if not skipped.get(state) or state == round_.state]
    reached = way.index(RoundState(round_.state))
    over = round_.state in FINAL_ROUNDS
    return [
        Step(state.label, "done" if place < reached or over else "current" if place == reached else "todo")
        for place, state in enumerate(way)
    ]


def ranked(round_: Round, *, reader: User) -> tuple[DataTable, int, int]:
    """The list by rank with its cut-off, its total in fen and its count; while collecting, as it would be now.

    A case that the reader is recused from keeps its rank and counts in the totals, and is not shown.
    """
    hidden = set(reader.recusals.values_list("case_id", flat=True))
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
        found = [
            (row.rank, row.case, row.listed_name, row.score, row.amount_fen, row.state, row.reason) for row in rows
        ]
    funded = [amount for *_rest, amount, state, _reason in found if state in LIVE]
    running = 0
    lines = []
    for rank, case, name, score, amount, state, reason in found:
        running += amount if state in LIVE else 0
        if case.pk in hidden:
            continue
        lines.append(
            (
                str(rank),
                case.number,
                name,
                tiers.get(case.tier, "—"),
                points(score),
                formats.yuan(amount),
                formats.yuan(running) if state in LIVE else "—",
                f"{RowState(state).label}{formats.pick('：', ': ') + reason if reason else ''}",
            )
        )
    unit = formats.pick("（元）", " (CNY)")
    head = (
        _("Rank"), _("Number"), _("Company"), _("Tier"), _("Mean"), _("Amount") + unit, _("Running total") + unit, _("State")
    )  # fmt: skip
    foot = ("", "", _("On the list"), "", "", formats.yuan(sum(funded)), "", str(len(funded)))
    table = DataTable(_("Ranking"), head, lines, numeric=(4, 5, 6), foot=foot if lines else ())
    return (table if round_.call.pays else _without_money(table), sum(funded), len(funded))


def _without_money(table: DataTable) -> DataTable:
    """The ranking of a call that pays nothing: without its two columns of amounts."""

    def kept(cells: Sequence[Any]) -> list[Any]:
        return [cell for place, cell in enumerate(cells) if place not in (5, 6)]

    rows = [kept(row) for row in table.rows]
    return DataTable(table.caption, kept(table.head), rows, numeric=(4,), foot=kept(table.foot))


def _as_it_would_be(round_: Round) -> list[tuple[int, Case, str, int | None, int, str, str]]:
    waiting = list(waiting_for(round_).select_related("company"))
    cases = {str(case.pk): case for case in waiting}
    return [
        (
            place.rank,
            cases[place.key],
            cases[place.key].company_name,
            cases[place.key].score,
            place.granted or cases[place.key].computed_fen or 0,
            RowState.LISTED if is_listed(place, cases[place.key]) else RowState.BELOW_CUT,
            "",
        )
        for place in ranking(waiting, round_.call)
    ]
