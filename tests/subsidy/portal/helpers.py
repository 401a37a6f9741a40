"""What the tests of the company's pages share."""

from __future__ import annotations

import hashlib

from django.test import Client
from django.urls import reverse

from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.documents.selectors import files_of
from tests.world import PDF, World


def get(client: Client, name: str, *args: object, status: int = 200) -> str:
    response = client.get(reverse(f"portal:{name}", args=args))
    assert response.status_code == status, (name, response.status_code, getattr(response, "url", ""))
    return response.content.decode() if status == 200 else ""


def letter_on(case: Case, world: World, kind: str = LetterKind.RECEIPT, language: str = "zh") -> Letter:
    return Letter.objects.create(
        authority=world.authority,
        case=case,
        kind=kind,
        subject_kind="case",
        subject_id=case.pk,
        number=case.number,
        language=language,
        content=PDF,
        sha256=hashlib.sha256(PDF).hexdigest(),
        issued_at=world.now.at,
    )


def case_file(case: Case) -> int:
    """The key of one document of the case."""
    return files_of("case", case.pk).values_list("pk", flat=True)[0]
