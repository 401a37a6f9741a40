"""What a delivered list would change, compared with what is held: added, changed, gone, the same, or not taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from subsidy.applicants.models import Company
from subsidy.registers.columns import ListLine
from subsidy.registers.enums import LISTS, Change, ImportKind, LineOutcome
from subsidy.registers.models import PriorAward, RegisterEntry, RegisterImport
from subsidy.registers.selectors import current_awards
from subsidy.registers.spans import chains, span_on

Chain = list[RegisterEntry]


@dataclass(frozen=True)
class Difference:
    """One line beside what is held; without an outcome both say the same. `change` is what would be written."""

    line: ListLine
    outcome: LineOutcome | None = None
    company: Company | None = None
    entry: RegisterEntry | None = None
    award: PriorAward | None = None
    change: Change | None = None
    code: str = ""
    detail: str = ""

    @property
    def before(self) -> str:
        """What is held, in words of the register itself."""
        if self.entry is not None:
            last = self.entry.valid_to or "…"
            said = (self.entry.certificate_number, self.entry.level, f"{self.entry.valid_from} – {last}")
            return " · ".join(part for part in said if part)
        return f"{self.award.amount_fen / 100:.2f} · {self.award.conferred_on}" if self.award is not None else ""


def differences(lines: Iterable[ListLine], about: RegisterImport, *, part: bool = False) -> Iterator[Difference]:
    """Each line of a file, and for a complete list what it no longer has; a few statements whatever its length.

    Of a `part` of a file only the lines are compared; what the whole of it no longer has is found by `gone`.
    """
    lines = list(lines)
    found = {line.uscc for line in lines if line.uscc}
    companies = {one.uscc: one for one in Company.objects.filter(authority=about.authority_id, uscc__in=found)}
    compare: _Awards | _Entries
    if about.kind == ImportKind.PRIOR_AWARDS:
        compare = _Awards(about, {one.pk for one in companies.values()})
    elif about.complete and not part:
        compare = _Entries(about)
    else:
        numbers = {line.said.get("certificate_number") or "" for line in lines} - {""}
        compare = _Entries(about, {one.pk for one in companies.values()}, numbers)
    for line in lines:
        company = companies.get(line.uscc)
        if line.code:
            if company is not None:
                compare.unclear.add(company.pk)
            yield Difference(line, LineOutcome.BAD, company, code=line.code, detail=line.detail)
        elif company is None:
            yield Difference(line, LineOutcome.BAD, code="unknown_company")
        else:
            yield compare.one(line, company)
    if not part:
        yield from compare.rest()


def gone(about: RegisterImport, numbers: Mapping[int, Iterable[str]]) -> Iterator[Difference]:
    """What a complete list no longer has of some companies; `numbers` are those that it names of each, by company."""
    compare = _Entries(about, set(numbers))
    taken = about.rows.filter(outcome=LineOutcome.BAD, company__in=list(numbers)).exclude(code="later_held")
    compare.unclear |= set(taken.values_list("company", flat=True))
    for company_id, theirs in numbers.items():
        for number in theirs:
            compare.keep(company_id, number)
    yield from compare.rest()


class _Awards:
    """Awards from before this system: told apart by measure, decree and title."""

    def __init__(self, about: RegisterImport, companies: set[int]) -> None:
        rows = current_awards().filter(authority=about.authority_id, company__in=companies)
        self.held = {(row.company_id, row.pack, row.document_number, row.title): row for row in rows}
        self.unclear: set[int] = set()

    def one(self, line: ListLine, company: Company) -> Difference:
        said = line.said
        held = self.held.get((company.pk, said["pack"], said["document_number"], said.get("title") or ""))
        if held is None:
            return Difference(line, LineOutcome.ADDED, company, change=Change.NOTED)
        ours = (held.amount_fen, held.conferred_on, held.certificate_day, held.group, held.group_key)
        theirs = (
            *(said["amount_fen"], said["conferred_on"], said.get("certificate_day") or held.certificate_day),
            *(said.get("group") or "", said.get("group_key") or []),
        )
        if ours == theirs:
            return Difference(line, None, company, award=held)
        return Difference(line, LineOutcome.CHANGED, company, award=held, change=Change.CORRECTED)

    def rest(self) -> Iterator[Difference]:
        """An award does not go away because a later file is silent about it."""
        return iter(())


class _Entries:
    """Titles and places on lists: told apart by company and number."""

    def __init__(self, about: RegisterImport, companies: set[int] | None = None, numbers: Iterable[str] = ()) -> None:
        """Of all companies, or of some and of those who hold one of the numbers."""
        self.about = about
        rows = RegisterEntry.objects.filter(authority=about.authority_id, kind=about.register)
        if companies is not None:
            holders = rows.filter(certificate_number__in=list(numbers)).values("company")
            rows = rows.filter(Q(company__in=companies) | Q(company__in=holders))
        rows = rows.select_related("company")
        self.of_company: dict[int, list[Chain]] = {}
        self.owner: dict[str, Company] = {}
        for chain in chains(rows):
            self.of_company.setdefault(chain[0].company_id, []).append(chain)
            for row in chain:
                if row.certificate_number:
                    self.owner[row.certificate_number] = row.company
        self.unclear: set[int] = set()
        self.kept: set[int] = set()

    def one(self, line: ListLine, company: Company) -> Difference:
        number = line.said.get("certificate_number") or ""
        owner = self.owner.get(number)
        if owner is not None and owner.pk != company.pk:
            self.unclear.add(company.pk)
            return Difference(line, LineOutcome.BAD, company, code="number_of_other", detail=owner.name)
        chain = self._chain(company.pk, number)
        if chain is None:
            return Difference(line, LineOutcome.ADDED, company, change=Change.NOTED)
        head = chain[-1]
        self.kept.add(head.pk)
        return self._beside(line, company, chain, head, number)

    def keep(self, company_id: int, number: str) -> None:
        """Note that the list names what the number belongs to."""
        chain = self._chain(company_id, number)
        if chain is not None:
            self.kept.add(chain[-1].pk)

    def _chain(self, company_id: int, number: str) -> Chain | None:
        """The line of descent that a number belongs to; a title of another number renews the latest."""
        held = self.of_company.get(company_id, [])
        for chain in held:
            if any(row.certificate_number == number for row in chain):
                return chain
        if self.about.register in LISTS and number:
            return None  # several entries of one company stand beside one another
        return max(held, key=lambda chain: chain[-1].valid_from, default=None)

    def _beside(self, line: ListLine, company: Company, chain: Chain, head: RegisterEntry, number: str) -> Difference:
        said = line.said
        later = Difference(line, LineOutcome.BAD, company, entry=head, code="later_held", detail=_told(head))
        if head.change == Change.ENDED:
            if said["valid_from"] >= head.effective_on:
                return Difference(line, LineOutcome.CHANGED, company, entry=head, change=Change.RENEWED)
            return later
        if head.certificate_number != number:
            if said["valid_from"] > head.valid_from:
                return Difference(line, LineOutcome.CHANGED, company, entry=head, change=Change.RENEWED)
            return Difference(line, None, company, entry=head) if self._is_earlier(chain, said, number) else later
        dates = (head.valid_from, head.valid_to) == (said["valid_from"], said.get("valid_to"))
        level = said.get("level")
        raised = level is not None and level != head.level
        if (raised or not dates) and self.about.as_of < head.effective_on:
            return later  # an older list does not undo what is known since
        if raised:
            return Difference(line, LineOutcome.CHANGED, company, entry=head, change=Change.UPGRADED)
        if not dates:
            return Difference(line, LineOutcome.CHANGED, company, entry=head, change=Change.CORRECTED)
        return Difference(line, None, company, entry=head)

    def _is_earlier(self, chain: Chain, said: Any, number: str) -> bool:
        return any(row.certificate_number == number and row.valid_from == said["valid_from"] for row in chain)

    def rest(self) -> Iterator[Difference]:
        """What a complete list no longer has. A company with a line that could not be taken is left alone."""
        if not self.about.complete:
            return
        for company_id, held in self.of_company.items():
            for chain in held:
                span = span_on(chain, self.about.as_of)
                left_alone = chain[-1].pk in self.kept or company_id in self.unclear
                if span is None or left_alone or chain[-1].change == Change.ENDED:
                    continue
                line = ListLine(0, chain[-1].company.uscc, {})
                yield Difference(line, LineOutcome.GONE, chain[-1].company, entry=chain[-1], change=Change.ENDED)


def _told(entry: RegisterEntry) -> str:
    day: dt.date = entry.effective_on if entry.change == Change.ENDED else entry.valid_from
    return f"{entry.certificate_number} {day}".strip()
