"""The papers of an application: slot by slot, add, replace, remove, download. A refused upload leaves the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.cases.papers import papers_filed
from subsidy.documents.checks import ALLOWED, MAX_BYTES
from subsidy.documents.models import StoredFile
from subsidy.documents.responses import file_response
from subsidy.portal.access import my_case, my_filing
from subsidy.portal.sections import FILING, Filing, shown_file
from subsidy.portal.views.application import crumbs_to
from subsidy.web.acts import UNPROCESSABLE, new_key, submit
from subsidy.web.components import Crumb, File
from subsidy.web.formats import file_size
from workflows.case.fields import spoken
from workflows.common.refusals import BadData

PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Slot:
    """One paper that the policy asks for: what is there, whether it is needed, the form to add one."""

    id: str
    title: str
    required: bool
    editable: bool
    files: list[tuple[StoredFile, File, bool]]
    error: str
    key: str


class Documents(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.page(request, my_case(request, number))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = my_case(request, number)
        slot = request.POST.get("slot", "")
        data = {"slot": slot, "replaces": request.POST.get("replaces", "")}
        try:
            submit(request, "case", case.pk, "attach", data=data, files=request.FILES)
        except BadData as refusal:
            said = [message for found in refusal.fields.values() for message in found] or [str(refusal.message)]
            if "file" not in request.FILES:
                said = [_("Choose a file first.")]
            return self.page(request, case, wrong={slot: " ".join(said)})
        messages.success(request, _("The document was added."))
        return redirect(self.back(case) + f"#slot-{slot}")

    def back(self, case: Case) -> str:
        return reverse("portal:documents", args=[case.number])

    def page(self, request: HttpRequest, case: Case, *, wrong: dict[str, str] | None = None) -> HttpResponse:
        filing = my_filing(request, case)
        slots = slots_of(filing, wrong or {})
        context = {
            "case": case,
            "slots": slots,
            "wrong": [slot for slot in slots if slot.error],
            "has_errors": bool(wrong),
            "accept": ",".join(ALLOWED),
            "limit": file_size(MAX_BYTES),
            "filing_now": case.state in FILING,
            "may_file": filing.may_file,
            "next_url": reverse(f"portal:{_next_page(case)}", args=[case.number]),
            "crumbs": crumbs_to(case, Crumb(_("Documents"))),
        }
        return render(request, "portal/documents.html", context, status=UNPROCESSABLE if wrong else 200)


def _next_page(case: Case) -> str:
    return {CaseState.DRAFT: "tasks", CaseState.AWAITING_CORRECTION: "correction"}.get(CaseState(case.state), "case")


def slots_of(filing: Filing, wrong: dict[str, str]) -> list[Slot]:
    """Every paper of the policy in its order, with its files and what was wrong with the last try."""
    return [
        Slot(
            id=paper.id,
            title=spoken(paper.text),
            required=paper.id in filing.required,
            editable=filing.editable(paper.id),
            files=[(file, shown_file(filing, file), file.media_type in PICTURES) for file in filing.held(paper.id)],
            error=wrong.get(paper.id, ""),
            key=new_key(),
        )
        for paper in filing.pack.documents
    ]


def my_file(case: Case, pk: int) -> StoredFile:
    """A file that the company filed in the case, also one that was replaced. Raises Http404 for any other as for none."""
    stored: StoredFile | None = papers_filed(case).filter(pk=pk).first()
    if stored is None:
        raise Http404(f"no file {pk} on this case")
    return stored


class Download(LoginRequiredMixin, View):
    """The bytes as they came in, always as an attachment; pictures on our pages show them too."""

    def get(self, request: HttpRequest, number: str, pk: int) -> FileResponse:
        return file_response(my_file(my_case(request, number), pk))


class Remove(LoginRequiredMixin, View):
    """Takes a document out of the application; its bytes are kept for the record."""

    def get(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        my_file(my_case(request, number), pk)
        return redirect("portal:documents", number=number)

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        case = my_case(request, number)
        stored = my_file(case, pk)
        if stored.replaced_at is None:
            data: dict[str, Any] = {"file": pk}
            submit(request, "case", case.pk, "detach", data=data)
            messages.success(request, _("%(name)s was removed.") % {"name": stored.name})
        return redirect("portal:documents", number=number)
