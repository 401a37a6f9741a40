from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import pre_migrate


class SubsidyConfig(AppConfig):
    """Carries the management commands of the project, and looks at a database before it is migrated."""

    name = "subsidy"
    label = "subsidy"

    def ready(self) -> None:
        from subsidy.management.history import refuse_foreign_history

        # Once, before the first of our rooms; the signal is not sent for an app without models, such as this one.
        pre_migrate.connect(refuse_foreign_history, sender=apps.get_app_config("audit"))
