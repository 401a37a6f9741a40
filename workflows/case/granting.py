"""What happens to a case with its round and after: the award, the payee account, payment, and the papers of it all."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.applicants.banks import same_name
from subsidy.applicants.models import PayeeAccount
from subsidy.cases.models import Case
from subsidy.correspondence.models import LetterKind
from subsidy.correspondence.services import letter_issue
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Award, Instalment
from subsidy.decisions.selectors import name_now
from subsidy.programmes.packs import pack_of
from workflows.case.lapsing import refuse_when_over
from workflows.case.parts import due_at_once
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn


def enter_round(turn: Turn) -> None:
    turn.record(**turn.data)
    turn.hold()


def award(turn: Turn) -> None:
    """The decree grants this case its amount, a title, or both; with money it waits for the payee account from here on."""
    case: Case = turn.subject
    amount = turn.data["amounts"][case.pk]
    turn.set(amount_fen=amount or None)
    turn.record(decree=turn.data["decree"], amount_fen=amount or None)
    if amount:
        turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.AWARD)
    else:
        turn.verdict = "recognise"
    pack = pack_of(case.policy_version)
    if pack.recognition is not None:
        turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.CERTIFICATE)
    if pack.undertakings:
        turn.passage.defer("begin_undertakings", case_id=case.pk)


def leave_unfunded(turn: Turn) -> None:
    turn.record(**turn.data)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.NOT_FUNDED)


def give_cause(turn: Turn) -> None:
    """Another matter moves this one: its number and its reason stand in the event."""
    turn.record(**turn.data)


def objection_upheld(turn: Turn) -> None:
    give_cause(turn)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def _take_account(turn: Turn) -> Award:
    """Pay the case to the chosen account, whose holder must be who was awarded, is who it now is, or was explained."""
    case: Case = turn.subject
    account: PayeeAccount = turn.data["account"]
    award_ = Award.objects.get(case=case)
    name = account.holder_name
    as_decreed = same_name(name, name_now(award_))
    # A company may have been renamed, or merged into another, since the decree: its row says how it is called today.
    if not as_decreed and not same_name(name, account.company.name) and account.accepted_at is None:
        raise BadData(
            fields={
                "account": [
                    str(
                        _(
                            "The account holder's name differs from the name in the decree. "
                            "Enter an account in the company's own name, or one with a stamped explanation that an "
                            "officer accepts."
                        )
                    )
                ]
            }
        )
    turn.set(payee_account=account)
    turn.record(account=account.pk, fingerprint=account.fingerprint, as_decreed=as_decreed)
    return award_


def choose_account(turn: Turn) -> None:
    """Confirm the account in time; what the policy pays on the award itself is then due."""
    refuse_when_over(turn)
    award_ = _take_account(turn)
    if not due_at_once(turn.subject, award_):
        turn.verdict = "nothing_due_yet"


def change_account(turn: Turn) -> None:
    """Another account before the money leaves: the bank refused the old one, or the company closed it."""
    # Locked, as a batch locks what it takes: the account cannot change while it is being frozen.
    instalments = Instalment.objects.select_for_update(no_key=True).filter(award__case=turn.subject).order_by("pk")
    if any(one.state == InstalmentState.IN_BATCH for one in instalments):
        raise WrongState(
            _(
                "This payment stands in a batch that is under way. Wait until the bank has answered or the bureau "
                "has returned the batch; then choose the account again."
            )
        )
    _take_account(turn)


def payment_settled(turn: Turn) -> None:
    """The bank has booked a payment: what is due is paid, and then either a further part is planned or all is done."""
    turn.record(**turn.data["answers"][turn.subject.pk])
    if turn.subject.pk in turn.data["unpaid"]:
        turn.hold()
    elif turn.subject.pk in turn.data["planned"]:
        turn.verdict = "part_settled"
    elif turn.subject.pk in turn.data["drawn"]:
        turn.verdict = "drawn_settled"


def payment_refused(turn: Turn) -> None:
    turn.record(**turn.data["answers"][turn.subject.pk])
    turn.hold()


def payment_returned(turn: Turn) -> None:
    """The bank sent a payment back: the case waits for its payment again, wherever it stood."""
    turn.record(**turn.data["answers"][turn.subject.pk])


def payment_not_repaid(turn: Turn) -> None:
    """A payment came back that is not payable again: recorded, the case stays where it stands."""
    turn.record(**turn.data["answers"][turn.subject.pk])


def issue_letter(turn: Turn) -> None:
    """Render a paper from what was decided and keep its bytes."""
    issued = letter_issue(turn.subject, turn.data["kind"], now=turn.now, about=turn.data["about"] or 0)
    turn.record(**issued.recorded())
