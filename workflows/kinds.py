"""Makes every kind of matter known to the door; imported when the app is ready."""

from __future__ import annotations

from workflows.budget.kind import BUDGET_LINE
from workflows.case.kind import CASE
from workflows.fact_import.kind import FACT_IMPORT
from workflows.objection.kind import OBJECTION
from workflows.panel.kind import EXPERT
from workflows.payout_batch.answers import AUTHORITY
from workflows.payout_batch.kind import BATCH
from workflows.person.kind import PERSON
from workflows.policy_release.kind import CALL, POLICY_VERSION
from workflows.proposal.kind import PROPOSAL
from workflows.recovery.kind import RECOVERY
from workflows.registers.kind import REGISTER_IMPORT
from workflows.registration.kind import REGISTRATION
from workflows.registry.kind import COMPANY
from workflows.round.kind import ROUND
from workflows.undertaking.kind import UNDERTAKING

ALL = (
    CASE,
    ROUND,
    OBJECTION,
    BATCH,
    RECOVERY,
    UNDERTAKING,
    AUTHORITY,
    POLICY_VERSION,
    CALL,
    BUDGET_LINE,
    PROPOSAL,
    COMPANY,
    REGISTRATION,
    PERSON,
    FACT_IMPORT,
    REGISTER_IMPORT,
    EXPERT,
)
