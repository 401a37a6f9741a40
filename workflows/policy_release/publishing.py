"""Publishing a policy version: what the checks call an error blocks it; only a missing proof may be waived."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from policies.language import Pack, PackSource, PolicyError, parse_pack
from policies.language.award.groups import stacking_findings
from policies.language.check.lint import check_pack
from subsidy.decisions.stacking import GROUPS, uncounted
from subsidy.programmes.models import Policy, PolicyVersion
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData
from workflows.common.turn import Turn

ROOT = Path(__file__).resolve().parents[2]
TRIED_COMPANIES = 1_000_000
LONGEST_TRIAL_SECONDS = 900
NOT_PROVEN = "NOT_PROVEN"


class PublishForm(ActForm):
    """The three texts of a pack; `waiver` is the publisher's reason for going without a proof that is missing."""

    policy_text = forms.CharField(strip=False)
    source_text = forms.CharField(strip=False)
    cases_text = forms.CharField(strip=False)
    name = forms.CharField(max_length=200)
    waiver = forms.CharField(max_length=500, required=False)


@dataclass(frozen=True)
class Checked:
    """A pack, what blocks its publication whatever anyone says, and which proofs are missing."""

    pack: Pack
    errors: tuple[str, ...]
    unproven: tuple[str, ...]


@lru_cache(maxsize=16)
def read_and_check(source: PackSource) -> Checked:
    """Read and check the texts; the same texts once, as proving takes a second. Raises PolicyError."""
    pack = parse_pack(source)
    # Groups are published with the program.
    findings = [*check_pack(source), *stacking_findings(pack, GROUPS), *uncounted(pack)]
    wrong = [finding for finding in findings if finding.severity == "error"]
    return Checked(
        pack,
        tuple(str(finding) for finding in wrong if finding.code != NOT_PROVEN),
        tuple(str(finding) for finding in wrong if finding.code == NOT_PROVEN),
    )


def make_version(turn: Turn) -> PolicyVersion:
    """An immutable version from a pack's texts. Raises BadData with everything that blocks it."""
    data = turn.data
    source = PackSource(
        policy=data["policy_text"], source=data["source_text"], cases=data["cases_text"], name=data["name"]
    )
    try:
        checked = read_and_check(source)
    except PolicyError as error:
        raise BadData(fields={"policy_text": [str(error)]}) from error
    if checked.errors:
        raise BadData(fields={"policy_text": list(checked.errors)})
    if checked.unproven:
        _waive(turn, source, checked.unproven)
    pack = checked.pack
    if pack.illustrative and not settings.ALLOW_ASSUMED_CLAUSES:
        raise _assumed(pack)
    policy, _made = Policy.objects.get_or_create(
        authority_id=turn.authority_id,
        code=pack.code,
        defaults={"title_zh": pack.title.zh, "title_en": pack.title.en},
    )
    return PolicyVersion(
        authority_id=turn.authority_id,
        policy=policy,
        version=pack.version,
        content_hash=pack.content_hash,
        policy_text=data["policy_text"],
        source_text=data["source_text"],
        cases_text=data["cases_text"],
        document_number=pack.document.number,
        effective_from=pack.effective_from,
        effective_to=pack.effective_to,
        illustrative=pack.illustrative,
        published_at=turn.now.at,
    )


def _assumed(pack: Pack) -> BadData:
    sentence = _("Clauses %(clauses)s are assumed. Have each verified against the published text before publishing.")
    return BadData(fields={"policy_text": [str(sentence % {"clauses": ", ".join(pack.assumed_clauses)})]})


def _waive(turn: Turn, source: PackSource, unproven: tuple[str, ...]) -> None:
    """Let the publisher go without proofs: with a reason, and only where a sweep over invented companies is silent."""
    reason = turn.data.get("waiver", "").strip()
    if not reason:
        asked = _(
            "Not everything is proven. Simplify the rule, or give the reason for which you publish without the proof."
        )
        raise BadData(fields={"waiver": [str(asked), *unproven]})
    trials = tried(source)
    against = [trial for trial in trials if not trial["clear"]]
    if against:
        named = ", ".join(f"{trial['kind']} {trial['subject']}".strip() for trial in against)
        sentence = _("Invented companies speak against what is not proven (%(claims)s). Mend the rule or the promise.")
        raise BadData(fields={"waiver": [str(sentence % {"claims": named})]})
    turn.record(waiver=reason, unproven=list(unproven), trials=trials)


@lru_cache(maxsize=16)
def _tried(source: PackSource, companies: int) -> str:
    given = {"policy": source.policy, "source": source.source, "cases": source.cases, "name": source.name}
    # A process of its own: a million companies take memory that a server should not keep.
    done = subprocess.run(
        [sys.executable, "-m", "policies.language.prove.trial"],
        input=json.dumps({**given, "companies": companies}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=LONGEST_TRIAL_SECONDS,
        check=True,
    )
    return done.stdout


def tried(source: PackSource, *, companies: int | None = None) -> list[dict[str, Any]]:
    """What invented companies showed of each claim that is not proven, as `policies.language.prove.trial` answers."""
    found: list[dict[str, Any]] = json.loads(_tried(source, TRIED_COMPANIES if companies is None else companies))
    return found


def published(turn: Turn) -> None:
    version: PolicyVersion = turn.subject
    turn.record(policy=version.policy.code, version=version.version, content_hash=version.content_hash)
