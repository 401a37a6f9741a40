"""What the expert panel of a case says of the facts that its policy takes from experts."""

from __future__ import annotations

from policies.language import Pack
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.cases.models import Case
from subsidy.reviews.selectors import panel_values


def rows_of_panel(case: Case, pack: Pack) -> list[CompanyFact]:
    """Rows without a key, of the source experts, as of the day on which the panel concluded; one statement, or none.

    Points hold for the case in which they were given, so they stand with its panel and not with the company.
    """
    if all(fact.source != FactSource.EXPERT for fact in pack.facts.values()):
        return []
    return [
        CompanyFact(
            authority_id=case.authority_id,
            company_id=case.company_id,
            source=FactSource.EXPERT,
            name=value.name,
            kind=value.kind,
            integer=value.integer,
            as_of=value.as_of,
            entered_at=value.panel.concluded_at or value.panel.drawn_at,
        )
        for value in panel_values(case).values()
        if value.name in pack.facts
    ]
