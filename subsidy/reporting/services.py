"""Writers of archive packages and of lists taken along. Only the door calls them, but for the counts while one is made."""

from __future__ import annotations

from django.db.models import QuerySet

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.documents.models import StoredFile
from subsidy.reporting.models import ArchivePackage, ListExport

OWNER, MEDIA_TYPE = "archive", "application/zip"


def package_ask(case: Case, *, actor: User, now: Moment) -> ArchivePackage:
    """A package that is to be made; the database allows one a case at a time."""
    return ArchivePackage.objects.create(authority_id=case.authority_id, case=case, asked_by=actor, asked_at=now.at)


def packages_under_way() -> QuerySet[ArchivePackage]:
    """Packages that were asked for and are neither made nor stopped."""
    return ArchivePackage.objects.filter(made_at=None, stopped_at=None)


def package_count(package_id: int, *, done: int, total: int) -> bool:
    """How far the making is: for those who wait, no evidence of anything. False when it is under way no more."""
    return packages_under_way().filter(pk=package_id).update(done=done, total=total) == 1


def package_stop(package: ArchivePackage, *, now: Moment) -> None:
    package.stopped_at = now.at
    package.save(update_fields=["stopped_at"])


def package_keep(
    package: ArchivePackage, *, path: str, sha256: str, size: int, actor: User, now: Moment
) -> StoredFile:
    """The package is made: its bytes lie at `path` of the folder of documents."""
    file = StoredFile.objects.create(
        authority_id=package.authority_id,
        owner_kind=OWNER,
        owner_id=package.pk,
        slot="package",
        name=f"{package.case.number}-archive-{package.pk}.zip",
        media_type=MEDIA_TYPE,
        size=size,
        sha256=sha256,
        path=path,
        uploaded_by=actor,
        uploaded_at=now.at,
    )
    package.file, package.made_at = file, now.at
    package.save(update_fields=["file", "made_at"])
    return file


def export_ask(person: User, *, authority_id: int, address: str, language: str, now: Moment) -> ListExport:
    """A list that is to be written."""
    return ListExport.objects.create(
        authority_id=authority_id, person=person, address=address, language=language, asked_at=now.at
    )


def exports_under_way() -> QuerySet[ListExport]:
    """Lists that were asked for and are neither made nor stopped nor failed."""
    return ListExport.objects.filter(made_at=None, stopped_at=None, failed_at=None)


def export_count(export_id: int, *, rows: int, total: int) -> bool:
    """How far the writing is: for those who wait, no evidence of anything. False when it is under way no more."""
    return exports_under_way().filter(pk=export_id).update(rows=rows, total=total) == 1


def export_stop(export: ListExport, *, now: Moment) -> None:
    export.stopped_at = now.at
    export.save(update_fields=["stopped_at"])


def export_fail(export: ListExport, *, now: Moment) -> None:
    export.failed_at = now.at
    export.save(update_fields=["failed_at"])


def export_keep(
    export: ListExport, *, name: str, media_type: str, path: str, size: int, sha256: str, rows: int, now: Moment
) -> None:
    """The list is written: its bytes lie at `path` of the folder of documents."""
    export.name, export.media_type, export.path, export.sha256 = name, media_type, path, sha256
    export.size, export.rows, export.total, export.made_at = size, rows, rows, now.at
    export.save(update_fields=["name", "media_type", "path", "sha256", "size", "rows", "total", "made_at"])


def export_throw_away(export: ListExport, *, now: Moment) -> None:
    """Its file is gone; that it was taken along stays on record."""
    export.thrown_away_at = now.at
    export.save(update_fields=["thrown_away_at"])
