"""Facts that this system knows by itself, and how: one declared table from the name of a fact to where it stands.

What comes out are rows beside those of the store, each with its source and as-of day; they are not (and must not be)
saved. A register of which no complete list was ever imported says nothing of who does not stand in it: unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from subsidy.applicants.models import CompanyFact
from subsidy.decisions.books import Books
from subsidy.decisions.known_awards import awarded, awards_list
from subsidy.decisions.known_company import (
    founded_on,
    is_legal_person,
    moved_in_on,
    registered_in_city,
    registered_in_district,
    tax_residence_ended,
)
from subsidy.decisions.known_registers import (
    highest_platform,
    listed,
    platform_of,
    renewed_title,
    title_from,
    title_until,
)
from subsidy.decisions.rows import Reads
from subsidy.registers.enums import Register

Way = Callable[[Books, str, Reads], Iterable[CompanyFact]]

KNOWN: Mapping[str, Way] = MappingProxyType(
    {
        # The company's own life, day-exact on the day that decides.
        "founded_on": founded_on,
        "registered_on": founded_on,
        "registered_in_district": registered_in_district,
        "registered_in_city": registered_in_city,
        "moved_in_on": moved_in_on,
        "taxed_in_district": tax_residence_ended,
        "is_legal_person": is_legal_person,
        "legal_person": is_legal_person,
        "host_is_legal_person": is_legal_person,
        # Titles with level and validity.
        "high_tech_until": title_until(Register.HIGH_TECH),
        "certificate_on": title_from(Register.HIGH_TECH),
        "certificate_until": title_until(Register.HIGH_TECH),
        "recognition": renewed_title(Register.HIGH_TECH),
        "tech_sme_until": title_until(Register.TECH_SME),
        "recognised_on": platform_of(otherwise=title_from(Register.PROVINCIAL_TECH_SME)),
        "platform": highest_platform,
        "city_centre_on": title_from(Register.RD_PLATFORM, level="city_centre"),
        "provincial_centre_on": title_from(Register.RD_PLATFORM, level="provincial_centre"),
        "institute_on": title_from(Register.RD_PLATFORM, level="provincial_institute"),
        # Places on lists.
        "is_dishonest": listed(Register.DISHONEST),
        "serious_violation": listed(Register.SERIOUS_VIOLATION),
        "abnormal_operation": listed(Register.ABNORMAL),
        "penalised": listed(Register.PENALTY),
        "above_scale": listed(Register.ABOVE_SCALE),
        # Awards of this system and from before it.
        "prior_awards": awards_list("own", "predecessor"),
        "group_awards": awards_list("group"),
        "paid_before": awarded("own", "predecessor"),
        "group_paid_before": awarded("own", "predecessor", "group"),
    }
)
# A company that stands on one of these counts as standing there, whatever a source says: only the register takes it off.
AGAINST = frozenset({"is_dishonest", "serious_violation", "abnormal_operation", "penalised"})


def rows_known(books: Books, reads: Reads) -> Iterator[CompanyFact]:
    """What is known by itself under the names that are read, on the day of the books."""
    for name in reads.names:
        if name in KNOWN:
            yield from KNOWN[name](books, name, reads)


def outweighs(row: CompanyFact) -> bool:
    """Whether the row is a place on an adverse list, which no other statement can take away."""
    return not row.is_kept and row.name in AGAINST and row.integer == 1


def is_past(row: CompanyFact, books: Books) -> bool:
    """Whether a statement on the tax office's district is from before the company's last move: it says nothing of now."""
    moves = [move.effective_on for move in books.moves if move.effective_on <= books.on]
    return bool(moves) and row.name == "taxed_in_district" and row.as_of < moves[-1] and not row.is_override
