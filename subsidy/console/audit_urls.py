"""Addresses of the auditor's pages; `subsidy.console.urls` includes them under `audit/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console.audit import views

urlpatterns: list[URLPattern] = [
    path("", views.search, name="audit"),
    path("cases/", views.cases, name="audit-cases"),
    path("cases/<str:number>/", views.case, name="audit-case"),
]
