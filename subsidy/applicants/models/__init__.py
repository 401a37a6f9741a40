from __future__ import annotations

from subsidy.applicants.models.accounts import AccountFreeze, PayeeAccount
from subsidy.applicants.models.asks import SourceAsk
from subsidy.applicants.models.company import Company, CompanyUserObjectPermission
from subsidy.applicants.models.facts import COMPLETE, CompanyFact
from subsidy.applicants.models.history import CompanyChange, GroupLink, Succession
from subsidy.applicants.models.imports import FactImport, FactImportFault
from subsidy.applicants.models.registrations import Registration

__all__ = [
    "COMPLETE",
    "AccountFreeze",
    "Company",
    "CompanyChange",
    "CompanyFact",
    "CompanyUserObjectPermission",
    "FactImport",
    "FactImportFault",
    "GroupLink",
    "PayeeAccount",
    "Registration",
    "SourceAsk",
    "Succession",
]
