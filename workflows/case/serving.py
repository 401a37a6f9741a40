"""Service of a case's letters, and the clocks that it starts: by opening online, at the counter, by post, by announcement."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.audit.moment import ZONE
from subsidy.calendars.working import Due
from subsidy.cases.models import Case
from subsidy.correspondence.enums import Way
from subsidy.correspondence.models import Announcement, Letter, LetterKind, Serving
from subsidy.correspondence.serving import letter_announce, letter_serve
from subsidy.programmes.packs import pack_of
from subsidy.work.models import NO_DUE, WorkItem
from workflows.case.lapsing import start_confirmation
from workflows.common.acts import Act, ActForm
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep

CORRECTION_NODE = "correction"
SERVED_BEFORE = _("This letter was served before; its periods run from that day. See the page of the case.")


def letter_of(case: Case, pk: int) -> Letter:
    """A letter of the case, without its bytes (NotFound for a foreign one)."""
    letter: Letter | None = Letter.objects.defer("content").filter(pk=pk, case=case).first()
    if letter is None:
        raise NotFound
    return letter


class LetterForm(ActForm):
    """Names the letter. Raises nothing itself: a foreign letter is not found by the step."""

    letter = forms.IntegerField(widget=forms.HiddenInput)


class ReceivedForm(LetterForm):
    """With the day on which the recipient got it: not before it was issued, not after today."""

    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("the day on the slip or receipt"),
    )


class CounterForm(ReceivedForm):
    slip = forms.FileField(label=_("Signed slip of receipt (送达回证)"))


class PostForm(ReceivedForm):
    tracking_number = forms.RegexField(
        label=_("Tracking number"),
        regex=r"^[A-Za-z0-9-]{8,60}$",
        error_messages={"invalid": _("Enter the number on the postal receipt: letters, digits and hyphens, 8 to 60.")},
    )


class AnnounceForm(LetterForm):
    place = forms.CharField(label=_("Where it is put up (address or web page)"), max_length=200)
    tried = forms.CharField(
        label=_("How service was tried before"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def serve_online(turn: Turn) -> None:
    """The company opens a letter: from now on it is served."""
    _serve(turn, letter_of(turn.subject, turn.data["letter"]), Way.PORTAL)


def serve_at_counter(turn: Turn) -> None:
    """The letter was handed over at the counter; the signed slip is kept."""
    letter = _unserved(turn)
    slip = upload_keep(turn, "slip", slot="slip", owner=("letter", letter.pk))
    turn.record(slip=slip.pk, slip_sha256=slip.sha256)
    _serve(turn, letter, Way.COUNTER, served_on=_received_on(turn, letter), slip=slip)


def serve_by_post(turn: Turn) -> None:
    """The post has delivered the letter."""
    letter, number = _unserved(turn), turn.data["tracking_number"]
    turn.record(tracking_number=number)
    _serve(turn, letter, Way.POST, served_on=_received_on(turn, letter), tracking_number=number)


def announce_letter(turn: Turn) -> None:
    """Put a letter up publicly, where the policy allows it; it counts as served when the days are over."""
    letter = _unserved(turn)
    days = pack_of(turn.subject.policy_version).route.announcement_days
    if days is None:
        raise WrongState(
            _("This policy does not allow service by announcement. Serve the letter at the counter or by post.")
        )
    if Announcement.objects.filter(letter__case=turn.subject, letter__number=letter.number).exists():
        raise WrongState(_("This letter was put up before; it counts as served when its days are over."))
    put_up = letter_announce(letter, now=turn.now, days=days, place=turn.data["place"], tried=turn.data["tried"])
    turn.record(
        letter=letter.pk,
        kind=letter.kind,
        number=letter.number,
        place=put_up.place,
        tried=put_up.tried,
        ends_on=put_up.ends_on,
    )


def announcement_over(turn: Turn) -> None:
    """The days of an announcement are over: the letter is served, unless the company has opened it meanwhile."""
    letter = _unserved(turn)
    put_up = Announcement.objects.filter(letter__case=turn.subject, letter__number=letter.number).first()
    if put_up is None:
        raise NotFound
    if turn.now.on <= put_up.ends_on:
        raise WrongState(_("The announcement is still up; the letter is served after its last day."))
    _serve(turn, letter, Way.ANNOUNCEMENT)


def remind_unserved(turn: Turn) -> None:
    """Record that nobody has opened a letter, so that the bureau serves it in another way."""
    letter = _unserved(turn)
    turn.record(letter=letter.pk, kind=letter.kind, number=letter.number)


def _unserved(turn: Turn) -> Letter:
    letter = letter_of(turn.subject, turn.data["letter"])
    if letter.served_at is not None:
        raise WrongState(SERVED_BEFORE)
    return letter


def _received_on(turn: Turn, letter: Letter) -> dt.date:
    day: dt.date = turn.data["received_on"]
    if day < letter.issued_at.astimezone(ZONE).date():
        raise BadData(
            fields={"received_on": [str(_("The letter was not issued before that day. Look at the slip again."))]}
        )
    if day > turn.now.on:
        raise BadData(
            fields={"received_on": [str(_("This day has not come yet. Note the service when it has happened."))]}
        )
    return day


def _serve(turn: Turn, letter: Letter, way: Way, **proof: Any) -> None:
    if not letter_serve(letter, now=turn.now, by=turn.actor, way=way, **proof):
        raise WrongState(SERVED_BEFORE)
    served_on: dt.date = proof.get("served_on") or turn.now.on
    turn.record(
        letter=letter.pk,
        kind=letter.kind,
        number=letter.number,
        sha256=letter.sha256,
        way=way.value,
        served_on=served_on,
    )
    if letter.kind == LetterKind.CORRECTION:
        _start_correction(turn, served_on)
    elif letter.kind == LetterKind.AWARD:
        start_confirmation(turn, served_on)


def _start_correction(turn: Turn, served_on: dt.date) -> None:
    """The company's days begin: its correction and the task that waits for it get their day."""
    correction = turn.subject.corrections.filter(answered_at__isnull=True, due_on=NO_DUE).first()
    if correction is None:
        return  # answered before the letter was opened
    due = correction_days_from(turn.subject, served_on)
    correction.due_on, correction.due_provisional = due.on, due.provisional
    correction.save(update_fields=["due_on", "due_provisional"])
    items = WorkItem.objects.filter(subject_kind="case", subject_id=turn.subject.pk, node=CORRECTION_NODE)
    items.update(due_on=due.on, due_provisional=due.provisional)
    turn.record(due_on=due.on)


def correction_days_from(case: Case, served_on: dt.date) -> Due:
    """The policy's working days for correction, from the day of service."""
    return working_days_after(served_on, pack_of(case.policy_version).route.correction_days)


def correction_served_on(case: Case) -> dt.date | None:
    """The day on which the newest correction letter of the case was served; None while it was not."""
    servings = Serving.objects.filter(letter__case=case, letter__kind=LetterKind.CORRECTION)
    return servings.order_by("-id").values_list("served_on", flat=True).first()


SERVICE = (
    Act(
        "serve_at_counter",
        _("Note service at the counter"),
        serve_at_counter,
        role=Role.COUNTER,
        form=CounterForm,
        versioned=False,
    ),
    Act(
        "serve_by_post",
        _("Note service by post"),
        serve_by_post,
        role=Role.ACCEPTANCE,
        form=PostForm,
        versioned=False,
    ),
    Act(
        "announce_letter",
        _("Serve by public announcement"),
        announce_letter,
        role=Role.ACCEPTANCE,
        form=AnnounceForm,
        versioned=False,
    ),
    Act(
        "announcement_over",
        _("Announcement is over"),
        announcement_over,
        system=True,
        form=LetterForm,
        versioned=False,
    ),
    Act(
        "remind_unserved",
        _("Remind of an unserved letter"),
        remind_unserved,
        system=True,
        form=LetterForm,
        versioned=False,
    ),
)
