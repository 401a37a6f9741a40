"""Published versions: read back as they were published, never changed, and not believed when they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from policies.language import load_pack
from subsidy.programmes import packs
from subsidy.programmes.models import PolicyVersion
from tests.world import PACKS, World


@pytest.fixture
def version(db: None) -> PolicyVersion:
    packs._parsed.cache_clear()
    return World().policy()


def folder(version: PolicyVersion) -> Path:
    return PACKS / version.policy.code / version.version


def test_a_version_reads_as_its_pack_does(version: PolicyVersion) -> None:
    pack = packs.pack_of(version)
    assert pack.content_hash == version.content_hash == load_pack(folder(version)).content_hash
    assert (pack.code, pack.version) == ("flying_sky", "2023.1")
    assert (version.effective_from, version.effective_to) == (pack.effective_from, pack.effective_to)
    assert version.illustrative is pack.illustrative is True


def test_two_bureaus_may_publish_the_same_pack(version: PolicyVersion) -> None:
    other = World(code="bj").policy()
    assert other.pk != version.pk
    assert packs.pack_of(other) == packs.pack_of(version)


@pytest.mark.parametrize("column", ["policy_text", "source_text", "cases_text", "content_hash"])
def test_the_database_refuses_to_change_a_published_version(version: PolicyVersion, column: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**{column: "x"})


def test_a_text_changed_behind_the_trigger_is_not_decided_by(version: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE programmes_policyversion DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE programmes_policyversion SET policy_text = replace(policy_text, '1000万元', '2000万元')"
        )
    with pytest.raises(ValueError, match="changed in the database"):
        packs.pack_of(version)
