"""Open data as files: CSV and JSON Lines, streamed, with one published description (a Frictionless data package)."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from subsidy.public.open_data import DATASETS, Dataset
from subsidy.web.exports import Echo, safe

PACKAGE = "grants-open-data"


def csv_lines(dataset: Dataset) -> Iterator[str]:
    """UTF-8 with a head of field names. A text that a spreadsheet would run gets an apostrophe in front."""
    writer: Any = csv.writer(Echo())
    yield writer.writerow([field.name for field in dataset.fields])
    for row in dataset.rows():
        yield writer.writerow([_cell(field.of(row)) for field in dataset.fields])


def _cell(value: str | int | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(value) if isinstance(value, str) else str(value)


def json_lines(dataset: Dataset) -> Iterator[str]:
    """One object a line, every value as it is."""
    for row in dataset.rows():
        yield json.dumps({field.name: field.of(row) for field in dataset.fields}, ensure_ascii=False) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Dataset], Iterator[str]]]] = {
    "csv": ("text/csv", csv_lines),
    "jsonl": ("application/jsonl", json_lines),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Which tables there are, in which forms, with what every field means."""
    tables = [
        (one, [(name.upper(), _address(one, name)) for name in FORMATS])
        for one in DATASETS.values()
    ]  # fmt: skip
    return render(request, "public/open_data.html", {"tables": tables})


@require_safe
def file(_request: HttpRequest, dataset: str, wanted: str) -> StreamingHttpResponse:
    """One table; Http404 for one that there is not."""
    found = DATASETS.get(dataset)
    if found is None:
        raise Http404(f"no open data named {dataset}")
    media_type, lines = FORMATS[wanted]
    return StreamingHttpResponse(
        lines(found),
        content_type=f"{media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.name}.{wanted}"'},
    )


@require_safe
def package(request: HttpRequest) -> JsonResponse:
    """The description for programs: Data Package with Table Schema, titles in the language asked for."""
    resources = [_resource(request, one, wanted) for one in DATASETS.values() for wanted in FORMATS]
    body = {"profile": "tabular-data-package", "name": PACKAGE, "resources": resources}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _resource(request: HttpRequest, dataset: Dataset, wanted: str) -> dict[str, Any]:
    return {
        "name": f"{dataset.name}-{wanted}",
        "path": request.build_absolute_uri(_address(dataset, wanted)),
        "title": str(dataset.title),
        "description": str(dataset.about),
        "format": wanted,
        "mediatype": FORMATS[wanted][0],
        "encoding": "utf-8",
        "schema": {
            "fields": [{"name": one.name, "type": one.kind, "title": str(one.title)} for one in dataset.fields],
            "primaryKey": list(dataset.key),
            "missingValues": [""],
        },
    }


def _address(dataset: Dataset, wanted: str) -> str:
    return reverse(f"public:open-data-{wanted}", args=[dataset.name])
