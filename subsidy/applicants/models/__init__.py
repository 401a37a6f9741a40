from __future__ import annotations

from subsidy.applicants.models.accounts import PayeeAccount
from subsidy.applicants.models.company import Company, CompanyUserObjectPermission
from subsidy.applicants.models.facts import CompanyFact

__all__ = ["Company", "CompanyFact", "CompanyUserObjectPermission", "PayeeAccount"]
