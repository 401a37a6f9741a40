"""Addresses of the finance console; `subsidy.console.urls` includes them under `finance/`."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
