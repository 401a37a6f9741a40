"""What may be published."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.programmes.models import PolicyVersion
from tests.world import World
from workflows.common.refusals import BadData


def test_assumed_clauses_are_published_in_a_demo_only(world: World, settings: Any) -> None:
    settings.ALLOW_ASSUMED_CLAUSES = False
    with pytest.raises(BadData) as refused:
        world.policy()
    assert "A-01" in refused.value.fields["policy_text"][0]
    assert not PolicyVersion.objects.exists()
    settings.ALLOW_ASSUMED_CLAUSES = True
    assert world.policy().illustrative
