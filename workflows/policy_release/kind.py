"""Policy versions and calls as the door knows them: published; opened, extended, closed early, cancelled."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.work.enums import Duty
from workflows.case import offering
from workflows.common.acts import Act
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.policy_release import calls
from workflows.policy_release.call_forms import CallForm, CloseForm, ExtendForm, PublicReasonForm
from workflows.policy_release.publishing import PublishForm, make_version, published


def _card(record: Any) -> Card:
    return Card(title=str(record))


POLICY_VERSION = register(
    Kind(
        name="policy_version",
        model=PolicyVersion,
        card=_card,
        opens={
            "publish": Opening(
                act=Act(
                    "publish",
                    _("Publish"),
                    published,
                    role=Role.POLICY_PUBLISHER,
                    duty=Duty.PUBLISHES_POLICY,
                    form=PublishForm,
                    step_up=True,
                ),
                make=make_version,
            )
        },
    )
)
OPEN_CALL = Act("open", _("Open a call"), calls.call_opened, role=Role.POLICY_PUBLISHER, form=CallForm)
CALL_ACTS = (
    Act(
        "extend",
        _("Extend the filing window"),
        calls.extend,
        role=Role.POLICY_PUBLISHER,
        form=ExtendForm,
    ),
    Act(
        "close_early",
        _("Close filing early"),
        calls.close_early,
        role=Role.POLICY_PUBLISHER,
        form=CloseForm,
        danger=True,
    ),
    Act(
        "cancel",
        _("Cancel the call"),
        calls.cancel,
        role=Role.POLICY_PUBLISHER,
        form=PublicReasonForm,
        danger=True,
    ),
)
OFFER_ACTS = (
    Act(
        "make_offers",
        _("Make the offers"),
        offering.make_offers,
        role=Role.AMOUNT,
        duty=Duty.KEEPS_RECORDS,
        versioned=False,
    ),
    Act(
        "stop_offers",
        _("Stop making the offers"),
        offering.stop_offers,
        role=Role.AMOUNT,
        versioned=False,
    ),
    Act(
        "note_offers",
        _("Note what came of the offers"),
        offering.note_offers,
        system=True,
        form=offering.OffersForm,
        versioned=False,
    ),
)
CALL = register(
    Kind(
        name="call",
        model=Call,
        card=_card,
        free_acts=(*CALL_ACTS, *OFFER_ACTS),
        opens={"open": Opening(act=OPEN_CALL, make=calls.make_call)},
        related=("policy_version", "budget_line"),
        deferred=("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text"),
    )
)
