"""The description of the API, made from the registries (see docs/adr/0031)."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema


class KindSchema(AutoSchema):  # type: ignore[misc]
    """How one address of one kind of matter is described."""
