"""Why a payment that is due is not made now: a hold that people placed, an account from which one bounced, or a list.

Who stands on a list that the policy excludes is not paid as long as the entry holds: nobody need place a hold when it
appears, nor lift one when it ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.cases.models import Case
from subsidy.decisions.models import Instalment
from subsidy.decisions.selectors import barred_cases
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine, PayoutHold

BOUNCED = _("The bank sent a payment to this account back; the company must confirm another account first.")
ON_A_LIST = _(
    "Its company stands on a list that the policy excludes: %(lists)s. It can be paid when the entry is ended or set "
    "right; else revoke the award."
)


def holds_of(user: User, *, on: dt.date, roles: Iterable[Role]) -> QuerySet[PayoutHold]:
    """The holds of the bureaus in which the person holds one of the roles on that day, open ones first."""
    bureaus = grants_of(user, on=on, roles=roles).values("authority")
    found = PayoutHold.objects.filter(authority__in=bureaus)
    return found.select_related("company", "policy", "placed_by", "lifted_by")


def _on_case(path: str, authority: str = "authority") -> Exists:
    """An open hold on the company or the policy of the case at `path`."""
    company, policy = OuterRef(f"{path}company"), OuterRef(f"{path}policy_version__policy")
    held = Q(company=company) | Q(policy=policy)
    return Exists(PayoutHold.objects.filter(held, lifted_at=None, authority=OuterRef(authority)))


def _bounced(path: str) -> Exists:
    """A payment to the account that came back. Another account, or the same one confirmed anew, is another row."""
    return Exists(BatchLine.objects.filter(state=LineState.RETURNED, payee_account=OuterRef(path)))


def _listed(instalments: QuerySet[Instalment], *, on: dt.date) -> dict[int, list[str]]:
    """The cases of the instalments whose company stands on a list that their policy excludes, with the lists."""
    return barred_cases(Case.objects.filter(pk__in=instalments.order_by().values("award__case")), on=on)


def unheld(instalments: QuerySet[Instalment], *, on: dt.date) -> QuerySet[Instalment]:
    """Those of them that nothing holds back on that day."""
    free = instalments.exclude(_on_case("award__case__")).exclude(_bounced("award__case__payee_account"))
    return free.exclude(award__case__in=list(_listed(instalments, on=on)))


def reasons(instalments: Iterable[int], *, on: dt.date) -> dict[int, str | Promise]:
    """Why each of the instalments is held on that day, by its id; those that nothing holds are left out."""
    rows = Instalment.objects.filter(pk__in=instalments)
    found: dict[int, str | Promise] = dict.fromkeys(
        rows.filter(_bounced("award__case__payee_account")).values_list("pk", flat=True), BOUNCED
    )
    held = rows.filter(_on_case("award__case__")).values_list(
        "pk", "authority", "award__case__company", "award__case__policy_version__policy"
    )
    open_holds = list(
        PayoutHold.objects.filter(lifted_at=None).values_list("authority", "company", "policy", "reason")
    )
    for pk, authority, company, policy in held:
        for of, its_company, its_policy, reason in open_holds:
            if (of, its_company) == (authority, company) or (of, policy) == (authority, its_policy):
                found[pk] = _("Held: %(reason)s") % {"reason": reason}
    if listed := _listed(rows, on=on):
        for pk, case_id in rows.filter(award__case__in=list(listed)).values_list("pk", "award__case"):
            found[pk] = ON_A_LIST % {"lists": "、".join(listed[case_id])}
    return found


def with_holds(lines: QuerySet[BatchLine], *, on: dt.date) -> QuerySet[BatchLine]:
    """The lines, each with `is_held`: its company, policy or account is held, since it was prepared or before."""
    listed = barred_cases(Case.objects.filter(pk__in=lines.order_by().values("case")), on=on)
    held = Q(_on_case("case__", "batch__authority")) | Q(_bounced("payee_account")) | Q(case__in=list(listed))
    return lines.annotate(is_held=ExpressionWrapper(held, output_field=BooleanField()))
