"""The public site: what bureaus have published, the calculator, help. Nobody signs in, nothing is stored."""

from __future__ import annotations

import json

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from policies.cited import CITED
from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.calendars.selectors import working_calendar
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.enums import DecreeKind
from subsidy.decisions.models import AwardChange, Decree, Notice, NoticeEntry
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.programmes.selectors import leading_versions, versions
from subsidy.programmes.window import last_minute
from subsidy.public import calculator as figures
from subsidy.public import changes, lists, reading, selectors
from subsidy.web.calls import state_words
from subsidy.web.components import KeyFact
from subsidy.web.formats import counted, day, money, pick
from subsidy.web.lists import respond
from subsidy.web.person import moment_of
from workflows.round.noticing import is_open as still_open

HOME_ROWS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what is open, what was decided."""
    now = moment_of(request)
    context = {
        "calls": [(call, last_minute(call)) for call in selectors.calls_open(now.at)[:HOME_ROWS]],
        "policies": [
            (one, lists.policy_url(one), *lists.validity(one, now.on))
            for one in leading_versions(now.on).order_by("-effective_from", "pk")[:HOME_ROWS]
        ],
        "notices": selectors.notices().filter(closed_at__isnull=True).order_by("ends_on", "pk")[:HOME_ROWS],
        "decrees": selectors.decrees().order_by("-issued_on", "-pk")[:HOME_ROWS],
    }
    return render(request, "public/home.html", context)


@require_safe
def policy_list(request: HttpRequest) -> HttpResponseBase:
    now = moment_of(request)
    return respond(request, lists.policies(now), [leading_versions(now.on)], "public/policies.html")


@require_safe
def policy(request: HttpRequest, bureau: str, code: str, version: str = "") -> HttpResponse:
    """A policy generated from its pack: the leading version unless the address names one."""
    shown = _version(request, bureau, code, version)
    on = moment_of(request).on
    pack = pack_of(shown)
    every = changes.with_earlier(list(versions().filter(policy=shown.policy).order_by("-effective_from", "-pk")))
    person = _member(request)
    words, tone = lists.validity(shown, on)
    context = {
        "version": shown,
        "pack": pack,
        "title": reading.said(pack.title),
        "bureau": lists.bureau_name(shown),
        "facts": _key_facts(shown, words),
        "tone": tone,
        "first": reading.decided(pack),
        "stages": [reading.decided(pack, name) for name in pack.stages],
        "clauses": reading.clauses(pack),
        "parameters": reading.parameters(pack),
        "granted": reading.granted(shown.policy_id),
        "documents": [(reading.said(one.text), one.required, one.when is not None) for one in pack.documents],
        "route": reading.route(pack),
        "rubric": [(reading.said(one.text), one.max_points) for one in pack.route.panel.rubric]
        if pack.route.panel
        else [],
        "undertakings": reading.undertakings(pack),
        "worked": reading.worked_cases(pack, shown.cases_text),
        "versions": [(one, earlier, lists.version_url(one), *lists.validity(one, on)) for one, earlier in every],
        "calls": [
            (call, *state_words(call, moment_of(request).at))
            for call in selectors.calls().filter(policy_version=shown).order_by("-closes_at", "-pk")[:HOME_ROWS]
        ],
        "results": figures.results_of_member(pack, person, on=on) if person else [],
    }
    return render(request, "public/policy.html", context)


def _key_facts(shown: PolicyVersion, state: object) -> list[KeyFact]:
    until = day(shown.effective_to) if shown.effective_to else pick("未定", "open")
    span = pick(f"{day(shown.effective_from)}至{until}", f"{day(shown.effective_from)} to {until}")
    return [
        KeyFact(_("State"), str(state), span),
        KeyFact(_("Version"), shown.version),
        KeyFact(_("Document"), shown.document_number or "—"),
    ]


@require_safe
def calculator(request: HttpRequest, bureau: str, code: str, version: str) -> HttpResponse:
    """Figures in, decision with reasons out. An address holds everything; the server keeps nothing."""
    shown = _version(request, bureau, code, version)
    pack, on = pack_of(shown), moment_of(request).on
    person = _member(request)
    sent = "calculate" in request.GET
    initial = figures.first_held(pack, person, on=on) if person else {pack.decides_on: on}
    form = figures.CalculatorForm(request.GET if sent else None, pack=pack, initial=initial)
    found = figures.result(pack, form.facts()) if sent and form.is_valid() else None
    context = {
        "version": shown,
        "title": reading.said(pack.title),
        "bureau": lists.bureau_name(shown),
        "policy_url": lists.version_url(shown),
        "form": form,
        "result": found,
        "prefilled": person is not None and not sent,
    }
    return render(request, "public/calculator.html", context)


@require_safe
def notice_list(request: HttpRequest) -> HttpResponseBase:
    on = moment_of(request).on
    return respond(request, lists.notices(on), [selectors.notices()], "public/notices.html")


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen list as it was published, with its hash; nothing is read from the cases."""
    found = get_object_or_404(selectors.notices(), pk=pk)
    on = moment_of(request).on
    version = found.round.call.policy_version
    tiers = {tier.id: reading.said(tier.text) for tier in pack_of(version).tiers}
    rows = [
        {**row, "tier": tiers.get(row.get("tier", ""), row.get("tier", ""))} for row in json.loads(found.list_text)
    ]
    is_open = still_open(found, moment_of(request))
    context = {
        "notice": found,
        "entries": found.entries.order_by("position"),
        "title": pick(found.title_zh, found.title_en),
        "bureau": lists.bureau_name(found),
        "policy_title": lists.policy_title(version),
        "policy_url": lists.version_url(version),
        "illustrative": version.illustrative,
        "rows": rows,
        "total_fen": sum(int(row["amount_fen"]) for row in rows),
        "pays": found.round.call.pays,
        "levels": counted(row["tier"] for row in rows),
        "is_open": is_open,
        "days_left": working_calendar().working_days_between(on, found.ends_on) if is_open else None,
        "contact": found.round.call.contact,
    }
    return render(request, "public/notice.html", context)


@require_safe
def notice_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The very text that was hashed, for those who check the hash themselves."""
    found = get_object_or_404(selectors.notices(), pk=pk)
    return HttpResponse(found.list_text, content_type="application/json; charset=utf-8")


@require_safe
def notice_entry_text(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """The list as it stood after a line was appended: the text that the line's hash is of."""
    entry = get_object_or_404(NoticeEntry, notice=pk, position=position)
    return HttpResponse(entry.list_text, content_type="application/json; charset=utf-8")


@require_safe
def decree_list(request: HttpRequest) -> HttpResponseBase:
    return respond(request, lists.decrees(), [selectors.decrees()], "public/decrees.html")


@require_safe
def decree(request: HttpRequest, pk: int) -> HttpResponse:
    """A decree with its annex; count and total are computed from the annex."""
    found = get_object_or_404(selectors.decrees(), pk=pk)
    version = found.round.call.policy_version
    tiers = {tier.id: reading.said(tier.text) for tier in pack_of(version).tiers}
    awards = list(selectors.awards_of(found))
    total_fen, pays = sum(award.amount_fen for award in awards), found.round.call.pays
    context = {
        "decree": found,
        "bureau": lists.bureau_name(found),
        "policy_title": lists.policy_title(version),
        "policy_url": lists.version_url(version),
        "illustrative": version.illustrative,
        "rows": [(award, tiers.get(award.tier, award.tier)) for award in awards],
        "facts": [
            KeyFact(_("Issued on"), day(found.issued_on)),
            KeyFact(_("Awards") if pays else _("Recognised"), str(len(awards))),
            *([KeyFact(_("Total"), money(total_fen))] if pays else []),
        ],
        "total_fen": total_fen,
        "pays": pays,
        "levels": counted(tiers.get(award.tier, award.tier) for award in awards),
        "notice": Notice.objects.filter(round=found.round_id).only("pk").first(),
        "has_paper": _papers(found).exists(),
        "kind": DecreeKind(found.kind),
        "changes": changes_shown(found),
    }
    return render(request, "public/decree.html", context)


def changes_shown(decree: Decree) -> list[AwardChange]:
    """What this paper changed, or what later papers changed of its awards; in their order."""
    mine = Q(decree=decree) | Q(award__decree=decree)
    return list(AwardChange.objects.filter(mine).select_related("decree__corrects", "award").order_by("pk"))


def _papers(decree: Decree) -> QuerySet[Letter]:
    papers = Letter.objects.filter(subject_kind="round", subject_id=decree.round_id)
    return papers.exclude(kind=LetterKind.NOTICE_LIST).filter(number=decree.number).order_by("pk")


@require_safe
def decree_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The decree as issued, in the bytes that were kept."""
    found = get_object_or_404(selectors.decrees(), pk=pk)
    paper = _papers(found).first()
    if paper is None:
        raise Http404("The paper of this decree has not been issued yet.")
    name = f"decree-{found.pk}.pdf"
    return HttpResponse(
        bytes(paper.content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of text: help, accessibility, use of data."""
    cited = [(code, pick(one.zh, one.en)) for code, one in CITED.items()] if name == "help" else []
    return render(request, f"public/{name}.html", {"cited": cited})


def _version(request: HttpRequest, bureau: str, code: str, version: str) -> PolicyVersion:
    """The published version of that address (Http404 when there is none)."""
    if version:
        found = PolicyVersion.objects.select_related("policy", "authority")
        return get_object_or_404(found, authority__code=bureau, policy__code=code, version=version)
    leading = leading_versions(moment_of(request).on).defer(None).select_related("policy", "authority")
    return get_object_or_404(leading, authority__code=bureau, policy__code=code)


def _member(request: HttpRequest) -> User | None:
    """The signed-in person who acts for companies, if it is one."""
    user = request.user
    return user if user.is_authenticated and user.kind == UserKind.COMPANY else None
