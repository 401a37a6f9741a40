"""What of a generated company answers a fact of a pack, and who says it.

The packs are those that the district is decided under: the Flying-Sky plan, technology SMEs and the research subsidy.

Values are in the notation of `facts_from_json`: money as integer fen, dates ISO, yes/no as booleans, None for "known
not to exist". A value that nobody has (a year not reported) is left out: unknown, not absent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.language import Pack
from subsidy.demo.district import HOME, GeneratedCompany, YearFigures
from subsidy.demo.profile import ABOVE_SCALE_FEN, Profile, profile_of

JsonValue = int | str | bool | None | list[dict[str, Any]]
Reader = Callable[[GeneratedCompany, dt.date], JsonValue]

TAX_LAG = dt.timedelta(days=60)
"""How long the tax office takes to follow a company that moves."""

INCIDENT_YEARS = 2

FILED_ON = {"2022.1": dt.date(2022, 5, 20), "2023.1": dt.date(2024, 2, 28)}
"""A day inside the window of the call of each version; facts of "last year" are those of the year before it."""


class NotReportedError(Exception):
    """Nobody has reported the value."""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A value that the state holds about a company: who says it (`source`, a pack's `from:`) and as of which day."""

    name: str
    value: JsonValue
    source: str
    as_of: dt.date
    raw: str


def _figure(field: str, years_back: int, *, optional: bool = False) -> Reader:
    """A figure of the year that lies `years_back` years before the filing."""

    def read(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
        year = filed_on.year - years_back
        figures = company.figures(year)
        if figures is not None:
            value: int = getattr(figures, field)
            return value
        if optional and year < company.founded_on.year:
            return None
        raise NotReportedError

    return read


def _last_year(reckon: Callable[[GeneratedCompany, YearFigures], int]) -> Reader:
    """Something reckoned from the figures of the year before the filing."""

    def read(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
        figures = company.figures(filed_on.year - 1)
        if figures is None:
            raise NotReportedError
        return reckon(company, figures)

    return read


def _of_profile(name: str) -> Reader:
    def read(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
        value: bool | str | dt.date | None = getattr(profile_of(company), name)
        return value.isoformat() if isinstance(value, dt.date) else value

    return read


def _flag(kind: str) -> Reader:
    def read(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
        return any(
            flag.kind == kind and flag.since_on <= filed_on and (flag.ended_on is None or flag.ended_on > filed_on)
            for flag in company.credit_flags
        )

    return read


def _incident(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
    since = dt.date(filed_on.year - INCIDENT_YEARS, filed_on.month, min(filed_on.day, 28))
    return any(flag.kind == "major_incident" and since <= flag.since_on <= filed_on for flag in company.credit_flags)


def _is_home(company: GeneratedCompany, on: dt.date) -> bool:
    if company.move is None:
        return company.region == HOME
    return (company.move.from_region if on < company.move.on else company.move.to_region) == HOME


def _high_tech_until(company: GeneratedCompany, filed_on: dt.date) -> JsonValue:
    held = [
        held.valid_to
        for held in company.recognitions
        if held.kind == "national_high_tech" and held.valid_from <= filed_on
    ]
    return max(held).isoformat() if held else None


_READERS: Mapping[str, Reader] = {
    "submitted_on": lambda company, filed_on: filed_on.isoformat(),
    "registered_in_district": _is_home,
    "taxed_in_district": lambda company, filed_on: _is_home(company, filed_on - TAX_LAG),
    "founded_on": lambda company, filed_on: company.founded_on.isoformat(),
    "sales_y1": _figure("revenue_fen", 1),
    "sales_y2": _figure("revenue_fen", 2, optional=True),
    "sales_y3": _figure("revenue_fen", 3, optional=True),
    "rd_y1": _figure("rd_fen", 1),
    "high_tech_until": _high_tech_until,
    "valuation": lambda company, filed_on: company.valuation_fen,
    "contribution_y1": _figure("contribution_fen", 1),
    "contribution_y2": _figure("contribution_fen", 2),
    "is_dishonest": _flag("dishonest_debtor"),
    "serious_violation": _flag("serious_violation"),
    "abnormal_operation": _flag("abnormal_operation"),
    "major_incident": _incident,
    "commitment_signed": lambda company, filed_on: True,
    # Technology SMEs, whose figures are of last year without saying so.
    "resident_enterprise": lambda company, filed_on: True,
    "staff": _figure("staff", 1),
    "sales": _figure("revenue_fen", 1),
    "rd": _figure("rd_fen", 1),
    "science_staff": _figure("rd_staff", 1),
    "costs": _last_year(lambda company, figures: profile_of(company).costs_fen(figures)),
    "assets": _last_year(lambda company, figures: profile_of(company).assets_fen(figures)),
    "banned_product": _of_profile("banned_product"),
    "research_dishonesty": _of_profile("research_dishonesty"),
    "rd_body": _of_profile("rd_body"),
    # The research subsidy.
    "legal_person": _of_profile("legal_person"),
    "above_scale": _last_year(lambda company, figures: figures.revenue_fen >= ABOVE_SCALE_FEN),
    "tech_sme_until": _of_profile("tech_sme_until"),
    "performance": _of_profile("grade"),
    "rd_y2": _figure("rd_fen", 2, optional=True),
    "city_subsidy": _of_profile("city_subsidy"),
}

_LISTS: Mapping[str, Callable[[Profile], list[dict[str, Any]]]] = {
    "ip": lambda profile: [{"number": right.number, "kind": right.kind} for right in profile.rights],
    "prizes": lambda profile: [
        {"prize": prize.number, "conferred_on": prize.conferred_on.isoformat(), "place": prize.place}
        for prize in profile.prizes
    ],
    "standards": lambda profile: [
        {"standard": one.number, "issued_on": one.issued_on.isoformat(), "level": one.level, "led": one.led}
        for one in profile.standards
    ],
}

_RAW_SOURCES = {"tax": "区税务局", "registry": "市场主体登记", "register": "高新技术企业认定名册"}


def fact_of(company: GeneratedCompany, name: str, *, on: dt.date) -> JsonValue:
    """One fact of a company on a day. Raises NotReportedError, and KeyError for a fact that no company has."""
    return _READERS[name](company, on)


def records_of(company: GeneratedCompany, name: str) -> list[dict[str, Any]]:
    """The records of one list of a company. Raises KeyError for a list that no company has."""
    return _LISTS[name](profile_of(company))


def facts_for(
    company: GeneratedCompany, pack: Pack, *, filed_on: dt.date | None = None, sources: frozenset[str] | None = None
) -> dict[str, JsonValue]:
    """The facts of a first decision, of all sources or of those named, as on the day of filing.

    Raises ValueError for a fact that no company of the district has, or a version without a day of filing.
    """
    on = filed_on or _filed_on(pack)
    facts: dict[str, JsonValue] = {}
    for name, definition in pack.facts.items():
        if sources is not None and definition.source not in sources:
            continue
        if name not in _READERS:
            raise ValueError(f"the generated district knows no fact {name!r}; say in subsidy/demo/facts.py what it is")
        try:
            facts[name] = _READERS[name](company, on)
        except NotReportedError:
            continue
    for name, record in pack.records.items():
        if sources is None or record.source in sources:
            facts[name] = list(records_of(company, name))
    return facts


def answers_for(company: GeneratedCompany, pack: Pack, *, filed_on: dt.date | None = None) -> dict[str, JsonValue]:
    """What the applicant types: the facts that the pack takes `from: applicant`."""
    return facts_for(company, pack, filed_on=filed_on, sources=frozenset({"applicant"}))


def officer_facts_for(
    company: GeneratedCompany, pack: Pack, *, filed_on: dt.date | None = None
) -> dict[str, JsonValue]:
    """What an officer establishes while checking (`from: officer`)."""
    return facts_for(company, pack, filed_on=filed_on, sources=frozenset({"officer"}))


def known_facts_for(
    company: GeneratedCompany, pack: Pack, *, filed_on: dt.date | None = None
) -> tuple[KnownFact, ...]:
    """What tax office, registry and the bureau's register hold, for the company's prefilled form.

    Figures of a year are as of its last day, everything else as of the first day of the month of filing.
    """
    on = filed_on or _filed_on(pack)
    facts = facts_for(company, pack, filed_on=on, sources=frozenset(_RAW_SOURCES))
    return tuple(
        KnownFact(name, value, pack.facts[name].source, _as_of(name, on), _raw(pack, name, value))
        for name, value in facts.items()
        if name in pack.facts
    )


def _raw(pack: Pack, name: str, value: JsonValue) -> str:
    """The value in the words of its source, which speaks Chinese and of yuan."""
    said = f"{_RAW_SOURCES[pack.facts[name].source]}："
    if value is None:
        return f"{said}无"
    if isinstance(value, bool):
        return said + ("是" if value else "否")
    if isinstance(value, int):
        yuan, fen = divmod(value, 100)
        return f"{said}{yuan}.{fen:02d}元"
    return f"{said}{value}"


def _as_of(name: str, filed_on: dt.date) -> dt.date:
    for suffix, years_back in (("_y1", 1), ("_y2", 2), ("_y3", 3)):
        if name.endswith(suffix):
            return dt.date(filed_on.year - years_back, 12, 31)
    return filed_on.replace(day=1)


def _filed_on(pack: Pack) -> dt.date:
    if pack.version not in FILED_ON:
        raise ValueError(f"version {pack.version} has no day of filing in the district; pass filed_on")
    return FILED_ON[pack.version]
