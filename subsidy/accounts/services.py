"""Founding a bureau."""

from __future__ import annotations

from subsidy.accounts.models import Authority


def authority_found(*, code: str, name_zh: str, name_en: str, short_name: str, region: str) -> Authority:
    """Found a bureau (idempotent by code)."""
    authority, _made = Authority.objects.get_or_create(
        code=code,
        defaults={"name_zh": name_zh, "name_en": name_en, "short_name": short_name, "region": region},
    )
    return authority
