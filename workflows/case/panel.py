"""The panel that a route asks for."""

from __future__ import annotations

from policies.language.model import PanelDef
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of


def panel_spec(version: PolicyVersion) -> PanelDef:
    """Seats, quorum, rubric and pass mark of the policy version (ValueError when its route has no panel)."""
    panel = pack_of(version).route.panel
    if panel is None:
        raise ValueError(
            f"{version} has no panel, but its call sends cases through one; correct the route of the call"
        )
    return panel
