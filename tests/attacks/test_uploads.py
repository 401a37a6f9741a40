"""Files that want to be more than papers."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.documents.checks import check
from subsidy.documents.models import StoredFile
from subsidy.documents.refusals import UploadRefused
from subsidy.documents.services import file_store, folder
from subsidy.sources import SourceFault
from subsidy.sources.tables import rows_of
from tests.attacks.test_table import ROOT
from tests.world import PDF, World

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", HTML),
        ("page.pdf", HTML),
        ("picture.svg", SVG),
        ("picture.png", SVG),
        ("program.pdf", b"MZ\x90\x00"),
        ("program.pdf.exe", PDF),
        ("script.png", b"#!/bin/sh\nrm -rf /\n"),
        ("archive.pdf", b"PK\x03\x04" + b"\0" * 40),
        ("picture.pdf", PNG),
        ("paper.png", PDF),
        ("report.pdf\x00.html", HTML),
        ("no-extension", PDF),
    ],
)
def test_what_is_no_paper_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    upload = SimpleUploadedFile("a", content)
    upload._name = name  # type: ignore[attr-defined]  # as a request may send it
    with pytest.raises(UploadRefused):
        check(upload)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.pdf",
        "..\\..\\boot.pdf",
        "/etc/cron.d/x.pdf",
        "a/b/c.pdf",
        "....//x.pdf",
        "\r\nSet-Cookie: a=b.pdf",
    ],
)
def test_no_name_leads_out_of_the_folder(world: World, name: str) -> None:
    upload = SimpleUploadedFile("a.pdf", PDF)
    upload._name = name  # type: ignore[attr-defined]
    stored = file_store(
        upload, authority_id=world.authority.pk, owner_kind="case", owner_id=1, slot="x",
        actor=world.people["counter"], now=world.now,
    )  # fmt: skip
    assert (folder() / stored.path).resolve().is_relative_to(folder().resolve())
    assert "/" not in stored.name and ".." not in stored.path


def test_a_file_of_two_kinds_is_handed_out_as_what_it_was_taken_for(world: World) -> None:
    case = world.draft(world.call())
    client = Client()
    client.force_login(world.filer(case.company))
    both = SimpleUploadedFile("paper.pdf", PDF + HTML, content_type="text/html")
    address = reverse("portal:documents", args=[case.number])
    assert client.post(address, {"slot": "tax_certificate", "file": both}).status_code == 302
    stored = StoredFile.objects.get(owner_kind="case", owner_id=case.pk)
    answer = client.get(reverse("portal:file", args=[case.number, stored.pk]))
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_workbook_that_claims_to_inflate_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subsidy.sources.tables._UNPACKED_MAX", 1_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 2_000_000)
    with pytest.raises(SourceFault, match="too_large"):
        list(rows_of(io.BytesIO(made.getvalue())))


def test_nothing_extracts_an_archive() -> None:
    """Members of archives are read one by one and in memory: no name of theirs becomes a path."""
    for room in ("subsidy", "workflows", "policies"):
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert not found & {"extractall", "unpack_archive"}, Path(path).relative_to(ROOT)
