from __future__ import annotations

from django.db.models import QuerySet

from subsidy.documents.models import StoredFile


def files_of(owner_kind: str, owner_id: int) -> QuerySet[StoredFile]:
    """The files in use of one matter, oldest first."""
    return StoredFile.objects.filter(owner_kind=owner_kind, owner_id=owner_id, replaced_at__isnull=True).order_by("id")
