"""A bureau that recognises makers' spaces: a policy that confers a title in two levels and pays nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from subsidy.applicants.models import Company
from subsidy.cases.models import Case
from subsidy.decisions.enums import RoundState
from subsidy.decisions.models import Round
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.registers.models import RegisterEntry
from tests.world import MINUTE, PACKS, World, days_later, fresh, pack_texts, pdf

SPACE: dict[str, Any] = {
    "opened_on": "2020-01-01",
    "floor_area": "800",
    "shared_area": "700",
    "desks": 60,
    "staff": 6,
    "mentors": 5,
    "teams": 30,
    "founded": 12,
    "financed": 6,
    "good_examples": 4,
    "events": 20,
}
MODEL = {**SPACE, "teams": 50, "financed": 12}

YEAR: dict[str, Any] = {
    "teams_now": 25,
    "events_now": 12,
    "statistics_now": True,
    "reason": "年度核查",
    "document": "",
}


class Titles(World):
    """What a world needs for calls of the makers' spaces; joined to any world."""

    def version_of(self, code: str, version: str, *, co_review: str = "", route: str = "") -> PolicyVersion:
        """The version of the tree; with `co_review` asking other departments than it does, by another `route`."""
        found = PolicyVersion.objects.filter(authority=self.authority, policy__code=code, version=version).first()
        texts = pack_texts(PACKS / code / version)
        if co_review:
            policy = texts["policy_text"].replace("co_review: yes", f"co_review: {co_review}")
            texts = {**texts, "policy_text": policy}
        if route:
            texts = {**texts, "policy_text": texts["policy_text"].replace("kind: R2", f"kind: {route}")}
        return found or PolicyVersion.objects.get(pk=self.open("policy_version", "publish", "policy2", texts))

    def title_call(self, code: str = "maker_space", version: str = "2024.1", route: str = "", **given: Any) -> Call:
        """A call that pays nothing, by the route of its policy or another."""
        data = {
            "policy_version": self.version_of(code, version, route=route).pk,
            "number": f"{self.code.upper()}-ZC-{next(self.serial)}",
            "title_zh": "众创空间认定申报",
            "title_en": "Recognition of makers' spaces",
            "opens_at": self.now.at - dt.timedelta(days=1),
            "closes_at": self.now.at + dt.timedelta(days=10),
        }
        return Call.objects.get(pk=self.open("call", "open", "policy2", {**data, **given}))

    def filed(self, call: Call, answers: dict[str, Any], company: Company | None = None) -> Case:
        """An application that was just filed."""
        company = company or self.company()
        facts = [{"name": "statistics_reported", "kind": "yes_no", "value": True}]
        known = {"source": "officer", "as_of": self.now.on.isoformat(), "facts": facts}
        self.act("company", company, "keep_facts", "counter", data=known)
        case, filer = self.draft(call, company), self.filer(company)
        self.act("case", case, "save_answers", filer, data=answers)
        for slot in ("lease", "team_list"):
            self.act("case", case, "attach", filer, data={"slot": slot}, files={"file": pdf()})
        self.act("case", case, "submit", filer, data={"declaration": True})
        return fresh(case)  # type: ignore[no-any-return]

    def space(self, call: Call, answers: dict[str, Any], company: Company | None = None) -> Case:
        """An application that waits for its round."""
        case = self.filed(call, answers, company)
        self.act("case", case, "accept", "acceptance")
        self.act("case", case, "confirm_amount", "amount", data={"remark": ""})
        return fresh(case)

    def conferred(self, *spaces: dict[str, Any], company: Company | None = None, number: int = 8) -> list[Case]:
        """A call lived through to its decree; the cases in the order given."""
        call = self.title_call()
        cases = [self.space(call, answers, company) for answers in spaces]
        self.decreed(call, f"西科〔{self.now.on.year}〕{number}号")
        return [fresh(case) for case in cases]

    def centre_award(self, company: Company, level: str) -> Case:
        """An application for the award of a research centre, which the register has reached that level; amount checked."""
        on = self.now.on.isoformat()
        self.act(
            "company",
            company,
            "note_recognition",
            "counter",
            data={
                "kind": "rd_platform",
                "level": level,
                "certificate_number": f"{level}-{next(self.serial)}",
                "valid_from": on,
                "valid_to": "2029-12-31",
            },
        )
        version = self.version_of("rd_platform_award", "2024.1", co_review="no")
        given: dict[str, Any] = {
            "policy_version": version.pk,
            "budget_line": self.line().pk,
            "budget_fen": 10_000_000_00,
        }
        case = self.draft(self.title_call(**given), company)
        filer = self.filer(company)
        upload = {"file": pdf()}
        self.act("case", case, "attach", filer, data={"slot": "recognition_paper"}, files=upload)
        self.act("case", case, "submit", filer, data={"declaration": True})
        self.act("case", case, "accept", "acceptance")
        self.act("case", case, "confirm_amount", "amount", data={"remark": ""})
        return fresh(case)

    def published(self, call: Call) -> Round:
        """As in the small world; amounts within the division's limit are signed there."""
        round_ = self.round_on(call)
        self.act("round", round_, "close_collection", "amount")
        if fresh(round_).state == RoundState.AWAITING_DIVISION:
            self.act(
                "round",
                round_,
                "sign",
                "division",
                data={"minute_number": "审批单1", "statement": "同意", "others": True},
            )
        else:
            self.act("round", round_, "approve", "leader", data=MINUTE)
        titles = {"title_zh": "名单公示", "title_en": "Public notice"}
        self.act("round", round_, "publish", "notice", data=titles)
        return fresh(round_)  # type: ignore[no-any-return]

    def decreed(self, call: Call, number: str = "西科〔2024〕8号") -> Round:
        """As in the small world; the notice of a title is twice as long."""
        round_ = self.published(call)
        self.now = days_later(self.now, 20)
        self.act("round", round_, "close_notice", self.system)
        self.act("round", round_, "issue_decree", "notice", data={"number": number})
        return fresh(round_)  # type: ignore[no-any-return]

    def entry(self, case: Case) -> RegisterEntry:
        """The newest entry that the case led to."""
        return RegisterEntry.objects.filter(case_key=case.pk).order_by("-pk")[:1].get()

    def revoked(self, case: Case) -> int:
        """A proposal to take the title of the case back."""
        data = {"case": case.pk, "change": "revoke", "document": "西科〔2024〕20号", "reason": "弄虚作假"}
        return self.open("proposal", "propose_title_change", "supervision", data)

    def tested(self, case: Case) -> int:
        """A proposal to keep the title of the case after its yearly test."""
        return self.open("proposal", "propose_title_test", "amount", {"case": case.pk, **YEAR})


class TitleBureau(Titles):
    """The small bureau with calls of the makers' spaces."""
