"""Assembles the harness; how to mark a test is in tests/README.md."""

from __future__ import annotations

import os

# The browser's driver keeps an event loop in the test's thread; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = [
    "tests.harness.database",
    "tests.harness.folders",
    "tests.harness.together",
    "tests.harness.browser",
    "tests.harness.run",
]
