"""What a pack's route says of a round: who approves which amount, and whether there is a public notice."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from policies.language import Pack
from subsidy.accounts.enums import Role
from subsidy.decisions.enums import RowState
from subsidy.decisions.models import Finding, Round, RoundRow
from subsidy.programmes.packs import pack_of
from workflows.common.refusals import WrongState

DIVISION, LEADER = Role.DIVISION_HEAD.value, Role.LEADER.value
LEVELS = (DIVISION, LEADER)
"""From the lowest to the highest; a row goes to the first whose limit its amount does not pass."""


def level_of(pack: Pack, amount_fen: int) -> str:
    """Who must approve that amount. Raises WrongState for a level that no office of this program has."""
    for level in pack.route.approval:
        if level.up_to is None or amount_fen <= level.up_to:
            if level.by not in LEVELS:
                raise WrongState(
                    _(
                        "The policy has amounts approved by %(who)s, an office that is not known here. Correct the policy."
                    )
                    % {"who": level.by}
                )
            return level.by
    return LEADER


def waits_for(level: str) -> Any:
    """Condition of a switch: rows on the list wait for that level."""

    def condition(activation: Any) -> bool:
        rows = RoundRow.objects.filter(round=activation.turn.subject, state=RowState.LISTED, level=level)
        return rows.exists()

    return condition


def is_authorised(activation: Any) -> bool:
    """Condition of a switch: every listed row is a case that a rule decided under a standing authorisation.

    A case that people looked at again (its offer was questioned) is none: then the usual levels decide on all.
    """
    listed = RoundRow.objects.filter(round=activation.turn.subject, state=RowState.LISTED)
    checked = Finding.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("case__rule_decision__finding"))
    by_rule = Q(case__rule_decision__isnull=False) & ~Exists(checked)
    return listed.exists() and not listed.exclude(by_rule).exists()


def any_row(*states: RowState) -> Any:
    """Condition of a switch: some row is in one of the states."""

    def condition(activation: Any) -> bool:
        return RoundRow.objects.filter(round=activation.turn.subject, state__in=states).exists()

    return condition


def waives_notice(round_: Round) -> str:
    """The policy's reason for having no public notice; empty where there is one."""
    pack = pack_of(round_.call.policy_version)
    return (pack.no_notice_reason or "") if pack.notice is None else ""


def without_notice(activation: Any) -> bool:
    """The one condition under which a round goes on without a notice: its policy has none and says why."""
    return bool(waives_notice(activation.turn.subject))
