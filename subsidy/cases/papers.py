"""Which files of a case its company filed. Every other file was made by the bureau and is not the company's to read."""

from __future__ import annotations

from django.db.models import QuerySet

from subsidy.cases.models import Case
from subsidy.documents.models import StoredFile
from subsidy.programmes.packs import pack_of

AGREEMENT, PART_REPORT, UNDERTAKING = "agreement", "part_report", "undertaking"
VISIT_PHOTOGRAPH = "visit_photograph"
"""Slots of a case's files beside the documents and lists of its policy."""


def slots_filed(case: Case) -> frozenset[str]:
    """The slots into which the company alone puts files. One that is not named here stays with the bureau."""
    pack = pack_of(case.policy_version)
    asked = {document.id for document in pack.documents} | set(pack.records)
    return frozenset(asked | {AGREEMENT, PART_REPORT, UNDERTAKING}) - {VISIT_PHOTOGRAPH}


def papers_filed(case: Case) -> QuerySet[StoredFile]:
    """What the company filed in the case, oldest first, with what it replaced or removed later."""
    files = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk, slot__in=slots_filed(case))
    return files.order_by("id")
