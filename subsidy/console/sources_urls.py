"""Addresses of the imports of facts; `subsidy.console.urls` includes them under `sources/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console.sources import imports

urlpatterns: list[URLPattern] = [
    path("", imports.listing, name="sources"),
    path("layouts/", imports.layouts, name="sources-layouts"),
    path("upload/", imports.upload, name="sources-upload"),
    path("<int:pk>/", imports.show, name="sources-import"),
    path("<int:pk>/file/", imports.file, name="sources-file"),
    path("<int:pk>/acts/<slug:action>/", imports.FactImportAct.as_view(), name="sources-act"),
]
