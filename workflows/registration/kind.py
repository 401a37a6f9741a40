"""Registrations as the door knows them: asked by a person, confirmed by the legal representative, decided at the counter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import RegistrationState
from subsidy.applicants.models import Registration
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ReasonForm
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.registration import steps
from workflows.registration.forms import AcceptForm, AskForm


def _card(registration: Registration) -> Card:
    return Card(title=registration.name, company_id=registration.company_id)


_ASKED = frozenset({RegistrationState.AWAITING_REPRESENTATIVE.value})
ACTS = (
    Act(
        "confirm",
        _("Confirm that this person acts for the company"),
        steps.confirm,
        personal=True,
        whose="confirmer_id",
        states=_ASKED,
    ),
    Act(
        "decline",
        _("This person does not act for the company"),
        steps.decline,
        personal=True,
        whose="confirmer_id",
        form=ReasonForm,
        states=_ASKED,
        danger=True,
    ),
    Act(
        "withdraw",
        _("Withdraw the registration"),
        steps.withdraw,
        personal=True,
        whose="person_id",
        states=steps.OPEN,
        danger=True,
    ),
    Act(
        "accept",
        _("Accept the registration"),
        steps.accept,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=AcceptForm,
        states=steps.OPEN,
    ),
    Act(
        "refuse",
        _("Refuse the registration"),
        steps.refuse,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=ReasonForm,
        states=steps.OPEN,
        danger=True,
    ),
)
REGISTRATION = register(
    Kind(
        name="registration",
        model=Registration,
        card=_card,
        free_acts=ACTS,
        opens={
            "ask": Opening(
                act=Act("ask", _("Register a company"), steps.asked, personal=True, form=AskForm), make=steps.make
            )
        },
        related=("person", "confirmer"),
    )
)
