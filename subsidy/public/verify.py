"""The page on which anybody finds out whether a paper is genuine: by its code, or by the PDF itself."""

from __future__ import annotations

from allauth.core.ratelimit import consume_or_429
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from subsidy.correspondence.codes import GROUP, LENGTH, is_code, spaced, tidied
from subsidy.public.proving import Logged
from subsidy.public.verifying import MAX_BYTES, TOO_LARGE, Hashed, HashOnly, Paper, paper_by_code, paper_by_hash
from subsidy.web.acts import UNPROCESSABLE

LIMIT = "verify"
FORM_BYTES = 64 * 1024
"""What a request may hold beside the file."""
LONGEST = 60
"""Characters of what is typed that are looked at; a code with its spaces is a good deal shorter."""


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The two ways to ask. A typed code leads to its own address, which is also what the picture on a paper holds."""
    typed = request.GET.get("code", "")[:LONGEST]
    if not typed.strip():
        return _page(request)
    code = tidied(typed)
    if code.isascii() and code.isalnum():
        return HttpResponseRedirect(reverse("public:verify-code", args=[code]))
    return _page(request, typed=typed, wrong=_mistyped(), status=UNPROCESSABLE)


@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What was issued with this code; 404 with a plain answer when nothing was."""
    limited: HttpResponse | None = consume_or_429(request, action=LIMIT, limit_get=True)
    if limited is not None:
        return limited
    tidy = tidied(code[:LONGEST])
    if tidy != code and is_code(tidy):
        return HttpResponseRedirect(reverse("public:verify-code", args=[tidy]))
    if not is_code(tidy):
        return _page(request, typed=code[:LONGEST], wrong=_mistyped(), status=404)
    paper = paper_by_code(tidy)
    if paper is None:
        return _page(request, typed=spaced(tidy), wrong=_unknown(), status=404)
    return _page(request, paper=paper, typed=spaced(tidy))


@require_safe
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """The proof that the event which issued this paper is under the newest signed head, as C2SP tlog-proof."""
    found = _logged(request, code)
    if isinstance(found, HttpResponse):
        return found
    if not found.proven or found.standing.proof is None:
        raise Http404
    return _file(found.standing.proof.as_text(), f"{code}.tlog-proof")


@require_safe
def event(request: HttpRequest, code: str) -> HttpResponse:
    """The event that issued this paper, as it was hashed: what ties the paper's own hash to the proof."""
    found = _logged(request, code)
    if isinstance(found, HttpResponse):
        return found
    if not found.open:
        raise Http404
    return _file(found.as_line(), f"{code}.json")


def _logged(request: HttpRequest, code: str) -> Logged | HttpResponse:
    limited: HttpResponse | None = consume_or_429(request, action=LIMIT, limit_get=True)
    if limited is not None:
        return limited
    paper = paper_by_code(code) if is_code(code) else None
    if paper is None:
        raise Http404
    return paper.logged


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@csrf_exempt  # only so that the handler is set before anything reads the request; `_by_file` protects it
@require_POST
def by_file(request: HttpRequest) -> HttpResponse:
    """Compare an uploaded PDF. It is hashed while it comes in and held nowhere."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + FORM_BYTES:
        return _page(request, wrong_file=TOO_LARGE, status=UNPROCESSABLE)  # refused unread
    request.upload_handlers = [HashOnly(request)]
    answer: HttpResponse = _by_file(request)
    return answer


@csrf_protect
def _by_file(request: HttpRequest) -> HttpResponse:
    limited: HttpResponse | None = consume_or_429(request, action=LIMIT)
    if limited is not None:
        return limited
    given = request.FILES.get("file")
    if not isinstance(given, Hashed):
        return _page(request, wrong_file=_("Choose the PDF first."), status=UNPROCESSABLE)
    refusal = given.refusal()
    if refusal:
        return _page(request, wrong_file=refusal, status=UNPROCESSABLE)
    paper = paper_by_hash(given.sha256)
    if paper is None:
        return _page(request, wrong_file=_altered(), sha256=given.sha256, status=404)
    return _page(request, paper=paper, sha256=given.sha256)


def _page(
    request: HttpRequest,
    *,
    paper: Paper | None = None,
    typed: str = "",
    wrong: str = "",
    wrong_file: str | Promise = "",
    sha256: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "paper": paper,
        "typed": typed,
        "wrong": wrong,
        "wrong_file": wrong_file,
        "has_errors": bool(wrong or wrong_file),
        "sha256": sha256,
        "length": LENGTH,
        "group": GROUP,
    }
    return render(request, "public/verify.html", context, status=status)


def _mistyped() -> str:
    return _(
        "This is not a code: a character was mistyped or left out. It has 20 letters and digits in groups of five. "
        "Compare it with the foot of the paper and enter it again."
    )


def _unknown() -> str:
    return _(
        "No paper was issued with this code. The paper is not genuine, or it was issued by another authority: ask the "
        "office that is named on it, by a telephone number that you know from elsewhere."
    )


def _altered() -> str:
    return _(
        "This file is no paper of this system, or it was changed after it was issued: printing, scanning or saving it "
        "anew changes it too. If you have the paper's code, enter it; else ask the office that is named on it."
    )
