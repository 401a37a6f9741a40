from __future__ import annotations

from django.apps import AppConfig


class SubsidyConfig(AppConfig):
    """Carries the management commands of the project."""

    name = "subsidy"
    label = "subsidy"
