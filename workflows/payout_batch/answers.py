"""Reading the bank's answers, and receiving money: acts on the bureau itself, in its own stream.

An answer file may speak of several batches and of payments nobody knows. It is known by its hash, its statements by
the bank's own entry, so that any file read twice, in any order, changes nothing the second time.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.audit.canonical import canonical
from subsidy.bankfiles import Answer as BankAnswer
from subsidy.bankfiles import BankFileError, read
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.models import PayingAccount
from subsidy.ledger.posting import Posting
from subsidy.payouts.answers import Consequence, Effect, consequence, contradicted
from subsidy.payouts.enums import BatchState
from subsidy.payouts.models import Answer, AnswerFile, Batch, BatchLine
from subsidy.work.enums import Duty
from workflows.budget.cash import CASH_ACTS
from workflows.common.acts import Act, ActForm
from workflows.common.guard import refuse_clash
from workflows.common.refusals import BadData
from workflows.common.subjects import Card, Kind, kind_named, register
from workflows.common.turn import Turn
from workflows.log.acts import EXPORTS
from workflows.operations.acts import OPERATIONS
from workflows.recovery.receiving import RECEIVE_REPAYMENT
from workflows.registry.settling import SETTLE

EXPORTED = (BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED)


class ImportForm(ActForm):
    file = forms.FileField(label=_("Answer file"), allow_empty_file=True)


def identity(statement: BankAnswer) -> str:
    """What makes a statement the same one, wherever it is read again: SHA-256 of the bank's reference and entry."""
    return hashlib.sha256(canonical([statement.bank_reference, statement.entry]).encode()).hexdigest()


class Reading:
    """One import under way: what each statement did, gathered for one write a kind of row."""

    def __init__(self, turn: Turn, file: AnswerFile) -> None:
        self.turn, self.file = turn, file
        self.rows: list[Answer] = []
        self.lines: dict[str, BatchLine] = {}
        self.contradicted: frozenset[str] = frozenset()
        self.accounts = {
            one.account_number: one for one in PayingAccount.objects.filter(authority_id=turn.authority_id)
        }

    def take(self, statements: Iterable[BankAnswer]) -> None:
        """Read all statements; those that were read before, in this file or an earlier one, are passed over.

        What an earlier file said in contradiction to itself was not acted on: a file that sets it right is read.
        """
        once = {identity(one): one for one in statements}
        seen = set(
            Answer.objects.filter(authority_id=self.turn.authority_id, statement__in=once)
            .exclude(effect=Effect.ENQUIRE)
            .values_list("statement", flat=True)
        )
        fresh = [one for key, one in once.items() if key not in seen]
        self.contradicted = contradicted(once.values())
        self._load_lines(fresh)
        for statement in fresh:
            for line in self._lines_of(statement):
                self._apply(statement, line)

    def _load_lines(self, statements: list[BankAnswer]) -> None:
        """Lock batches first, then their lines, so that two imports never wait for each other crosswise."""
        ids = [one.end_to_end_id for one in statements if one.end_to_end_id]
        messages = [one.original_message_id for one in statements if one.level != "transaction"]
        # A bank can know only what was exported; whatever else it names is unknown to us both.
        mine = Batch.objects.filter(authority_id=self.turn.authority_id, state__in=EXPORTED)
        batches = mine.filter(lines__end_to_end_id__in=ids) | mine.filter(number__in=[m for m in messages if m])
        wanted = sorted(set(batches.values_list("pk", flat=True)))
        list(mine.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
        refuse_clash(kind_named("batch"), wanted, self.turn.actor, self.turn.act, self.turn.lender_id)
        for line in (
            BatchLine.objects.filter(batch__in=wanted)
            .select_related("batch__paying_account", "case")
            .prefetch_related("shares")
            .order_by("pk")
        ):
            self.lines[line.end_to_end_id] = line

    def _lines_of(self, statement: BankAnswer) -> list[BatchLine | None]:
        """The payment that a statement speaks of; of a whole file or block, every payment of that message."""
        if statement.level == "transaction":
            return [self.lines.get(statement.end_to_end_id or "")]
        whole = self._whole(statement)
        return list(whole) if whole and statement.status == "rejected" else [None]

    def _whole(self, statement: BankAnswer) -> list[BatchLine]:
        return [line for line in self.lines.values() if line.batch.number == statement.original_message_id]

    def _consequence(
        self, statement: BankAnswer, line: BatchLine | None, account: PayingAccount | None
    ) -> Consequence:
        """What the statement does here: the decision of the payouts room, held back where the file cannot be acted on."""
        if statement.original_message_id in self.contradicted:
            return Consequence(Effect.ENQUIRE)
        what = consequence(statement, line)
        if what.effect == Effect.UNKNOWN and statement.level != "transaction" and self._whole(statement):
            return Consequence(Effect.NONE)
        foreign = account is not None and statement.currency not in (None, account.currency)
        if what.posting is not None and (account is None or foreign):
            return Consequence(Effect.UNKNOWN)
        return what

    def _apply(self, statement: BankAnswer, line: BatchLine | None) -> None:
        account = self.accounts.get(statement.account or "") or (line.batch.paying_account if line else None)
        what = self._consequence(statement, line, account)
        entry = f"{identity(statement)}:{line.pk if line and statement.level != 'transaction' else 0}"
        if what.effect == Effect.ENQUIRE:
            entry += f":e{self.file.pk}"
        if what.posting is not None:
            self._post(what, statement, line, account, entry)
        if line is not None and what.state is not None:
            line.state = what.state
            line.reason_code, line.reason_text = statement.reason_code or "", (statement.reason_text or "")[:200]
            line.settled_on = statement.booked_on if what.effect == Effect.SETTLED else None
        self.rows.append(
            Answer(
                authority_id=self.turn.authority_id,
                file=self.file,
                line=line,
                statement=identity(statement),
                entry=entry,
                end_to_end_id=(statement.end_to_end_id or "")[:100],
                status=statement.status,
                amount_fen=statement.amount_fen,
                bank_reference=(statement.bank_reference or "")[:100],
                booked_on=statement.booked_on,
                reason_code=(statement.reason_code or "")[:20],
                reason_text=(statement.reason_text or "")[:200],
                effect=what.effect,
            )
        )

    def _post(
        self,
        what: Consequence,
        statement: BankAnswer,
        line: BatchLine | None,
        account: PayingAccount | None,
        entry: str,
    ) -> None:
        shares: list[tuple[int | None, int]] = [(None, statement.amount_fen or 0)]
        if what.effect in (Effect.SETTLED, Effect.REFUSED) and line is not None:
            shares = [(share.budget_line_id, share.amount_fen) for share in line.shares.all()]
        for line_id, amount in shares:
            assert what.posting is not None
            self.turn.passage.post(
                Posting(
                    kind=what.posting,
                    key=f"{what.posting.value}:{entry}:{line_id or 0}",
                    amount_fen=amount,
                    authority_id=self.turn.authority_id,
                    subject_kind="batch" if line else "authority",
                    subject_id=line.batch_id if line else self.turn.authority_id,
                    line_id=line_id,
                    paying_account_id=account.pk if account else None,
                    memo=(statement.end_to_end_id or "")[:200],
                )
            )

    def finish(self) -> dict[str, int]:
        """Write lines and statements, let batches and cases know; returns how many statements had which effect."""
        Answer.objects.bulk_create(self.rows)
        touched = {row.line.pk: row.line for row in self.rows if row.line is not None}
        BatchLine.objects.bulk_update(touched.values(), ["state", "reason_code", "reason_text", "settled_on"])
        effects: dict[str, int] = defaultdict(int)
        by_batch: dict[int, dict[str, Any]] = {}
        for row in self.rows:
            effects[row.effect] += 1
            if row.line is not None:
                report = by_batch.setdefault(row.line.batch_id, {"file": self.file.sha256, "effects": {}})
                report["effects"][row.effect] = report["effects"].get(row.effect, 0) + 1
        self._tell_cases(Effect.SETTLED, InstalmentState.PAID, "payment_settled")
        self._tell_cases(Effect.REFUSED, InstalmentState.DUE, "payment_refused")
        over = {row.line.batch_id for row in self.rows if row.line and row.line.batch.state == BatchState.SETTLED}
        for action, wanted in (("take_answers", by_batch.keys() - over), ("note_answers", by_batch.keys() & over)):
            if wanted:
                self.turn.passage.also("batch", wanted, action, {"answers": by_batch})
        return dict(effects)

    def _tell_cases(self, effect: Effect, state: InstalmentState, action: str) -> None:
        rows = [(row, row.line) for row in self.rows if row.effect == effect and row.line is not None]
        if not rows:
            return
        Instalment.objects.filter(pk__in=[line.instalment_id for _row, line in rows]).update(state=state)
        answers = {
            line.case_id: {
                "end_to_end_id": row.end_to_end_id,
                "amount_fen": line.amount_fen,
                "booked_on": row.booked_on,
                "reason_code": row.reason_code,
                "reason": row.reason_text,
            }
            for row, line in rows
        }
        self.turn.passage.also("case", answers, action, {"answers": answers, **_what_is_left(answers)})


def _what_is_left(cases: Iterable[int]) -> dict[str, frozenset[int]]:
    """Of these cases: with a part that is due and not paid, with a part that is planned, drawn for a check by sample."""
    parts = Instalment.objects.filter(award__case__in=cases)
    rows = list(parts.values_list("award__case", "state", "award__case__rule_decision__drawn"))
    left = (InstalmentState.DUE, InstalmentState.IN_BATCH)
    return {
        "unpaid": frozenset(case for case, state, _drawn in rows if state in left),
        "planned": frozenset(case for case, state, _drawn in rows if state == InstalmentState.PLANNED),
        "drawn": frozenset(case for case, _state, drawn in rows if drawn),
    }


def import_answers(turn: Turn) -> None:
    upload = turn.data["file"]
    content = upload.read()
    sha256 = hashlib.sha256(content).hexdigest()
    if AnswerFile.objects.filter(authority_id=turn.authority_id, sha256=sha256).exists():
        turn.record(sha256=sha256, name=upload.name, already_read=True)
        return
    try:
        head = read(io.BytesIO(content), name=upload.name)
        statements = list(head.answers)
    except BankFileError as error:
        raise BadData(fields={"file": [str(error)]}) from error
    file = AnswerFile.objects.create(
        authority_id=turn.authority_id,
        sha256=sha256,
        name=upload.name[:200],
        format=head.format[:30],
        message_id=head.message_id[:100],
        content=content,
        imported_by=turn.actor,
        imported_at=turn.now.at,
    )
    reading = Reading(turn, file)
    reading.take(statements)
    effects = reading.finish()
    turn.record(sha256=sha256, name=upload.name, format=head.format, statements=len(statements), effects=effects)


def _card(authority: Authority) -> Card:
    return Card(title=authority.name_zh)


AUTHORITY = register(
    Kind(
        name="authority",
        model=Authority,
        card=_card,
        free_acts=(
            Act(
                "import_answers",
                _("Import the bank's answers"),
                import_answers,
                role=Role.FINANCE_PREPARE,
                duty=Duty.IMPORTS,
                form=ImportForm,
            ),
            *CASH_ACTS,
            *OPERATIONS,
            *EXPORTS,
            SETTLE,
            RECEIVE_REPAYMENT,
        ),
    )
)
