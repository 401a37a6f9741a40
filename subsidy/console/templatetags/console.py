"""Formats of the console alone."""

from __future__ import annotations

from django import template

from subsidy.console import case_page

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """Hundredths of a point as text."""
    return case_page.points(hundredths)
