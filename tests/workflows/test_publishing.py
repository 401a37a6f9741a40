"""Publishing: a missing proof can be waived, with a reason and with invented companies silent; nothing else can."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from subsidy.audit.models import Event
from subsidy.programmes.models import PolicyVersion
from tests.world import World
from workflows.common.refusals import BadData
from workflows.policy_release import publishing

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "policy-author.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(?:yaml|markdown)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
# The deciding day is fixed in proofs, so that nothing about it can be proven. That the amount never rises while a firm
# waits is true (invoices grow old, the rate falls); that it stays the same is false.
TRUE, FALSE = "falls_with: filed_on", "same_for: filed_on"


def texts(promise: str = "", policy: str = "") -> dict[str, Any]:
    """Return the guide's example with one promise more, or changed otherwise."""
    found = {name: next(text for text in BLOCKS if f"# {name}" in text or f"<!-- {name}" in text)
             for name in ("policy.yaml", "source.md", "cases.yaml")}  # fmt: skip
    rules = policy or found["policy.yaml"]
    if promise:
        rules = rules.replace("guarantees:\n", f"guarantees:\n  - {promise}\n", 1)
    return {
        "policy_text": rules, "source_text": found["source.md"], "cases_text": found["cases.yaml"], "name": "example",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def few_companies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "TRIED_COMPANIES", 3000)


@pytest.fixture
def world(db: None) -> World:
    return World()


def publish(world: World, data: dict[str, Any]) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=world.open("policy_version", "publish", "policy2", data))


def test_a_version_without_faults_needs_no_waiver(world: World) -> None:
    assert publish(world, texts()).version == "2024.1"


def test_a_missing_proof_blocks_until_the_publisher_gives_a_reason(world: World) -> None:
    with pytest.raises(BadData) as refused:
        publish(world, texts(TRUE))
    assert "filed_on" in " ".join(refused.value.fields["waiver"])
    version = publish(world, {**texts(TRUE), "waiver": "deciding days were compared by hand"})
    event = Event.objects.get(stream="policy_version", stream_id=version.pk, action="publish")
    body = json.loads(event.body)["data"]
    assert body["waiver"] == "deciding days were compared by hand"
    assert [(trial["kind"], trial["companies"], trial["clear"]) for trial in body["trials"]] == [
        ("falls_with", 3000, True)
    ]


def test_a_reason_does_not_help_where_companies_speak_against_it(world: World) -> None:
    with pytest.raises(BadData) as refused:
        publish(world, {**texts(FALSE), "waiver": "it will do"})
    assert "same_for filed_on" in refused.value.fields["waiver"][0]
    assert not PolicyVersion.objects.exists()


def test_a_reason_waives_no_other_fault(world: World) -> None:
    with pytest.raises(BadData) as refused:
        publish(world, {**texts("always: amount <= 1元"), "waiver": "it will do"})
    assert "policy_text" in refused.value.fields


def test_a_group_that_is_not_there_blocks(world: World) -> None:
    stacked = texts()["policy_text"].replace(
        "undertakings:", "stacking: [{group: nowhere@1, key: [company]}]\nundertakings:", 1
    )
    with pytest.raises(BadData) as refused:
        publish(world, texts(policy=stacked))
    assert "nowhere@1" in refused.value.fields["policy_text"][0]
