"""Who is told of which act, and in which words: one table, read by the door, by previews and by the pages.

`TELLS` holds, by kind of matter and act, what people are told beside those for whom a new task now waits, who are told
without an entry (`TASK`, `COMPANY_TASK`). An entry names an audience, never a person; recused and foreign people are
taken out when the audience is looked up. Sentences hold numbers and what to do, no personal value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.correspondence.enums import NotificationKind

Text = str | Promise
ANY_KIND = "*"


class Audience(StrEnum):
    """Whom a sentence is for, as the matter stands when its act has been done."""

    HOLDERS = "holders"  # those for whom a task of this event waits
    WAITING = "waiting"  # those for whom the matter waits now
    DESK = "desk"  # the officers for whom it waits now, without the experts of its panel
    COMPANY = "company"  # everybody who may act for its company
    CONFIRMERS = "confirmers"  # who may confirm accounts for it
    LISTED = "listed"  # the companies on the round's list
    ASKER = "asker"  # who opened the matter
    LEADER = "leader"  # the leader of the unit for which it waits
    ROLE = "role"  # everybody of a role in the bureau
    NAMED = "named"  # the people whose ids the event records under a name


@dataclass(frozen=True)
class Tell:
    """One sentence for one audience. `only` limits it to events whose recorded data are among those given; `named` is
    the entry of the recorded data that holds the ids of people who are named.
    """

    to: Audience
    kind: NotificationKind
    words: Text
    role: Role | None = None
    named: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def fits(self, data: Mapping[str, Any]) -> bool:
        return all(data.get(name) in wanted for name, wanted in self.only.items())


TASK = Tell(Audience.HOLDERS, NotificationKind.TASK, _("%(number)s waits for you: %(what)s."))
COMPANY_TASK = Tell(
    Audience.HOLDERS, NotificationKind.DEADLINE, _("%(number)s waits for your company: %(what)s. Open it to act.")
)


def _role(role: Role, words: Text, kind: NotificationKind = NotificationKind.TASK) -> Tell:
    return Tell(Audience.ROLE, kind, words, role=role)


def _company(kind: NotificationKind, words: Text, only: Mapping[str, frozenset[str]] | None = None) -> Tell:
    return Tell(Audience.COMPANY, kind, words, only=only or {})


def _named(named: str, words: Text, kind: NotificationKind = NotificationKind.TASK) -> Tell:
    return Tell(Audience.NAMED, kind, words, named=named)


# A receipt answers what the company did itself; it lies with the application and needs no word.
_TOLD_LETTERS = frozenset(
    {
        "acceptance",
        "correction",
        "non_acceptance",
        "rejection",
        "not_funded",
        "award",
        "certificate",
        "lapse",
        "visit_record",
    }
    | {"title_lowered", "title_ended"}
)
_RIGHTS = _company(
    NotificationKind.DECISION,
    _("Who may act for %(number)s has changed. If nobody of you asked for this, tell the counter at once."),
)
_ACCOUNT = _company(
    NotificationKind.MONEY,
    _("A payee account of %(number)s has changed. If nobody of you asked for this, tell the bureau at once."),
)
_SERVED = _company(
    NotificationKind.DECISION, _("A letter on %(number)s counts as served; its periods run. Open it here.")
)
_CHANGED = _company(
    NotificationKind.DECISION,
    _(
        "A further decree changes the award of %(number)s. Open its paper: periods in it run from the day on which you do."
    ),
)

_LEFT = _role(
    Role.ACCEPTANCE, _("An expert has left the panel of %(number)s. Open the panel and see whether a seat is empty.")
)


def _done(words: Text) -> Tell:
    """Who asked for long work is told when it is done, wherever they are by then."""
    return _named("asked_by", words, NotificationKind.DONE)


_UNREADABLE = _done(_("The file %(number)s cannot be read. Open it to see why."))
_LENT_ENDED = _("A delegation to which you belong has ended. See under Delegations which.")
TELLS: dict[tuple[str, str], tuple[Tell, ...]] = {
    (ANY_KIND, "reassign"): (
        _named("to", _("%(number)s was given to you by the leader. Open it to see what is to be done.")),
        _named("held_by", _("The leader has given %(number)s to somebody else; it no longer waits for you.")),
    ),
    ("person", "delegate"): (
        _named("to", _("A role was lent to you. See under Delegations which, from when and until when.")),
    ),
    ("person", "end_delegation"): (_named("people", _LENT_ENDED),),
    ("person", "end_delegations"): (_named("people", _LENT_ENDED),),
    ("fact_import", "check_chunk"): (
        _done(_("The file %(number)s has been read. See what it would change, then apply or discard it.")),
    ),
    ("fact_import", "apply_chunk"): (_done(_("The file %(number)s has been applied.")),),
    ("fact_import", "undo_chunk"): (_done(_("What the file %(number)s brought has been taken back.")),),
    ("fact_import", "note_unreadable"): (_UNREADABLE,),
    **{
        ("register_import", act): (
            _done(_("The list %(number)s has been compared. See what it would change, then apply or discard it.")),
        )
        for act in ("compare_part", "compare_gone")
    },
    ("register_import", "apply_part"): (_done(_("The list %(number)s has been applied.")),),
    ("register_import", "undo_part"): (_done(_("What the list %(number)s brought has been taken back.")),),
    ("register_import", "note_unreadable"): (_UNREADABLE,),
    ("call", "note_offers"): (
        _done(_("Every company has been matched with the call %(number)s. Its page says what came of it.")),
    ),
    ("person", "keep_export"): (_done(_("The file of the list that you asked for is ready.")),),
    ("person", "fail_export"): (_done(_("The list that you asked for could not be written. See why, and ask anew.")),),
    ("case", "keep_archive"): (_done(_("The package of %(number)s for the archive is ready.")),),
    ("case", "accept"): (
        _company(NotificationKind.PROGRESS, _("Your application %(number)s was accepted and goes to review.")),
    ),
    ("recovery", "propose"): (
        _company(
            NotificationKind.DECISION,
            _("The bureau proposes to recover money: %(number)s. Open it; you may answer until the day stated there."),
        ),
    ),
    ("recovery", "propose_difference"): (
        _company(
            NotificationKind.DECISION,
            _("The bureau proposes to recover money: %(number)s. Open it; you may answer until the day stated there."),
        ),
    ),
    ("recovery", "propose_breach"): (
        _company(
            NotificationKind.DECISION,
            _("The bureau proposes to recover money: %(number)s. Open it; you may answer until the day stated there."),
        ),
    ),
    ("undertaking", "remind_undertaking"): (
        _company(
            NotificationKind.DEADLINE,
            _("The undertaking %(number)s is due on %(due_on)s. Open it to see what to do, and answer there."),
        ),
    ),
    ("undertaking", "fall_overdue"): (
        _company(
            NotificationKind.DEADLINE,
            _("The day of the undertaking %(number)s has passed. Answer it now; a late answer is read as well."),
        ),
        _role(Role.AMOUNT, _("The undertaking %(number)s is overdue. Open it and decide what follows.")),
    ),
    ("undertaking", "begin_after"): (
        _company(
            NotificationKind.DEADLINE,
            _("What happened has to be reported: %(number)s. Open it to see until when, and answer there."),
        ),
    ),
    ("undertaking", "report"): (
        _role(Role.AMOUNT, _("The company has answered the undertaking %(number)s. Open it and check the answer.")),
    ),
    ("undertaking", "send_back"): (
        _company(
            NotificationKind.DEADLINE,
            _("Your answer to the undertaking %(number)s does not do yet. Open it to see what is missing."),
        ),
    ),
    ("undertaking", "keep"): (_company(NotificationKind.PROGRESS, _("The undertaking %(number)s was found kept.")),),
    ("undertaking", "waive"): (_company(NotificationKind.PROGRESS, _("The undertaking %(number)s was waived.")),),
    ("undertaking", "end_undertaking"): (
        _company(
            NotificationKind.PROGRESS,
            _("The undertaking %(number)s has ended with the award or title that brought it. Nothing more is asked."),
        ),
    ),
    ("undertaking", "propose_waiver"): (
        _role(Role.LEADER, _("A waiver of the undertaking %(number)s is proposed. Open it to approve or refuse it.")),
    ),
    ("undertaking", "refuse_waiver"): (
        _role(Role.AMOUNT, _("The undertaking %(number)s was not waived. Open it and decide what follows.")),
    ),
    ("undertaking", "find_breach"): (
        _company(
            NotificationKind.DECISION,
            _("The bureau found the undertaking %(number)s not kept. Open it to see why and what follows."),
        ),
        _role(Role.LEADER, _("The undertaking %(number)s was not kept. Open it to see what follows.")),
    ),
    ("recovery", "issue_notice"): (
        _company(
            NotificationKind.DECISION,
            _(
                "A notice of recovery lies ready: %(number)s. Open it to see how much is to be paid, until when, and why."
            ),
        ),
    ),
    ("recovery", "drop"): (
        _company(NotificationKind.DECISION, _("The recovery %(number)s was dropped; nothing is owed.")),
    ),
    ("recovery", "refund"): (
        _company(
            NotificationKind.MONEY,
            _(
                "Too much was recovered: %(number)s. What is more than is owed was paid back to you; open it to see how much."
            ),
        ),
    ),
    ("case", "declare_conflict"): (_LEFT,),
    ("case", "expert_bound"): (_LEFT,),
    ("case", "withdraw"): (
        _role(
            Role.ACCEPTANCE,
            _("The company has withdrawn %(number)s; nothing is left to do."),
            NotificationKind.PROGRESS,
        ),
    ),
    ("case", "issue_letter"): (
        _company(
            NotificationKind.DECISION,
            _("A letter on %(number)s lies ready. Open it: periods in it run from the day on which you do."),
            {"kind": _TOLD_LETTERS},
        ),
    ),
    **{("case", act): (_SERVED,) for act in ("serve_at_counter", "serve_by_post", "announcement_over")},
    ("case", "remind_unserved"): (
        _role(
            Role.ACCEPTANCE,
            _(
                "A letter on %(number)s has not been opened. Serve it at the counter or by post: no period runs before."
            ),
            NotificationKind.DEADLINE,
        ),
    ),
    ("case", "announce_letter"): (
        _company(
            NotificationKind.DECISION,
            _("A letter on %(number)s was announced publicly. Open it here before the days of the announcement end."),
        ),
    ),
    ("case", "choose_account"): (
        _role(Role.FINANCE_PREPARE, _("The account of %(number)s is confirmed: prepare payment.")),
    ),
    ("case", "change_account"): (
        _role(Role.FINANCE_PREPARE, _("The company has chosen another account for %(number)s: prepare payment.")),
    ),
    ("case", "payment_settled"): (
        _company(NotificationKind.MONEY, _("The bank has booked the payment for %(number)s.")),
    ),
    ("case", "payment_refused"): (
        _company(
            NotificationKind.MONEY,
            _(
                "The bank could not carry out the payment for %(number)s. Check the account on the page of the application."
            ),
        ),
        _role(
            Role.FINANCE_PREPARE, _("The bank refused the payment for %(number)s; see why before preparing it anew.")
        ),
    ),
    ("case", "payment_returned"): (
        _company(
            NotificationKind.MONEY,
            _(
                "The payment for %(number)s came back from your bank. Confirm another account on the page of the application."
            ),
        ),
        _role(Role.FINANCE_PREPARE, _("The bank sent the payment for %(number)s back; it is due again.")),
    ),
    ("case", "payment_not_repaid"): (
        _company(
            NotificationKind.MONEY,
            _("The payment for %(number)s came back from your bank and is not paid again. Ask the bureau why."),
        ),
    ),
    ("case", "call_changed"): (
        _company(NotificationKind.DEADLINE, _("The call of your draft %(number)s has changed. Read its dates again.")),
    ),
    ("case", "offer"): (
        _company(
            NotificationKind.DECISION,
            _(
                "The bureau's data show that you are entitled: %(number)s. See from which data, question it or decline it."
            ),
        ),
    ),
    ("case", "title_expiring"): (
        _company(
            NotificationKind.TASK,
            _(
                "A recognition under %(number)s ends soon. See on your company's page until when, and apply again in time."
            ),
        ),
    ),
    ("case", "title_expired"): (
        _company(NotificationKind.DECISION, _("A recognition under %(number)s has ended by its date.")),
    ),
    ("case", "reopen"): (
        _company(NotificationKind.DECISION, _("%(number)s was reopened. Its page says why and who has it now.")),
    ),
    **{("case", act): (_CHANGED,) for act in ("award_corrected", "award_raised", "award_revoked")},
    ("case", "ask_company"): (
        _company(NotificationKind.MESSAGE, _("The bureau asks you something about %(number)s. Read and answer it.")),
    ),
    ("case", "answer_company"): (
        _company(NotificationKind.MESSAGE, _("The bureau has answered your question about %(number)s.")),
    ),
    ("case", "write_to_bureau"): (
        _role(
            Role.ACCEPTANCE,
            _("The company has written about %(number)s. Read and answer it."),
            NotificationKind.MESSAGE,
        ),
        Tell(
            Audience.DESK,
            NotificationKind.MESSAGE,
            _("The company has written about %(number)s, which waits for you. Read it before you decide."),
        ),
    ),
    ("round", "publish"): (
        Tell(
            Audience.LISTED,
            NotificationKind.PROGRESS,
            _("The list of %(number)s is public and open to objection; your application stands on it."),
        ),
    ),
    ("batch", "give_up"): (
        _role(Role.FINANCE_PREPARE, _("Batch %(number)s was given up: prepare its payments anew.")),
    ),
    ("batch", "refuse_release"): (
        _role(Role.FINANCE_PREPARE, _("Batch %(number)s was refused at release: prepare its payments anew.")),
    ),
    ("company", "propose_account"): (
        Tell(
            Audience.CONFIRMERS,
            NotificationKind.MONEY,
            _("A payee account was entered for %(number)s. Confirm it, or tell the bureau if it is not yours."),
        ),
    ),
    **{
        ("company", act): (_ACCOUNT,)
        for act in (
            "enter_account_at_counter",
            "confirm_account_at_counter",
            "refuse_account",
            "freeze_account",
            "lift_freeze",
        )
    },
    **{
        ("company", act): (_RIGHTS,)
        for act in ("hand_over", "appoint_administrator", "grant_at_counter", "end_at_counter")
    },
    ("registration", "ask"): (_role(Role.COUNTER, _("Somebody asks to register a company (%(number)s): check it.")),),
    ("registration", "accept"): (
        Tell(Audience.ASKER, NotificationKind.DECISION, _("Your registration of %(number)s was accepted.")),
    ),
    ("registration", "refuse"): (
        Tell(Audience.ASKER, NotificationKind.DECISION, _("Your registration of %(number)s was refused; read why.")),
    ),
    (ANY_KIND, "remind_due"): (
        Tell(
            Audience.WAITING,
            NotificationKind.DEADLINE,
            _("%(number)s waits for you (%(what)s) and is due on %(due_on)s."),
        ),
    ),
    (ANY_KIND, "escalate_overdue"): (
        Tell(
            Audience.WAITING,
            NotificationKind.DEADLINE,
            _(
                "%(number)s (%(what)s) was due on %(due_on)s. It was reported to the leader of the unit; act on it now."
            ),
        ),
        Tell(
            Audience.LEADER,
            NotificationKind.DEADLINE,
            _("%(number)s (%(what)s) was due on %(due_on)s and is overdue. See that it is done, or reassign it."),
        ),
    ),
}


def tells(kind: str, action: str) -> tuple[Tell, ...]:
    """What is told of this act beside the new tasks; empty: nobody."""
    return TELLS.get((kind, action), TELLS.get((ANY_KIND, action), ()))


def words_key(kind: str, action: str, place: int) -> str:
    """The name under which a sentence is kept with a notification."""
    return f"{kind}.{action}.{place}"


def sentence(key: str, params: Mapping[str, Any], lang: str) -> str:
    """The sentence of a notification in the active language; values that are pairs are taken in `lang` (zh or en).

    A sentence that has gone since then gives the number alone: an old notification is never an error.
    """
    found = {"task": TASK.words, "company_task": COMPANY_TASK.words}.get(key) or _entry(key)
    values = {name: value[lang] if isinstance(value, dict) else value for name, value in params.items()}
    try:
        return str(found) % values if found else str(values.get("number", ""))
    except KeyError:
        return str(values.get("number", ""))


def _entry(key: str) -> Text:
    kind, _dot, rest = key.partition(".")
    action, _dot, place = rest.rpartition(".")
    entries = tells(kind, action)
    return entries[int(place)].words if place.isdecimal() and int(place) < len(entries) else ""
