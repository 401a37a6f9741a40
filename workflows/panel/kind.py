"""The pool of experts as the door knows it: admitted, changed, and what binds them to companies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.cases.enums import FINAL_STATES
from subsidy.cases.models import Case
from subsidy.reviews.conflicts import candidates
from subsidy.reviews.enums import LinkSaidBy
from subsidy.reviews.models import ExpertProfile
from subsidy.reviews.selectors import cases_of_expert
from subsidy.reviews.services import link_record
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm, Step
from workflows.common.refusals import BadData, Message, NotFound, WrongState
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn
from workflows.panel.forms import AdmitForm, EndLinkForm, LinkForm, ProfileForm

_PROFILE = ("branch", "employer", "employer_uscc", "title", "valid_from", "valid_to")


def make(turn: Turn) -> ExpertProfile:
    user = turn.data["username"]
    if user.authority_id != turn.authority_id:
        raise BadData(fields={"username": [str(_("This expert belongs to another bureau."))]})
    values = {name: turn.data[name] for name in _PROFILE}
    return ExpertProfile(authority_id=turn.authority_id, user=user, fields=turn.data["fields_text"], **values)


def admitted(turn: Turn) -> None:
    _record(turn)
    turn.record(person=turn.subject.user_id)


def amend(turn: Turn) -> None:
    """Another branch, employer or time in the pool; cases in hand are looked at anew."""
    turn.set(fields=turn.data["fields_text"], **{name: turn.data[name] for name in _PROFILE})
    _record(turn)
    turn.subject.save(update_fields=["fields", *_PROFILE])
    leave_bound_cases(turn)


def _record(turn: Turn) -> None:
    """The employer is a personal value; branch and fields decide draws and stand in the event."""
    data = turn.data
    turn.record(branch=data["branch"], fields=data["fields_text"], valid_from=data["valid_from"])
    turn.record(valid_to=data["valid_to"])
    turn.record_private(**{name: data[name] for name in ("employer", "employer_uscc", "title")})


def record_link(turn: Turn) -> None:
    _keep_link(turn, LinkSaidBy.OFFICER)


def declare_link(turn: Turn) -> None:
    """The expert's own word; nobody declares for another."""
    if turn.subject.user_id != turn.actor.pk:
        raise NotFound
    _keep_link(turn, LinkSaidBy.EXPERT)


def _keep_link(turn: Turn, said_by: LinkSaidBy) -> None:
    link = link_record(turn.subject, said_by=said_by, actor=turn.actor, now=turn.now, **turn.data)
    turn.record(link=link.pk, kind=link.kind, said_by=str(said_by))
    turn.record_private(uscc=link.uscc, company=link.company_name, since=link.valid_from, until=link.valid_to)
    leave_bound_cases(turn)


def leave_bound_cases(turn: Turn) -> None:
    """Take the expert off every panel of a case whose applicant the records now bind the expert to."""
    profile: ExpertProfile = turn.subject
    cases = cases_of_expert(profile.user).exclude(state__in=FINAL_STATES).select_related("company")
    why = {case.pk: _bonds(case, profile, turn) for case in cases.order_by("pk")}
    for pk, bonds in why.items():
        if bonds:
            turn.passage.also("case", [pk], "expert_bound", {"expert": profile.user_id, "why": ", ".join(bonds)})
    turn.record(cases_left=sum(bool(bonds) for bonds in why.values()))


def _bonds(case: Case, profile: ExpertProfile, turn: Turn) -> tuple[str, ...]:
    found = candidates(case, on=turn.now.on, among=[profile.user_id])
    return found[0].bonds if found else ()


def end_link(turn: Turn) -> None:
    """The link has ended; what it meant until then stays."""
    link = turn.subject.links.filter(pk=turn.data["link"]).first()
    if link is None:
        raise NotFound
    if link.valid_to is not None and link.valid_to <= turn.now.on:
        raise WrongState(_("This link has ended already."))
    if turn.data["valid_to"] < link.valid_from:
        raise BadData(fields={"valid_to": [str(_("This day lies before the first one."))]})
    link.valid_to = turn.data["valid_to"]
    link.save(update_fields=["valid_to"])
    turn.record(link=link.pk, kind=link.kind, until=link.valid_to, reason=turn.data["reason"])


def _card(profile: ExpertProfile) -> Card:
    return Card(title=str(profile.user))


def _officer(name: str, title: Message, step: Step, form: type[ActForm], *, danger: bool = False) -> Act:
    return Act(name, title, step, role=Role.ACCEPTANCE, duty=Duty.KEEPS_RECORDS, form=form, danger=danger)


EXPERT = register(
    Kind(
        name="expert",
        model=ExpertProfile,
        card=_card,
        free_acts=(
            _officer("amend", _("Change the entry"), amend, ProfileForm),
            _officer("record_link", _("Record a link to a company"), record_link, LinkForm),
            _officer("end_link", _("End a link"), end_link, EndLinkForm, danger=True),
            Act("declare_link", _("Declare a link to a company"), declare_link, role=Role.EXPERT, form=LinkForm),
        ),
        opens={
            "admit": Opening(act=_officer("admit", _("Admit to the pool"), admitted, AdmitForm), make=make),
        },
        related=("user",),
    )
)
