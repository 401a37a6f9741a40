"""Reading the bank's answers, and receiving money: acts on the bureau itself, in its own stream.

An answer file may speak of several batches and of payments nobody knows. It is known by its hash, its statements by
the bank's own entry, so that any file read twice, in any order, changes nothing the second time.
"""

from __future__ import annotations

import hashlib
import io

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.bankfiles import BankFileError, read
from subsidy.payouts.models import AnswerFile
from subsidy.work.enums import Duty
from workflows.budget.cash import CASH_ACTS
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData
from workflows.common.subjects import Card, Kind, register
from workflows.common.turn import Turn
from workflows.log.acts import EXPORTS
from workflows.operations.acts import OPERATIONS
from workflows.payout_batch.holding import HOLDS
from workflows.payout_batch.reading import Reading
from workflows.recovery.receiving import RECEIVE_REPAYMENT
from workflows.registry.settling import SETTLE


class ImportForm(ActForm):
    file = forms.FileField(label=_("Answer file"), allow_empty_file=True)


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
    accounts = reading.keep_statements(head.statements)
    turn.record(
        sha256=sha256,
        name=upload.name,
        format=head.format,
        statements=len(statements),
        account_statements=accounts,
        effects=effects,
    )


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
            Act(
                "fetch_answers",
                _("Fetched the bank's answers by a channel"),
                import_answers,
                system=True,
                versioned=False,
                form=ImportForm,
            ),
            *CASH_ACTS,
            *HOLDS,
            *OPERATIONS,
            *EXPORTS,
            SETTLE,
            RECEIVE_REPAYMENT,
        ),
    )
)
