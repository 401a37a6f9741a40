"""What is to be paid, what is held and why; and the batch that is made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.applicants.holds import hold_on
from subsidy.bankfiles import FORMATS, parts
from subsidy.console.finance import scope
from subsidy.console.finance.scope import Reader
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.payouts.holds import reasons
from subsidy.payouts.models import Batch, BatchLine
from subsidy.payouts.offsets import Due, due_of, standing_offsets
from subsidy.payouts.selectors import last_refusals, payable, paying_accounts_of, unpaid_of
from subsidy.web.acts import UNPROCESSABLE, act_form, blame, new_key, submit_new
from subsidy.web.companies import today_words
from subsidy.web.components import Crumb, Money, Preview, Text
from subsidy.web.person import moment_of
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData
from workflows.payout_batch.flow import PREPARE

# As many as an address can name; a larger batch is made with "all that can be paid".
SHOWN_MAX = 200
BATCH_ROWS_MAX = 20_000
# What a batch is made with besides its payments.
TERMS = ("format", "paying_account", "execution_on", "purpose", "full_reason")

NO_ACCOUNT = gettext_lazy("The company has not chosen an account yet.")


@dataclass(frozen=True)
class Waiting:
    """An instalment that waits: payable, or held with the reason; `refused` says what the bank said last.

    `due_fen` is what is to be paid of it: without `standing_fen`, which was set off in a payment that came back and
    stands. `today` warns where the company is no longer what the decree calls it: renamed, merged, closed.
    """

    instalment: Instalment
    due_fen: int
    standing_fen: int
    payable: bool
    held: Text
    refused: BatchLine | None
    account: str
    today: Text = ""


@dataclass(frozen=True)
class Chosen:
    """A chosen instalment, what is due of it and set off, and the sum of what is sent up to and with it."""

    instalment: Instalment
    due: Due
    sum_fen: int


def running(chosen: Sequence[Instalment]) -> list[Chosen]:
    """The chosen instalments with what is set off of each and their running total."""
    due = due_of(chosen, locked=False)
    sums = accumulate(due[one.pk].sent_fen for one in chosen)
    return [Chosen(one, due[one.pk], total) for one, total in zip(chosen, sums, strict=True)]


@login_required
@require_safe
def to_pay(request: HttpRequest) -> HttpResponse:
    who = scope.reader(request)
    unpaid = unpaid_of(who.user, on=who.on)
    ready = dict(payable(unpaid, at=who.at).values_list("pk", "amount_fen"))
    rows = _rows(unpaid.order_by("-state", "pk"), set(ready), who)
    context = {
        "rows": rows,
        "shown_max": SHOWN_MAX,
        "count": unpaid.count(),
        "ready_count": len(ready),
        "ready_fen": sum(ready.values()) - sum(standing_offsets(ready).values()),
        "may_prepare": any(role == Role.FINANCE_PREPARE for _, role in who.grants),
        "illustrative": any(row.instalment.award.case.policy_version.illustrative for row in rows),
    }
    return render(request, "console/finance/to_pay.html", context)


def _rows(instalments: QuerySet[Instalment], ready: set[int], who: Reader) -> list[Waiting]:
    found: list[Instalment] = list(
        instalments.select_related(
            "award__case__payee_account", "award__case__policy_version", "award__case__company", "award__decree"
        ).defer(
            "award__case__policy_version__policy_text",
            "award__case__policy_version__source_text",
            "award__case__policy_version__cases_text",
        )[:SHOWN_MAX]
    )
    refusals = last_refusals(one.pk for one in found)
    kept_back = reasons([one.pk for one in found], on=who.on)
    standing = standing_offsets(one.pk for one in found)
    return [
        Waiting(
            instalment=one,
            due_fen=one.amount_fen - standing.get(one.pk, 0),
            standing_fen=standing.get(one.pk, 0),
            payable=one.pk in ready,
            held="" if one.pk in ready else kept_back.get(one.pk) or _hold_reason(one, who.at),
            refused=refusals.get(one.pk),
            account=_masked(one),
            today=today_words(one.award.case.company, one.award.company_name),
        )
        for one in found
    ]


def _hold_reason(instalment: Instalment, at: dt.datetime) -> Text:
    account = instalment.award.case.payee_account
    if instalment.state == InstalmentState.PLANNED or account is None:
        return NO_ACCOUNT
    return hold_on(account, at=at)


def _masked(instalment: Instalment) -> str:
    account = instalment.award.case.payee_account
    return f"…{account.account_number[-4:]}" if account else "—"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """GET shows what was chosen, its total and the form; POST makes the batch, once per key."""
    who = scope.reader(request)
    bureau = who.bureau_as(Role.FINANCE_PREPARE)
    chosen = _chosen(request, who)
    if not chosen:
        messages.warning(request, _("Choose at least one payment."))
        return HttpResponseRedirect(reverse("console:finance_pay"))
    if request.method == "POST":
        return _prepare(request, who, bureau, chosen)
    return _prepare_page(request, chosen, _form(who, None, on=who.on))


def _prepare(request: HttpRequest, who: Reader, bureau: int, chosen: Sequence[Instalment]) -> HttpResponse:
    """One batch, or as many as the bank's cap of rows a file asks for; each is prepared once per key."""
    data = {name: request.POST.get(name, "") for name in TERMS}
    ids = [one.pk for one in chosen]
    pieces = parts(data["format"], len(ids)) if data["format"] in FORMATS else (range(len(ids)),)
    numbers = []
    for place, piece in enumerate(pieces):
        sending = {**data, "instalments": [ids[one] for one in piece]}
        try:
            outcome = submit_new(
                request, "batch", "prepare", authority_id=bureau, data=sending, part=f":{place}" if place else ""
            )
        except BadData as refusal:
            form = _form(who, {**data, "instalments": ids})
            blame(form, refusal)
            _rows_errors_to_top(form)
            return _prepare_page(request, chosen, form, status=UNPROCESSABLE)
        numbers.append(Batch.objects.values_list("number", flat=True).get(pk=outcome.subject_id))
    if len(numbers) > 1:
        messages.success(
            request,
            _(
                "The bank's files take a limited number of rows: batches %(numbers)s are prepared and wait for their check."
            )
            % {"numbers": ", ".join(numbers)},
        )
        return HttpResponseRedirect(reverse("console:finance_batches"))
    messages.success(request, _("Batch %(number)s is prepared and waits for its check.") % {"number": numbers[0]})
    return HttpResponseRedirect(reverse("console:finance_batch", args=[numbers[0]]))


def _form(who: Reader, data: object, *, on: dt.date | None = None) -> ActForm:
    """The form of the act without the chosen rows, which the page carries itself."""
    initial = {"execution_on": on, "format": next(iter(FORMATS))} if on else None
    form = act_form(PREPARE, None, data, initial=initial)
    assert form is not None
    form.fields["paying_account"].queryset = paying_accounts_of(who.user, on=who.on)  # type: ignore[attr-defined]
    if data is None:
        del form.fields["instalments"]
    return form


def _rows_errors_to_top(form: ActForm) -> None:
    """What was chosen stands in the table, not in the form: its errors go to the summary."""
    for error in form.errors.pop("instalments", []):
        form.add_error(None, error)
    form.fields.pop("instalments", None)


def _chosen(request: HttpRequest, who: Reader) -> Sequence[Instalment]:
    """What the address (or the page sent back) names, of what the reader may pay; or all that can be paid."""
    query = request.POST if request.method == "POST" else request.GET
    unpaid = unpaid_of(who.user, on=who.on).select_related("award__case__payee_account", "award__case__policy_version")
    if query.get("all"):
        return list(payable(unpaid, at=who.at).order_by("pk")[:BATCH_ROWS_MAX])
    named = query.get("chosen", "").split(",") if request.method == "POST" else query.getlist("i")
    ids = [int(one) for one in named if one.isdecimal() and len(one) < 18]
    return list(unpaid.filter(pk__in=ids[:BATCH_ROWS_MAX]).order_by("pk"))


def _prepare_page(
    request: HttpRequest, chosen: Sequence[Instalment], form: ActForm, *, status: int = 200
) -> HttpResponse:
    rows = running(chosen)
    total = rows[-1].sum_fen
    context = {
        "chosen": chosen,
        "rows": rows,
        "ids": ",".join(str(one.pk) for one in chosen),
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "total_fen": total,
        "offset_fen": sum(row.due.offset_fen for row in rows),
        "today": moment_of(request).on,
        "illustrative": any(one.award.case.policy_version.illustrative for one in chosen),
        "preview": Preview(
            changes=[_("The payments are frozen as one batch: amounts, payees and accounts."),
                     _("They can be in no other batch until it is answered or returned.")],
            told=[_("those who check batches")],
            money=[Money(_("In the batch; no money moves before the release"), total)],
        ),
        "crumbs": [Crumb(_("To pay"), reverse("console:finance_pay")), Crumb(_("Prepare a batch"))],
        "back_url": reverse("console:finance_pay"),
        "action": PREPARE.title,
    }  # fmt: skip
    return render(request, "console/finance/prepare.html", context, status=status)
