"""Accounts: of people of companies opened online or at the counter, names checked, passwords given; what everybody may
change of the own account; accounts of the bureau and their roles, by two administrators.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.work.enums import Duty
from workflows.common.acts import Act
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.person import administering, delegating, exports, steps, tokens, webhooks
from workflows.person.forms import CheckForm, DetailsForm, OpenForm, PasswordForm, SignUpForm


def _card(person: User) -> Card:
    return Card(title=person.name)


ACTS = (
    Act(
        "check_name",
        _("Check the name against the identity card"),
        steps.check_name,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=CheckForm,
    ),
    Act(
        "give_password",
        _("Give a password for one sign-in"),
        steps.give_password,
        role=Role.COUNTER,
        duty=Duty.ASSISTS,
        form=PasswordForm,
        danger=True,
    ),
    Act("change_password", _("Change the own password"), steps.change_password, own=True, form=PasswordForm),
    Act(
        "change_details", _("Change the own name or e-mail address"), steps.change_details, own=True, form=DetailsForm
    ),
    *delegating.ACTS,
    *administering.ACTS,
    *tokens.ACTS,
    *webhooks.ACTS,
    *exports.ACTS,
)
PERSON = register(
    Kind(
        name="person",
        model=User,
        card=_card,
        free_acts=ACTS,
        opens={
            "sign_up": Opening(
                act=Act("sign_up", _("Open an account online"), steps.signed_up, system=True, form=SignUpForm),
                make=steps.make_online,
            ),
            "open_at_counter": Opening(
                act=Act(
                    "open_at_counter",
                    _("Open an account for a person at the counter"),
                    steps.opened,
                    role=Role.COUNTER,
                    duty=Duty.ASSISTS,
                    form=OpenForm,
                ),
                make=steps.make_at_counter,
            ),
            "open_for_bureau": administering.OPENING,
        },
    )
)
