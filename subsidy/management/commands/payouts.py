"""`manage.py payouts list | export | import`: batches, their sealed files, and the bank's answers, through the door."""

from __future__ import annotations

import hashlib
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.bankfiles.manifest import manifest
from subsidy.management.base import (
    NOT_WRITTEN,
    BadUsage,
    Findings,
    ProgramCommand,
    acting,
    actor_named,
    add_acting,
    add_json,
    command_key,
    command_moment,
    command_origin,
)
from subsidy.payouts.enums import BatchState
from subsidy.payouts.files import sealed_file
from subsidy.payouts.models import AnswerFile, Batch
from subsidy.payouts.selectors import FINANCE, UNRESOLVED, batches_of, effects_of
from workflows.common import door


class Command(ProgramCommand):
    help = "Payout batches: list them, take out the sealed file, read the bank's answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add_json(actions.add_parser("list", help="every batch with its state, format, lines and total"))
        export = actions.add_parser("export", help="write the sealed bytes of a released batch to a file")
        export.add_argument("batch", metavar="BATCH_NO")
        export.add_argument("--output", required=True, metavar="FILE")
        export.add_argument("--format", help="only to make sure: any other format than the batch's own is refused")
        export.add_argument("--manifest", metavar="FILE", help="also write what the file is: totals, hash, as JSON")
        add_acting(export)
        answers = actions.add_parser("import", help="read a file that the bank sent; its format is detected")
        answers.add_argument("file", metavar="FILE")
        add_acting(answers)
        add_json(answers)

    def handle(self, *args: Any, **options: Any) -> None:
        {"list": self._list, "export": self._export, "import": self._import}[options["action"]](options)

    def _list(self, options: dict[str, Any]) -> None:
        batches = Batch.objects.order_by("pk").only("number", "state", "format", "line_count", "total_fen")
        if options["json"]:
            self.print_json(
                [
                    {
                        "number": batch.number,
                        "state": batch.state,
                        "format": batch.format,
                        "lines": batch.line_count,
                        "total_fen": batch.total_fen,
                    }
                    for batch in batches
                ]
            )
            return
        for batch in batches:
            yuan = f"{batch.total_fen // 100:,}.{batch.total_fen % 100:02d}"
            self.stdout.write(
                f"{batch.number}  {batch.state:<9}  {batch.format:<16}  {batch.line_count:>6}  {yuan:>18} 元"
            )

    def _export(self, options: dict[str, Any]) -> None:
        actor, now = actor_named(options["actor"]), command_moment()
        batch = batches_of(actor, on=now.on, roles=FINANCE).filter(number=options["batch"]).first()
        if batch is None:
            raise Findings(
                f"没有批次 {options['batch']}，或该人员无权查看。请用 payouts list 核对批次号。 / "
                f"There is no batch {options['batch']}, or this person may not see it. Check the number with payouts list."
            )
        _refuse_other_format(batch, options["format"])
        if batch.state in (BatchState.PREPARED, BatchState.CHECKED, BatchState.WITHDRAWN):
            raise Findings(
                f"批次 {batch.number} 处于 {batch.state} 状态，尚无可导出的文件；复核并放行后再导出。 / "
                f"Batch {batch.number} is {batch.state} and has no file yet; export it when it was checked and released."
            )
        target = Path(options["output"])
        _refuse_other_file(target, batch)
        beside = Path(options["manifest"]) if options["manifest"] else None
        _refuse_manifest(beside, target)
        if batch.state == BatchState.RELEASED:
            self._first_export(batch, actor, now, commit=options["commit"])
        file = batch.export_file
        _write_whole(target, bytes(file.content))
        if beside is not None:
            _write_whole(beside, manifest([sealed_file(batch)]))
        self.stdout.write(f"{target}  {file.size} B  sha256 {file.sha256}")

    def _first_export(self, batch: Batch, actor: User, now: Moment, *, commit: bool) -> None:
        """The act that takes the file out for the first time; without --commit it is tried and refused."""
        with acting(commit=commit):
            door.perform("batch", batch.pk, "export", actor=actor, now=now, key=command_key(), origin=command_origin())
        if not commit:
            raise Findings(f"首次导出须加 --commit。 / The first export needs --commit. {NOT_WRITTEN}")

    def _import(self, options: dict[str, Any]) -> None:
        actor, now, source = actor_named(options["actor"]), command_moment(), Path(options["file"])
        if not source.is_file():
            raise BadUsage(f"没有文件 {source}，请核对路径。 / There is no file {source}; check the path.")
        if actor.authority_id is None:
            raise Findings(f"{actor.username} 不属于任何机构，不能导入。 / {actor.username} belongs to no bureau.")
        content = source.read_bytes()
        known = AnswerFile.objects.filter(
            authority=actor.authority_id, sha256=hashlib.sha256(content).hexdigest()
        ).exists()
        with acting(commit=options["commit"]):
            door.perform(
                "authority",
                actor.authority_id,
                "import_answers",
                actor=actor,
                now=now,
                key=command_key(),
                files={"file": SimpleUploadedFile(source.name, content)},
                origin=command_origin(),
            )
            file = AnswerFile.objects.get(authority=actor.authority_id, sha256=hashlib.sha256(content).hexdigest())
            effects = effects_of(file)
        self._report(file, effects, known=known, options=options)

    def _report(self, file: AnswerFile, effects: dict[str, int], *, known: bool, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"format": file.format, "sha256": file.sha256, "already_read": known, "effects": effects})
            return
        if known:
            self.stdout.write("此文件以前已读入，本次没有变化 / this file was read before; nothing changed")
        told = ", ".join(f"{effect} {count}" for effect, count in sorted(effects.items()))
        self.stdout.write(f"{file.format}: {told or '无内容 / no statements'}")
        asked = sum(effects.get(effect, 0) for effect in UNRESOLVED)
        if asked:
            self.stdout.write(f"{asked} 条须向银行查询，不得重付 / {asked} to enquire about; never pay them again")
        if not options["commit"]:
            self.stdout.write(NOT_WRITTEN)


def _refuse_other_format(batch: Batch, wanted: str | None) -> None:
    if wanted is not None and wanted != batch.format:
        raise Findings(
            f"批次 {batch.number} 的格式在制单时已定为 {batch.format}，不能改用 {wanted}。"
            f"确需更换的，请退回批次后重新制单。 / "
            f"Batch {batch.number} was frozen as {batch.format} when it was prepared and has no file in {wanted}. "
            "Return the batch and prepare it again if the bank needs another format."
        )


def _refuse_other_file(target: Path, batch: Batch) -> None:
    """A file that is there already is left alone unless it is this batch's own."""
    sealed = getattr(batch, "export_file", None)
    if target.is_dir() or not target.parent.is_dir():
        raise BadUsage(f"无法写入 {target}，请给出文件路径。 / {target} cannot be written; name a file.")
    if target.exists() and (sealed is None or hashlib.sha256(target.read_bytes()).hexdigest() != sealed.sha256):
        raise Findings(
            f"{target} 已存在且内容不同，未覆盖。请换一个文件名。 / "
            f"{target} exists with other content and was left alone; name another file."
        )


def _refuse_manifest(beside: Path | None, target: Path) -> None:
    """A manifest stands beside the file that it speaks of, under a name that is free."""
    if beside is not None and (beside == target or beside.exists() or not beside.parent.is_dir()):
        raise BadUsage(
            f"无法写入清单 {beside}，请换一个新的文件名。 / The manifest {beside} cannot be written; name a new file."
        )


def _write_whole(target: Path, content: bytes) -> None:
    """All of the bytes or no file: written beside, made durable, then renamed."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            Path(out.name).replace(target)
        except OSError as error:
            Path(out.name).unlink(missing_ok=True)
            raise Findings(
                f"写入 {target} 失败：{error.strerror}。请换一个位置后重试，内容不变。 / "
                f"Writing {target} failed: {error.strerror}. Try another place; the bytes stay the same."
            ) from error
