"""The description of the API for programs, as one document, and for people, as pages made of the same document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from subsidy.api.description import document
from subsidy.api.parts import parameters
from subsidy.web.components import Text
from workflows.common.refusals import Refused


@cache
def described(_language: str | None) -> dict[str, Any]:
    """The description in the active language, which is named so that each is made once a process."""
    return document()


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The whole description, for programs; it needs no token."""
    text = json.dumps(described(get_language()), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


@dataclass(frozen=True)
class Operation:
    """One request as a page shows it."""

    name: str
    method: str
    path: str
    title: str
    parameters: list[dict[str, Any]]
    takes: str
    example: str
    answer: str


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """How the API is used, and which kinds there are."""
    whole = described(get_language())
    counts: dict[str, int] = {}
    for _path, _method, operation in _operations(whole):
        counts[operation["tags"][0]] = counts.get(operation["tags"][0], 0) + 1
    headers = [one for name, one in parameters().items() if name != "IfMatchOptional"]
    return render(request, "api/docs.html", {"info": whole["info"], "counts": counts, "headers": headers})


@require_safe
def kind(request: HttpRequest, tag: str) -> HttpResponse:
    """All requests of one kind, each with what it takes and an example of both sides."""
    whole = described(get_language())
    found = [
        _shown(whole, path, method, operation)
        for path, method, operation in _operations(whole)
        if operation["tags"][0] == tag
    ]
    if not found:
        raise Http404(f"the API has no kind {tag}")
    return render(request, "api/docs_kind.html", {"tag": tag, "operations": found})


def _operations(whole: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def _shown(whole: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    media, sent = next(iter(operation.get("requestBody", {}).get("content", {"": {}}).items()))
    good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    answer: dict[str, Any] = next(iter(good.get("content", {}).values()), {})
    given = [*whole["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        title=operation["summary"],
        parameters=[_parameter(whole, one) for one in given if "Language" not in one.get("$ref", "")],
        takes=media,
        example=_pretty(sent.get("example")),
        answer=_pretty(answer.get("example")),
    )


def _parameter(whole: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """A parameter with everything that a page shows of it."""
    if "$ref" in one:
        one = whole["components"]["parameters"][one["$ref"].rpartition("/")[2]]
    schema = one["schema"]
    words = one.get("description") or schema.get("description") or schema.get("title") or ""
    return {
        "name": one["name"],
        "required": one.get("required", False),
        "words": words,
        "values": schema.get("enum", ()),
    }


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)


@dataclass(frozen=True)
class Problem:
    """One code of problem details: what it means, and what to do."""

    code: str
    status: int
    words: Text

    @property
    def phrase(self) -> str:
        return HTTPStatus(self.status).phrase


_OF_THE_PROTOCOL = (
    Problem("credentials", 401, _("Send a token that is alive: Authorization: Bearer, one space, the token.")),
    Problem("method", 405, _("This address does not take this method. Look it up in the description of the API.")),
    Problem("media_type", 415, _("Send JSON, or a form where a file goes along, and accept JSON.")),
    Problem("size", 413, _("The body is too large. Send fewer rows at once.")),
    Problem("throttled", 429, _("Too many requests in this minute. Wait as many seconds as Retry-After says.")),
)


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """Every code that a refusal may carry; the address in `type` leads to its place here."""
    return render(request, "api/problems.html", {"problems": every_problem()})


def every_problem() -> list[Problem]:
    """By code; a code of several classes is explained by the most general of them."""
    found = {one.code: one for one in _OF_THE_PROTOCOL}
    for kind in _kinds_of(Refused):
        found.setdefault(kind.code, Problem(kind.code, kind.status, kind.default_message))
    return sorted(found.values(), key=lambda one: (one.status, one.code))


def _kinds_of(kind: type[Refused]) -> Iterator[type[Refused]]:
    """The class and those made of it, the nearest first."""
    waiting = [kind]
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting += one.__subclasses__()
