"""Addresses of the auditor's console; `subsidy.console.urls` includes them under `audit/`."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
