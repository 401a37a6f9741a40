"""Whether the migrations that a database remembers are those of this program (docs/adr/0038)."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader


def refuse_foreign_history(using: str, **_signal: Any) -> None:
    """Before migrating: a database that was migrated by files which this program does not have is refused, untouched.

    CommandError says which, and what to do. Migrating on would fail at the first table that is there already.
    """
    unknown = unknown_migrations(using)
    if not unknown:
        return
    shown = ", ".join(f"{label}.{name}" for label, name in unknown[:3])
    folder = settings.DATA_DIR
    raise CommandError(
        f"该数据库由程序的另一个版本建立，其迁移记录与本版本不符（{len(unknown)} 项，如 {shown}）；未作任何更改。"
        f"演示数据：删除数据目录 {folder} 后重新运行 manage.py demo。需要保留的数据：请继续使用原版本程序，"
        "或将 SUBSIDY_DATA_DIR（或 DATABASE_URL）指向另一处。\n"
        f"This database was made by another version of the program: it remembers {len(unknown)} migrations that this one "
        f"does not have (such as {shown}). Nothing was changed. A demo: delete the data folder {folder} and run "
        "manage.py demo again. Data to keep: go on with the version that made it, or point SUBSIDY_DATA_DIR (or "
        "DATABASE_URL) to another place."
    )


def unknown_migrations(using: str) -> list[tuple[str, str]]:
    """What the database says was applied of our rooms and is not among our files, as (label, name)."""
    loader = MigrationLoader(connections[using])
    return sorted(key for key in loader.applied_migrations if _ours(key[0]) and key not in loader.disk_migrations)


def _ours(label: str) -> bool:
    config: AppConfig | None = apps.app_configs.get(label)
    return config is not None and config.name.split(".")[0] in ("subsidy", "workflows")
