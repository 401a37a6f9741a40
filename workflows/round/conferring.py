"""What a decree confers besides money: the titles that its policy names, in the register, with certificate numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policies.language import Pack
from subsidy.decisions.models import Decree, RoundRow
from subsidy.programmes.packs import pack_of
from subsidy.registers.conferring import Conferred, titles_confer
from workflows.common.turn import Turn


def confer(turn: Turn, decree: Decree, rows: Iterable[RoundRow]) -> None:
    """Write the title of each row that the decree grants, from the day of the decree on; nothing without a title."""
    pack = pack_of(turn.subject.call.policy_version)
    title = pack.recognition
    if title is None:
        return
    last = title.last_day(decree.issued_on)
    entries = titles_confer(
        [_conferred(pack, row) for row in rows],
        authority_id=turn.subject.authority_id,
        register=title.register,
        first=decree.issued_on,
        last=last,
        document_number=decree.number,
        now=turn.now,
        actor=turn.actor,
    )
    turn.record(
        register=title.register,
        valid_to=last,
        titles=[[row.certificate_number, row.level, row.change, row.follows_id] for row in entries],
    )


def _conferred(pack: Pack, row: RoundRow) -> Conferred:
    assert pack.recognition is not None  # the caller looked
    level = pack.recognition.level_of(row.case.tier)
    said = words_of(pack, level)
    return Conferred(
        company_id=row.case.company_id,
        case_key=row.case_id,
        level=level,
        certificate_number=certificate_number(row.case.number),
        words=said,
        same=frozenset(said.get("level", {}).values()),
    )


def words_of(pack: Pack, level: str) -> dict[str, Any]:
    """Title and level in the words of the policy, as the register keeps them."""
    assert pack.recognition is not None
    title = pack.recognition.text
    said: dict[str, Any] = {"title": {"zh": title.zh, "en": title.en}}
    named = [one.text for one in pack.recognition.levels if one.id == level]
    if named:
        said["level"] = {"zh": named[0].zh, "en": named[0].en}
    return said


def certificate_number(case_number: str) -> str:
    """The number of the certificate of a case: one case confers one title."""
    return f"{case_number}-CT"
