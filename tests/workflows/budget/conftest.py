from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()
