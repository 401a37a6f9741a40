from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Holds every flow class; its label is part of what viewflow stores, so it never changes."""

    name = "workflows"
    label = "workflows"

    def ready(self) -> None:
        """Register the kinds of matter; flow classes need every model, so not before."""
        import_module("workflows.kinds")
        import_module("workflows.checks")
