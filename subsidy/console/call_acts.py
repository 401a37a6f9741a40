"""Opening a call and changing its window, each with a preview of what it does and whom it tells."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from subsidy.console import scope
from subsidy.console.calls import call_for, publishes_for
from subsidy.ledger.models import BudgetLine
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import last_minute, last_minute_before, state_of
from subsidy.web.acts import UNPROCESSABLE, ActPage, act_form, blame, find_act, new_key, sent, submit_new
from subsidy.web.calls import title_of
from subsidy.web.components import Crumb, Money, Preview, Refusal
from subsidy.web.formats import instant, pick
from subsidy.web.person import moment_of
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, Forbidden, Message
from workflows.policy_release.call_forms import LINES
from workflows.policy_release.calls import REOPEN_WITHIN, filed_under
from workflows.policy_release.kind import OPEN_CALL


class Open(LoginRequiredMixin, View):
    """A new call of a published version: the form, a preview of what it would be, and opening it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            scope.standing(request)
            bureaus = publishes_for(request)
            if not bureaus:
                raise Forbidden
            self.bureau = bureaus[0]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("version", "")
        initial = {"policy_version": int(chosen)} if chosen.isdecimal() and len(chosen) < 18 else {}
        return self.page(request, self.form(None, initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        data = sent(request)
        data.pop("preview", None)
        form = self.form(data)
        if "preview" in request.POST:
            valid = form.is_valid()
            shown = self.preview(form) if valid else None
            return self.page(request, form, preview=shown, status=200 if valid else UNPROCESSABLE)
        try:
            outcome = submit_new(request, "call", "open", authority_id=self.bureau, data=data)
        except BadData as refusal:
            blame(form, refusal)
            return self.page(request, form, status=UNPROCESSABLE)
        call = Call.objects.get(pk=outcome.subject_id)
        messages.success(request, _("The call is open to the public. Companies see it from now on."))
        return HttpResponseRedirect(reverse("console:call", args=[call.number]))

    def form(self, data: Any, **kwargs: Any) -> ActForm:
        form = act_form(OPEN_CALL, None, data, **kwargs)
        assert form is not None  # a call has data
        versions = PolicyVersion.objects.filter(authority=self.bureau).select_related("policy")
        lines = BudgetLine.objects.filter(authority=self.bureau, closed_at__isnull=True).order_by("-year", "code")
        texts = ("policy_text", "source_text", "cases_text")
        _offer(form, "policy_version", versions.defer(*texts).order_by("-effective_from", "-pk"))
        for name in ("budget_line", *(f"line_{place}" for place in LINES)):
            # Django's own way to word the rows of one form.
            _offer(form, name, lines).label_from_instance = _line_label  # type: ignore[assignment, method-assign]
        return form

    def preview(self, form: ActForm) -> Preview:
        """What would be announced; whatever the door would refuse beyond the form it says when the call is opened."""
        data = form.cleaned_data
        pack = pack_of(data["policy_version"])
        mode = pack.allocation.mode if pack.allocation is not None else "ranked"
        further = data["further_lines"]
        first = data["budget_line"]
        shares = [] if first is None else [(first, data["budget_fen"] - sum(fen for _line, fen in further)), *further]
        changes = [
            _("%(title)s takes applications from %(start)s to %(end)s (Beijing time).")
            % {
                "title": pick(data["title_zh"], data["title_en"]),
                "start": instant(data["opens_at"]),
                "end": instant(last_minute_before(data["closes_at"])),
            },
            (
                _("The policy sets the route %(route)s and how the money is shared: %(mode)s.")
                % {"route": pack.route.kind, "mode": dict(Call._meta.get_field("allocation").flatchoices)[mode]}
                if shares
                else _("The policy sets the route %(route)s; its decree confers a title and no money.")
                % {"route": pack.route.kind}
            ),
            _("The version, the beginning, the rounds and the lines cannot be changed afterwards."),
        ]
        short = [
            Refusal(
                _line_label(line), _("The line has less available than the call may grant; have it increased in time.")
            )
            for line, fen in shares
            if line.available < fen
        ]
        return Preview(
            changes=changes,
            told=[_("Everybody: the call and its guide stand on the public site.")],
            money=[
                Money(_line_label(line) + pick("（额度，尚未占用）", " (limit, nothing reserved)"), fen)
                for line, fen in shares
            ],
            refused=short,
        )

    def page(
        self, request: HttpRequest, form: ActForm, *, preview: Preview | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "preview": preview,
            "key": request.POST.get("key") or new_key(),
            "act": OPEN_CALL,
            "crumbs": [Crumb(_("Calls"), reverse("console:calls")), Crumb(OPEN_CALL.title)],
            "back_url": reverse("console:calls"),
        }
        return render(request, "console/call_open.html", context, status=status)


def _offer(form: ActForm, name: str, rows: QuerySet[Any]) -> ModelChoiceField:
    """Have a field of the form offer these rows alone."""
    field = form.fields[name]
    assert isinstance(field, ModelChoiceField)  # the act's form chooses among rows there
    field.queryset = rows
    return field


def _line_label(line: BudgetLine) -> str:
    return f"{line.year} {line.code} {pick(line.name_zh, line.name_en)}"


class CallAct(ActPage):
    """An act on a call, previewed."""

    kind = "call"
    template_name = "console/call_act.html"
    done_words = {
        "extend": gettext_lazy("The window is extended. The public line stands, and every draft's company is told."),
        "close_early": gettext_lazy("The new end is set. The public line stands, and every draft's company is told."),
        "make_offers": gettext_lazy(
            "The companies are being matched with the call. This page shows how far it is and what came of it."
        ),
        "stop_offers": gettext_lazy("Stopped. The offers that were made stand."),
        "cancel": gettext_lazy("The call is cancelled. The public line stands, and every draft's company is told."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("A call has no such act.")
        return action

    def get_subject(self) -> Call:
        scope.standing(self.request)
        return call_for(self.request, self.kwargs["number"])

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Call) -> Preview:
        return preview_of(subject, self.get_action(), state_of(subject, moment_of(self.request).at))

    def crumbs(self, subject: Call) -> list[Crumb]:
        return [
            Crumb(_("Calls"), reverse("console:calls")),
            Crumb(subject.number, self.success_url(subject)),
            Crumb(find_act(self.kind, subject, self.get_action()).title),
        ]

    def success_url(self, subject: Call) -> str:
        return reverse("console:call", args=[subject.number])

    def context(self, subject: Call) -> dict[str, Any]:
        return {"call": subject, "title": title_of(subject)}


def preview_of(call: Any, action: str, state: CallState) -> Preview:
    """What the act would change and whom it tells; the rules of `workflows.policy_release.calls` in words."""
    if action == "make_offers":
        return Preview(
            changes=[
                _(
                    "Every active company of the bureau is matched with the call by its rules, from the data held today."
                ),
                _("Each company that is entitled within the standing authorisation gets an offer; nobody gets two."),
                _("Who is not entitled, or of whom something is not known, gets none and is counted by the reason."),
            ],
            told=[_("The companies that get an offer, on their pages")],
        )
    if action == "stop_offers":
        return Preview(
            changes=[
                _("No further company is matched with the call. The offers that were made stand."),
                _("The offers may be made again: then the companies that have none are matched."),
            ]
        )
    end = _("Filing now ends at %(end)s.") % {"end": instant(last_minute(call))}
    drafts = ngettext(
        "The company of %(n)d draft, on its page", "The companies of %(n)d drafts, on their pages", call.drafts
    ) % {"n": call.drafts}
    told = [_("Everybody: a line with the reason stands on the public page of the call, for good."), drafts]
    if action == "cancel":
        filed = filed_under(call)
        changes = [_("Nothing can be filed any more; drafts stay readable. This is final.")]
        refused = (
            [Refusal(call.number, _("Filed applications wait for a decision; it cannot be cancelled."))]
            if filed
            else []
        )
        return Preview(changes=changes, told=told, refused=refused)
    if action == "close_early":
        return Preview(
            changes=[end, _("The end moves forward, not before the end of the next working day.")], told=told
        )
    if state != CallState.CLOSED:
        return Preview(changes=[end, _("The end moves back; whoever has filed need do nothing.")], told=told)
    rule = _(
        "Filing has ended. It can be opened again only for an outage within the window, within %(n)d working days, before "
        "any round, and for at least 24 hours."
    ) % {"n": REOPEN_WITHIN}
    return Preview(changes=[end, rule], told=told)
