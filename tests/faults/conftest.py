from __future__ import annotations

import pytest

from tests.harness.database import FreshDatabase
from tests.world import World


@pytest.fixture
def bureau(fresh_db: FreshDatabase) -> World:
    """A bureau whose acts are really committed, in a database of this test's own."""
    return World()
