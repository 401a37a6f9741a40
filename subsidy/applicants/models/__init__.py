from __future__ import annotations

from subsidy.applicants.models.accounts import PayeeAccount
from subsidy.applicants.models.company import Company, CompanyUserObjectPermission
from subsidy.applicants.models.facts import COMPLETE, CompanyFact
from subsidy.applicants.models.imports import FactImport, FactImportFault

__all__ = [
    "COMPLETE",
    "Company",
    "CompanyFact",
    "CompanyUserObjectPermission",
    "FactImport",
    "FactImportFault",
    "PayeeAccount",
]
