from __future__ import annotations

from subsidy.registers.models.awards import PriorAward
from subsidy.registers.models.entries import RegisterEntry
from subsidy.registers.models.imports import RegisterImport, RegisterImportLine

__all__ = ["PriorAward", "RegisterEntry", "RegisterImport", "RegisterImportLine"]
