"""Files of offices for the tests: text, GBK, BOM, workbooks, many lines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import Company, FactImport
from subsidy.demo.uscc import generated_uscc
from tests.world import World, fresh
from workflows.fact_import.jobs import apply_fact_import, check_fact_import, undo_fact_import

HEAD = "统一社会信用代码,企业名称,上年销售收入（万元）,前年销售收入（万元）,税收征管关系在本区"


def csv_file(text: str, *, encoding: str = "utf-8", name: str = "tax.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(encoding), content_type="text/csv")


def xlsx_file(rows: Sequence[Sequence[Any]], *, name: str = "tax.xlsx") -> SimpleUploadedFile:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write(line, place, cell)
    return SimpleUploadedFile(name, target.getvalue())


def companies(world: World, n: int) -> list[Company]:
    """Companies made without the door, for files of many lines."""
    return Company.objects.bulk_create(
        Company(
            authority=world.authority,
            uscc=generated_uscc(900_000 + number, region="330106"),
            name=f"杭州示例{number}号有限公司",
            region="330106",
            founded_on="2016-05-01",
        )
        for number in range(n)
    )


def upload(world: World, file: SimpleUploadedFile, **data: Any) -> FactImport:
    """Upload and check a file."""
    sent = {"layout": "tax", "as_of": "2024-02-01", "year": 2023, **data}
    pk = world.open("fact_import", "upload", "counter", sent, files={"file": file})
    check_fact_import(pk, now=lambda: world.now)
    return FactImport.objects.get(pk=pk)


def applied(world: World, file: SimpleUploadedFile, **data: Any) -> FactImport:
    found = upload(world, file, **data)
    world.act("fact_import", found, "apply", "counter")
    apply_fact_import(found.pk, now=lambda: world.now)
    found = fresh(found)
    assert found.state == ImportState.APPLIED
    return found


def undone(world: World, found: FactImport) -> FactImport:
    world.act("fact_import", found, "undo", "counter", data={"reason": "传错了文件"})
    undo_fact_import(found.pk, now=lambda: world.now)
    return FactImport.objects.get(pk=found.pk)


def counts(found: FactImport) -> dict[str, int]:
    names = ("new", "changed", "renewed", "same", "older", "gone")
    return {name: getattr(found, f"facts_{name}") for name in names if getattr(found, f"facts_{name}")}
