"""Proofs over all possible companies: what a pack claims by being written at all, and what it guarantees.

Every pack claims that someone is eligible, that each tier and each band is reached, that each requirement can be met
and can fail, and that none is redundant; and it guarantees what stands under `guarantees`. Claims are made on sample
days (`Proof.dates`), for every company that the declared ranges admit. A company that shows or refutes a claim is
always decided again; one that `decide` does not confirm is no proof, and the claim is then "not proven".

What the guarantees mean, `fact` being the only thing in which two companies differ:

- always: the condition holds for every company, eligible or not.
- rises_with, falls_with: of two eligible companies, the one with more is never paid less (more).
- kept_by: who is eligible stays eligible with more.
- same_for: outcome and amount are the same, whatever the fact; tiers may differ.
- no_cliff: of two eligible companies one `step` apart, the amounts differ by at most `at_most`. Becoming eligible is no
  cliff, for every threshold would be one; that more of a fact never costs eligibility is kept_by.

An optional fact exists for both companies (for same_for it may be absent for either).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from policies.language.facts import Facts
from policies.language.findings import Finding, Position, Text, finding
from policies.language.model import Pack
from policies.language.prove.answers import NO_REASON, Effort
from policies.language.prove.claims import (
    BAND,
    ELIGIBLE,
    FAILING_MATTERS,
    FAILS,
    MEETING_MATTERS,
    MET,
    NOT_NEGATIVE,
    TIER,
    Claim,
    claims_of,
)
from policies.language.prove.prover import NOT_PROVEN, PROVEN, REFUTED, Outcome, Prover
from policies.language.prove.witness import as_json, in_words

if TYPE_CHECKING:
    from policies.language.check.cases import Case

LISTED_REDUNDANT = "listed_redundant"
OF_REQUIREMENTS = (MET, FAILS, FAILING_MATTERS, MEETING_MATTERS)
_CODES = {
    ELIGIBLE: "NO_ONE_ELIGIBLE",
    TIER: "TIER_UNREACHABLE",
    BAND: "BAND_UNREACHABLE",
    MET: "NEVER_MET",
    FAILS: "REDUNDANT",
    FAILING_MATTERS: "REDUNDANT",
    MEETING_MATTERS: "REDUNDANT",
    NOT_NEGATIVE: "NEGATIVE",
    LISTED_REDUNDANT: "NOT_REDUNDANT",
}
_ADVICE = {
    "NO_ONE_ELIGIBLE": Text("请检查条件之间是否矛盾", "look for conditions that contradict one another"),
    "TIER_UNREACHABLE": Text("请调整等级的顺序或条件", "change the order of the tiers or what they require"),
    "BAND_UNREACHABLE": Text("请合并该档，或检查所用事实的 min、max", "join the band to its neighbour, or check min and max of its facts"),
    "NEVER_MET": Text("请检查条件及所用事实的 min、max", "check the condition, and min and max of its facts"),
    "REDUNDANT": Text("如确需保留，请在 redundant 下写明理由", "if it is meant, list it under redundant with the reason"),
    "NEGATIVE": Text("请写 max(0元, …)", "write max(0元, …)"),
    "NOT_REDUNDANT": Text("并检查条款是否已变", "and see what has changed"),
    "GUARANTEE": Text("请修改公式或撤回该保证", "change the rule or withdraw the guarantee"),
    "NOT_PROVEN": Text(
        "请改写条件，或由发布人说明理由并以百万家企业测算后放行",
        "simplify the rule, or let the publisher waive it with a reason and a sweep over a million companies",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one claim about one decision of a pack (`stage` None: the first).

    `verdict` is proven, refuted or not_proven. `witness` is a company that shows it (a claim that there is one) or
    refutes it (a claim about all); `other` the second company where two are compared. `dates` are the days on which the
    claim was examined; none where the day makes no difference. `because` is the officer's reason for keeping a
    requirement listed under `redundant`; `printed` is the witness as JSON, for a finding to show.
    """

    kind: str
    subject: str
    stage: str | None
    clause: str
    verdict: str
    witness: Facts | None
    other: Facts | None
    dates: tuple[date, ...]
    message: Text
    at: Position
    because: str = ""
    printed: str = ""

    def witness_json(self, pack: Pack) -> str | None:
        """Return the company as the JSON that `policies decide --facts` reads; None where there is none."""
        return None if self.witness is None else as_json(pack, pack.program_of(self.stage), self.witness)

    def other_json(self, pack: Pack) -> str | None:
        """Return the second company likewise."""
        return None if self.other is None else as_json(pack, pack.program_of(self.stage), self.other)


def prove(pack: Pack, *, cases: Sequence[Case] = ()) -> tuple[Proof, ...]:
    """Examine every claim of a pack; `cases` are its worked cases, which show most claims without a solver."""
    effort = Effort()
    found: list[Proof] = []
    for program in (pack.program, *pack.stages.values()):
        known = tuple(case.facts for case in cases if case.stage == program.stage)
        found.extend(_examined(Prover(pack, program, effort, known)))
    return (*found, *_listed(pack, found))


def check(pack: Pack, cases: Sequence[Case]) -> tuple[Finding, ...]:
    """Return what the proofs find wrong with a pack."""
    return findings_of(prove(pack, cases=cases))


def _examined(prover: Prover) -> Iterator[Proof]:
    """Examine the claims about one program, without those that follow from one refuted before."""
    refuted: set[tuple[str, str]] = set()
    for claim in claims_of(prover.pack, prover.program):
        hopeless = (ELIGIBLE, "") in refuted and claim.kind in (TIER, FAILING_MATTERS, MEETING_MATTERS)
        follows = {FAILING_MATTERS: FAILS, MEETING_MATTERS: MET}.get(claim.kind, "")
        if hopeless or (follows, claim.subject) in refuted:
            continue
        outcome = prover.examine(claim)
        if outcome.verdict == REFUTED:
            refuted.add((claim.kind, claim.subject))
        yield _proof(prover, claim, outcome)


def _proof(prover: Prover, claim: Claim, outcome: Outcome) -> Proof:
    because = {entry.id: entry.because for entry in prover.pack.redundant}
    return Proof(
        claim.kind, claim.subject, prover.program.stage, claim.clause, outcome.verdict, outcome.witness, outcome.other,
        tuple(date.fromordinal(day) for day in prover.days), _message(prover, claim, outcome), claim.at,
        because.get(claim.subject, "") if claim.kind in OF_REQUIREMENTS else "",
        "" if outcome.witness is None else as_json(prover.pack, prover.program, outcome.witness),
    )  # fmt: skip


def _message(prover: Prover, claim: Claim, outcome: Outcome) -> Text:
    days = "、".join(date.fromordinal(day).isoformat() for day in prover.days)
    on = Text(f"（在 {days} 各日检验）", f" (examined on {days.replace('、', ', ')})") if days else NO_REASON
    if outcome.verdict == NOT_PROVEN:
        about = claim.message
        return Text(
            f"未能证明或排除：{about.zh}{on.zh}；{outcome.why.zh}",
            f"neither shown nor ruled out: {about.en}{on.en}; {outcome.why.en}",
        )
    if (outcome.verdict == PROVEN) == claim.exists:
        return _example(prover, claim, outcome)
    if claim.exists:
        return Text(claim.message.zh + on.zh, claim.message.en + on.en)
    return Text(f"没有反例{on.zh}", f"no company refutes it{on.en}")


def _example(prover: Prover, claim: Claim, outcome: Outcome) -> Text:
    """Return the company that was found, in words: what is unusual in it, and in what the second differs."""
    assert outcome.witness is not None
    pack, program = prover.pack, prover.program
    found = in_words(pack, program, outcome.witness, outcome.beside)
    zh, en = f"例如：{found.zh}", f"for example: {found.en}"
    if outcome.other is not None:
        second = in_words(pack, program, outcome.other, outcome.witness)
        zh, en = f"{zh}；另一企业仅 {second.zh}", f"{en}; and another with only {second.en}"
    if not claim.exists:
        zh, en = f"{claim.message.zh}。{zh}", f"{claim.message.en}; {en}"
    return Text(zh, en)


def _listed(pack: Pack, proofs: Iterable[Proof]) -> Iterator[Proof]:
    """Yield a proof for each entry under `redundant`: that the requirement is so."""
    for entry in pack.redundant:
        about = [proof for proof in proofs if proof.kind in OF_REQUIREMENTS and proof.subject == entry.id]
        verdicts = {proof.verdict for proof in about}
        verdict = PROVEN if REFUTED in verdicts else NOT_PROVEN if NOT_PROVEN in verdicts else REFUTED
        shown = next((proof for proof in about if proof.kind == FAILING_MATTERS), None)
        example = NO_REASON if shown is None or verdict != REFUTED else shown.message
        stage = about[0].stage if about else None
        yield Proof(
            LISTED_REDUNDANT, entry.id, stage, about[0].clause if about else "", verdict,
            None if shown is None or verdict != REFUTED else shown.witness, None, (),
            Text(
                f"{entry.id} 列在 redundant 下，但它会影响结论，请从中删除。{example.zh}",
                f"{entry.id} is listed under redundant, but it decides; take it off the list; {example.en}",
            ),
            entry.at, entry.because, "" if shown is None or verdict != REFUTED else shown.printed,
        )  # fmt: skip


def findings_of(proofs: Iterable[Proof]) -> tuple[Finding, ...]:
    """Return what blocks publishing (errors) and what wants a reason (warnings, code REDUNDANT).

    A claim that is not proven is an error of code NOT_PROVEN, which only the publisher may waive. A requirement listed
    under `redundant` with its reason is not reported.
    """
    found: list[Finding] = []
    reported: set[str] = set()
    for proof in proofs:
        if proof.verdict == PROVEN or (proof.because and proof.kind != LISTED_REDUNDANT):
            continue
        if proof.kind == LISTED_REDUNDANT and proof.verdict == NOT_PROVEN:
            continue  # reported already, where the proof of the requirement itself is missing
        if proof.kind in OF_REQUIREMENTS and proof.verdict == REFUTED:
            if proof.subject in reported:
                continue  # one word a requirement: the first says most
            reported.add(proof.subject)
        found.append(_finding(proof))
    return tuple(found)


def _finding(proof: Proof) -> Finding:
    code = _CODES.get(proof.kind, "GUARANTEE") if proof.verdict == REFUTED else "NOT_PROVEN"
    advice = _ADVICE[code]
    facts = Text("", "")
    if proof.printed:
        facts = Text(f"。该企业的事实：{proof.printed}", f". The company's facts: {proof.printed}")
    return finding(
        proof.at, code, f"{proof.message.en}; {advice.en}{facts.en}", f"{proof.message.zh}；{advice.zh}{facts.zh}",
        clause=proof.clause, severity="warning" if code == "REDUNDANT" else "error",
    )  # fmt: skip
