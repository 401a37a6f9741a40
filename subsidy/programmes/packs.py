"""Policy versions as the language reads them; parsed once a process and content hash."""

from __future__ import annotations

from functools import lru_cache

from policies.language import Pack, PackSource, parse_pack
from subsidy.programmes.models import PolicyVersion


@lru_cache(maxsize=64)
def _parsed(content_hash: str) -> Pack:
    row = PolicyVersion.objects.only("policy_text", "source_text", "cases_text", "version").filter(
        content_hash=content_hash
    )[:1]
    version = row[0]
    pack = parse_pack(
        PackSource(
            policy=version.policy_text,
            source=version.source_text,
            cases=version.cases_text,
            name=f"policy version {version.pk}",
        )
    )
    if pack.content_hash != content_hash:
        raise ValueError(
            f"policy version {version.pk} does not hash to what was pinned: it was changed in the database"
        )
    return pack


def pack_of(version: PolicyVersion) -> Pack:
    """The rules of a policy version (ValueError when the stored text no longer has the pinned hash)."""
    return _parsed(version.content_hash)
