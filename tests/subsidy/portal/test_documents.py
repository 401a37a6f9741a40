"""Adding, refusing, replacing, removing and handing out documents."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.cases.models import Case
from subsidy.cases.papers import AGREEMENT, PART_REPORT, VISIT_PHOTOGRAPH
from subsidy.documents.checks import MAX_BYTES
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.documents.services import file_store
from tests.subsidy.portal.conftest import SignIn
from tests.world import PDF, World, fresh, pdf

pytestmark = pytest.mark.django_db
BAD = {
    "content": (SimpleUploadedFile("report.pdf", b"MZ\x90\x00 this is a program"), "内容"),
    "kind": (SimpleUploadedFile("report.exe", PDF), "PDF"),
    "empty": (SimpleUploadedFile("report.pdf", b""), "空"),
    "large": (SimpleUploadedFile("report.pdf", PDF + b"\0" * MAX_BYTES), "20 MB"),
    "none": (None, "选择"),
}


@pytest.fixture
def case(world: World) -> Case:
    return world.draft(world.call())


@pytest.fixture
def client(world: World, case: Case, sign_in: SignIn) -> Client:
    return sign_in(world.filer(case.company))


def address(case: Case) -> str:
    return reverse("portal:documents", args=[case.number])


def test_refused_uploads_say_why_and_keep_the_rest(client: Client, case: Case) -> None:
    assert client.post(address(case), {"slot": "tax_certificate", "file": pdf("tax.pdf")}).status_code == 302
    for name, (upload, words) in BAD.items():
        data = {"slot": "audit_reports"} if upload is None else {"slot": "audit_reports", "file": upload}
        refused = client.post(address(case), data)
        page = refused.content.decode()
        assert refused.status_code == 422, name
        assert "error-summary" in page and words in page, name
        assert "tax.pdf" in page, name
    assert [file.slot for file in files_of("case", case.pk)] == ["tax_certificate"]
    foreign_slot = client.post(address(case), {"slot": "passport", "file": pdf()})
    assert foreign_slot.status_code == 422


def test_a_document_is_replaced_in_one_act_and_removed(client: Client, case: Case) -> None:
    client.post(address(case), {"slot": "audit_reports", "file": pdf("first.pdf")})
    first = files_of("case", case.pk).get()
    before = case.__class__.objects.get(pk=case.pk).head_seq
    client.post(address(case), {"slot": "audit_reports", "file": pdf("second.pdf"), "replaces": first.pk})
    second = files_of("case", case.pk).get()
    assert second.name == "second.pdf"
    assert case.__class__.objects.get(pk=case.pk).head_seq == before + 1
    # A file of another slot is not replaced from here.
    crossed = client.post(address(case), {"slot": "tax_certificate", "file": pdf("x.pdf"), "replaces": second.pk})
    assert crossed.status_code == 404
    remove = reverse("portal:remove", args=[case.number, second.pk])
    assert client.post(remove).status_code == 302
    assert client.post(remove).status_code == 302
    assert not files_of("case", case.pk).exists()
    assert StoredFile.objects.filter(owner_id=case.pk).count() == 2


def test_downloads_are_attachments_that_run_nothing(client: Client, case: Case) -> None:
    client.post(address(case), {"slot": "audit_reports", "file": pdf("审计报告.pdf")})
    stored = files_of("case", case.pk).get()
    response = client.get(reverse("portal:file", args=[case.number, stored.pk]))
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Content-Type"] == "application/pdf"


def test_a_file_of_another_case_is_not_found(client: Client, case: Case, world: World, sign_in: SignIn) -> None:
    other = world.filled(case.call)
    stored = files_of("case", other.pk)[0]
    assert client.get(reverse("portal:file", args=[case.number, stored.pk])).status_code == 404
    assert client.post(reverse("portal:remove", args=[case.number, stored.pk])).status_code == 404
    assert files_of("case", other.pk).filter(pk=stored.pk).exists()


@pytest.mark.parametrize(
    ("slot", "filed"),
    [
        ("audit_reports", True),
        (AGREEMENT, True),
        (PART_REPORT, True),
        (VISIT_PHOTOGRAPH, False),
        ("made_by_the_bureau", False),
    ],
)
def test_a_company_is_given_the_files_that_it_filed_and_no_other(
    world: World, client: Client, case: Case, slot: str, filed: bool
) -> None:
    stored = file_store(
        pdf("paper.pdf"),
        authority_id=case.authority_id,
        owner_kind="case",
        owner_id=case.pk,
        slot=slot,
        actor=world.people["acceptance"],
        now=world.now,
    )
    answer = client.get(reverse("portal:file", args=[case.number, stored.pk]))
    assert answer.status_code == (200 if filed else 404)
    assert client.post(reverse("portal:remove", args=[case.number, stored.pk])).status_code != 200
    if filed:
        assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    else:
        assert fresh(stored).replaced_at is None
