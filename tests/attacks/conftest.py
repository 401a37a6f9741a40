from __future__ import annotations

import pytest
from django.core.cache import cache

from subsidy.web import person
from tests.world import World


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bureau in this test's transaction; pages stand at its time, and nobody has tried anything yet."""
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    cache.clear()
    return made
