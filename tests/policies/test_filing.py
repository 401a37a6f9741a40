"""What a policy says of filing: who may, and for how long after the window a draft may still be filed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.language import Pack, PackSource, PolicyError, parse_pack
from policies.language.diff.versions import diff
from policies.language.model import FilingDef
from policies.language.render.pack import render_markdown

FOLDER = Path(__file__).resolve().parents[2] / "policies" / "packs" / "flying_sky" / "2023.1"


def pack_with(filing: str = "") -> Pack:
    policy = (FOLDER / "policy.yaml").read_text(encoding="utf-8")
    if filing:
        policy = policy.replace("route:\n  kind: R3\n", f"route:\n  kind: R3\n  filing: {filing}\n")
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in ("source.md", "cases.yaml")]
    return parse_pack(PackSource(policy=policy, source=texts[0], cases=texts[1], name="flying_sky"))


def test_a_policy_that_says_nothing_lets_companies_file_and_gives_no_grace() -> None:
    assert pack_with().route.filing == FilingDef(("company",), registered_here=False, draft_grace_days=0)
    assert "申报主体" not in render_markdown(pack_with(), "zh")


def test_what_it_says_is_read_rendered_and_compared() -> None:
    pack = pack_with("{applicants: [company, branch], registered_here: yes, draft_grace: 2 working days}")
    assert pack.route.filing == FilingDef(("company", "branch"), registered_here=True, draft_grace_days=2)
    assert "申报主体：本区登记的企业（独立法人）、分公司" in render_markdown(pack, "zh")
    assert "up to 2 working days after it" in render_markdown(pack, "en")
    assert [one.kind for one in diff(pack_with(), pack)] == ["route"]


@pytest.mark.parametrize(
    ("filing", "message"),
    [
        ("{applicants: []}", "at least one"),
        ("{applicants: [company, company]}", "each kind once"),
        ("{applicants: [person]}", "company"),
        ("{draft_grace: 2 days}", "working days"),
        ("{draft_grace: 0 working days}", "working days"),
        ("{late: yes}", "late"),
    ],
)
def test_what_cannot_be_meant_is_refused(filing: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        pack_with(filing)
