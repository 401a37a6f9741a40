"""Delivered lists for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.applicants.models import Company
from subsidy.registers.models import RegisterEntry, RegisterImport
from tests.world import World

TITLES = "统一社会信用代码,证书编号,级别,起始日期,截止日期"
AWARDS = "统一社会信用代码,政策代码,奖补名称,组,组键,金额（元）,发文日期,文号"
FIRST = "GR202333000001,国家级,2023-12-01,2026-11-30"


def table(lines: Iterable[str], *, heading: str = TITLES, encoding: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", "\n".join([heading, *lines]).encode(encoding), content_type="text/csv")


def deliver(
    world: World,
    *lines: str,
    register: str = "high_tech",
    heading: str = TITLES,
    as_of: str = "2024-01-31",
    complete: bool = False,
    encoding: str = "utf-8",
) -> RegisterImport:
    """Upload a list as the counter does; nothing is applied."""
    data = {"register": register, "as_of": as_of, **({"complete": "on"} if complete else {})}
    files = {"file": table(lines, heading=heading, encoding=encoding)}
    pk = world.open("register_import", "upload", "counter", data, files=files)
    return RegisterImport.objects.get(pk=pk)


def apply(world: World, about: RegisterImport) -> RegisterImport:
    world.act("register_import", about, "apply", "counter")
    return RegisterImport.objects.get(pk=about.pk)


def said(company: Company, rest: str = FIRST) -> str:
    return f"{company.uscc},{rest}"


def note(world: World, company: Any, **changed: Any) -> RegisterEntry:
    data = {
        "kind": "high_tech",
        "certificate_number": "GR202133000001",
        "level": "市级",
        "valid_from": "2021-12-01",
        "valid_to": "2024-11-30",
        **changed,
    }
    world.act("company", company, "note_recognition", "counter", data=data)
    return RegisterEntry.objects.filter(company=company).latest("pk")
