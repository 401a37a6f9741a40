"""The release proof at start-up: every way to payment passes every stage that the law and the design ask for."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from viewflow.workflow.base import Flow

from workflows.case.flow import MUST_PASS as CASE_MUST_PASS
from workflows.common.acts import Act
from workflows.common.graph import Required, findings
from workflows.common.routes import all_routes
from workflows.objection.flow import MUST_PASS as OBJECTION_MUST_PASS
from workflows.objection.flow import ObjectionV1
from workflows.payout_batch.flow import MUST_PASS as BATCH_MUST_PASS
from workflows.payout_batch.flow import BatchV1
from workflows.proposal.flow import MUST_PASS as PROPOSAL_MUST_PASS
from workflows.proposal.flow import FinanceProposalV1, ProposalV1
from workflows.recovery.flow import MUST_PASS as RECOVERY_MUST_PASS
from workflows.recovery.flow import RecoveryV1
from workflows.round.flow import MUST_PASS as ROUND_MUST_PASS
from workflows.round.flow import RoundV1
from workflows.round.proof import round_findings

# goal → what must lie on every way to it; together they prove that no payment avoids acceptance, what its route asks for
# (panel, visit, higher level), amount check, meeting, notice and decree, nor check and release by further people.
PROOFS: dict[type[Flow], dict[str, tuple[Required, ...]]] = {
    **{flow: {"paid": must} for flow, must in CASE_MUST_PASS.items()},
    RoundV1: {"decreed": ROUND_MUST_PASS},
    ObjectionV1: {"dismissed": OBJECTION_MUST_PASS, "upheld": OBJECTION_MUST_PASS},
    ProposalV1: {"approved": PROPOSAL_MUST_PASS},
    FinanceProposalV1: {"approved": PROPOSAL_MUST_PASS},
    RecoveryV1: {"paid": RECOVERY_MUST_PASS, "written_off": RECOVERY_MUST_PASS},
    BatchV1: {"settled": BATCH_MUST_PASS},
}


def free_acts_of(flow_class: type[Flow]) -> tuple[Act, ...]:
    """The acts of its kind that belong to no node: those that enter a node are ways as well."""
    return next((kind.free_acts for kind, _route, _version, flow in all_routes() if flow is flow_class), ())


@register("workflows")
def check_flows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every flow holds together and every proof holds."""
    found = [
        text
        for flow_class, required in PROOFS.items()
        for text in findings(flow_class, required=required, free_acts=free_acts_of(flow_class))
    ]
    return [Error(text, id="workflows.E001") for text in (*found, *round_findings(RoundV1))]
