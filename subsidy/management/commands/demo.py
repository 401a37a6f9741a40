"""`manage.py demo`: a filled bureau on this machine, from nothing."""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.log.refusals import LogRefused
from subsidy.calendars.clock import business_now
from subsidy.demo import serve
from subsidy.demo.seed import seed
from subsidy.demo.summary import Summary
from subsidy.management.base import both
from workflows.common.refusals import Refused

DEFAULT_PORT = 8000
# Any number: it names the lock that keeps two demos from preparing one database at once.
PREPARE_LOCK = 7_201_402


class Command(BaseCommand):
    help = "Start the database, migrate, fill in a believable bureau, run the server and the worker. Safe to repeat."
    # The checks run after migrating: some of them look at the database.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=DEFAULT_PORT, help=f"port of the site (default {DEFAULT_PORT})"
        )
        parser.add_argument("--no-serve", action="store_true", help="stop after seeding")
        parser.add_argument("--scale", type=int, default=None, help="number of companies to generate")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("demo 只能由 manage.py demo 启动。\nStart the demo as: python manage.py demo")
        if options["scale"] is not None and options["scale"] < 1:
            raise CommandError("--scale 必须是正整数。\n--scale must be a positive number of companies.", returncode=2)
        self._began = time.monotonic()
        serve.stop_on_signals()
        try:
            if not options["no_serve"]:
                serve.check_port(options["port"])
            summary = self._prepare(scale=options["scale"])
            if not options["no_serve"]:
                self._serve(options["port"], summary)
        except serve.ServeError as error:
            raise CommandError(str(error)) from error
        except serve.Stopped:
            self._say("演示已停止。", "The demo has stopped.")

    def _prepare(self, *, scale: int | None) -> Summary:
        self._say(
            f"演示模式：不使用 https，密钥自动生成，业务时钟可移动。数据目录：{settings.DATA_DIR}",
            "demo mode: no https, a generated secret, a business clock that can be moved",
        )
        connection.ensure_connection()
        self._say("数据库已启动", "database is up")
        with _alone():
            call_command("migrate", verbosity=0, interactive=False)
            self._say("数据库结构已更新", "database is migrated")
            self.check()
            _collect_static()
            self._say("静态文件已就绪", "static files are ready")
            return self._seed(scale)

    def _seed(self, scale: int | None) -> Summary:
        try:
            summary = seed(self._say, scale=scale)
        except Refused as refusal:
            # The story is told under fixed keys: a folder that another version of the program filled cannot be continued.
            raise CommandError(
                f"数据目录 {settings.DATA_DIR} 是由程序的另一个版本填充的，无法继续（{refusal}）。请删除该目录后重新运行。\n"
                f"The data folder {settings.DATA_DIR} was filled by another version of the program and cannot be "
                f"continued ({refusal.code}). Delete that folder and start again."
            ) from refusal
        self._say("演示数据已就绪", "the demo's records are ready")
        try:
            signed = checkpoint_make(now=business_now(), by="demo")
        except LogRefused as refused:
            raise CommandError(both(refused.message)) from refused
        self._say(f"日志检查点已签署：{signed.size} 个事件", f"the head of the log is signed: {signed.size} events")
        return summary

    def _serve(self, port: int, summary: Summary) -> None:
        # The supervisor keeps the database up by holding it; an idle session of its own would serve nobody.
        connection.close()
        supervisor = serve.Supervisor(port=port, logs=Path(settings.DATA_DIR) / "logs")
        try:
            supervisor.start()
            self._introduce(port, summary)
            supervisor.watch()
        finally:
            supervisor.stop()

    def _introduce(self, port: int, summary: Summary) -> None:
        self.stdout.write(f"\n  http://localhost:{port}/\n\n  口令 / password: {summary.password}\n")
        self.stdout.write(f"  动态码密钥 / secret for the code app: {summary.totp_secret}\n")
        width = max((len(account.username) for account in summary.accounts), default=0)
        for account in summary.accounts:
            self.stdout.write(f"  {account.username:<{width}}  {account.role_zh} / {account.role_en}")
        self.stdout.write("\n  按 Ctrl-C 停止 / Ctrl-C stops it\n")
        self.stdout.flush()

    def _say(self, zh: str, en: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self._began:6.1f} s] {zh} / {en}")
        self.stdout.flush()


@contextmanager
def _alone() -> Iterator[None]:
    """Only one demo prepares a database at a time; a second one waits for nothing and says so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PREPARE_LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError(
                "另一个 demo 正在准备同一个数据库，请等它完成后再试。\n"
                "Another demo is preparing this database; try again when it has finished."
            )
    try:
        yield
    finally:
        # The session ends with its locks, even when what we did left its transaction broken.
        connection.close()


def _collect_static() -> None:
    """Build the static folder when a source has changed since the last time."""
    mark = Path(settings.STATIC_ROOT) / ".sources"
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(digest.hexdigest())
