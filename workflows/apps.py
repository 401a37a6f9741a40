from __future__ import annotations

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Holds every flow class; its label is part of what viewflow stores, so it never changes."""

    name = "workflows"
    label = "workflows"
