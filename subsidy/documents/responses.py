"""Handing out kept files so that a browser never runs what somebody uploaded."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from subsidy.documents.models import StoredFile
from subsidy.documents.services import folder

# Nothing inside a download may load, run, submit or navigate, whatever its content turns out to be.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
# A PDF opened on a page of its own: the browser's viewer does not work in a sandbox, and needs nothing of ours.
VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


def file_response(stored: StoredFile) -> FileResponse:
    """The bytes as an attachment under their own name and the media type that was found when they came in."""
    return kept_response(stored.path, stored.name, stored.media_type)


def kept_response(path: str, name: str, media_type: str) -> FileResponse:
    """The same of a file that lies at `path` of the folder of documents."""
    opened = (folder() / path).open("rb")
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=media_type)
    _close(response, SANDBOX)
    return response


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A letter of this program, shown in the browser's viewer."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    _close(response, VIEWER)
    return response


def _close(response: HttpResponse | FileResponse, policy: str) -> None:
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
