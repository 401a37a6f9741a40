"""Companies as the door knows them: registered, their facts and titles kept, their payee accounts agreed."""

from __future__ import annotations

from subsidy.applicants.models import Company
from workflows.common.subjects import Card, Kind, register
from workflows.registry import accounts, companies, facts, lives, recognitions, reversals, rights, townships


def _card(company: Company) -> Card:
    return Card(title=company.name, company_id=company.pk)


COMPANY = register(
    Kind(
        name="company",
        model=Company,
        card=_card,
        free_acts=(
            *facts.ACTS,
            *recognitions.ACTS,
            *accounts.ACTS,
            *rights.ACTS,
            *lives.ACTS,
            *townships.ACTS,
            *reversals.ACTS,
        ),
        opens=companies.OPENS,
        company_path="pk",
    )
)
