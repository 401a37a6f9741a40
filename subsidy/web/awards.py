"""The parts of an award and what lies behind them, for the pages of companies and officers alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from policies.language.terms import AWARD
from subsidy.cases.models import Case
from subsidy.cases.papers import AGREEMENT, PART_REPORT, UNDERTAKING, VISIT_PHOTOGRAPH
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Agreement, Instalment, PartReport
from subsidy.programmes.packs import pack_of
from subsidy.web.components import Text, Tone
from workflows.case.fields import spoken
from workflows.case.parts import part_of, ratings_of

STATE_WORDS: Mapping[str, tuple[Text, Tone]] = {
    InstalmentState.DUE: (_("to be paid"), "info"),
    InstalmentState.IN_BATCH: (_("payment under way"), "info"),
    InstalmentState.PAID: (_("paid"), "done"),
    InstalmentState.FALLEN: (_("fallen away"), "plain"),
    InstalmentState.RETURNED: (_("come back, not payable again"), "stop"),
}
# Papers that no policy names: they come with the acts that ask for them.
PAPERS: Mapping[str, Text] = {
    AGREEMENT: _("Agreement"),
    PART_REPORT: _("Report on a part"),
    UNDERTAKING: _("Undertaking"),
    VISIT_PHOTOGRAPH: _("Photograph of the visit"),
}


@dataclass(frozen=True)
class PartShown:
    """A part of an award as its policy names it; `reports` are what the company said of it, the newest last."""

    instalment: Instalment
    name: str
    words: Text
    tone: Tone
    rating: str = ""
    reports: Sequence[PartReport] = ()


def parts_of(case: Case) -> list[PartShown]:
    """The parts of the case's award in their order; two statements, none before there is an award of parts."""
    rows = list(Instalment.objects.filter(award__case=case).order_by("position"))
    if not rows:
        return []
    pack = pack_of(case.policy_version)
    reports: dict[int, list[PartReport]] = {}
    made = PartReport.objects.filter(instalment__in=rows).select_related("document", "reported_by").order_by("id")
    for report in made:
        reports.setdefault(report.instalment_id, []).append(report)
    found = []
    for row in rows:
        part = part_of(pack, row)
        words, tone = STATE_WORDS.get(row.state) or (_waits(part.on, pack.route.kind), "wait")
        rating = ratings_of(pack, part).get(row.rating, row.rating)
        found.append(PartShown(row, spoken(part.term.text), words, tone, rating, reports.get(row.pk, ())))
    return found


def _waits(on: str, route: str) -> Text:
    """What a planned part waits for."""
    if on == AWARD:
        return _("waits for the account")
    return _("waits for the report and its check") if route == "R5" else _("waits for its check")


def agreement_of(case: Case) -> Agreement | None:
    """The agreement of the case with its paper and who signed it."""
    related = ("document", "signed_by", "countersigned_by")
    return Agreement.objects.select_related(*related).filter(case=case).first()
