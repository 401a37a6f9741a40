"""With what data each act of a case, a round, an objection, a proposal and a batch succeeds where it is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from subsidy.decisions.models import RoundRow
from subsidy.documents.models import StoredFile
from tests.workflows.staff import Person
from tests.workflows.test_stages import VISIT, jpeg
from tests.world import MINUTE, World, pack, pdf, scores
from workflows.common.acts import Act
from workflows.common.nodes import Standing

# The files that go along with an act.
FILES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "attach": lambda: {"file": pdf()},
    "record_visit": jpeg,
    "add_photograph": jpeg,
    "sign_agreement": lambda: {"document": pdf("agreement.pdf")},
    "report_part": lambda: {"document": pdf("report.pdf")},
}
SAID = {"text": "同意"}
UPPER = {"text": "予以认定", "document": "杭科高〔2024〕10号"}


@dataclass
class Place:
    """A matter that stands at `node` (None: it has ended), with the people who could come to it.

    `seated` are those to whom a task there was given: experts with a seat, people of a unit whose pool it waits in.
    """

    subject: Any
    node: Standing | None
    people: list[Person]
    seated: frozenset[int] = frozenset()


class Data:
    """Data with which each act succeeds where it is possible."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, place: Place, act: Act) -> tuple[dict[str, Any], dict[str, Any]]:
        if act.form is None:
            return {}, {}
        made = getattr(self, act.name, None)
        files = FILES[act.name]() if act.name in FILES else {}
        return (made(place) if made else {"reason": "材料不符"}), files

    def attach(self, place: Place) -> dict[str, Any]:
        return {"slot": pack(place.subject).documents[0].id}

    def recommend(self, _place: Place) -> dict[str, Any]:
        return dict(SAID)

    advise_against = agree = object_to = recommend

    def record_visit(self, place: Place) -> dict[str, Any]:
        return {**VISIT, "visited_on": self.world.now.on.isoformat()}

    def add_photograph(self, _place: Place) -> dict[str, Any]:
        return {}

    sign_agreement = add_photograph

    def grant_above(self, _place: Place) -> dict[str, Any]:
        return dict(UPPER)

    refuse_above = grant_above

    def countersign(self, _place: Place) -> dict[str, Any]:
        return {"number": "西科协〔2024〕1号"}

    def report_part(self, _place: Place) -> dict[str, Any]:
        return {"text": "目标达成"}

    def declare_conflict(self, _place: Place) -> dict[str, Any]:
        return {"kind": "other", "reason": "师生关系"}

    def replace_expert(self, _place: Place) -> dict[str, Any]:
        return {"seat": 1, "reason": "逾期未评"}

    def note_panel(self, _place: Place) -> dict[str, Any]:
        return {"note": "分差来自对研发占比的不同看法"}

    def submit(self, _place: Place) -> dict[str, Any]:
        return {"declaration": True}

    resubmit = submit

    def save_answers(self, _place: Place) -> dict[str, Any]:
        return {"sales_y1": 12_000_000_001}

    def return_for_correction(self, place: Place) -> dict[str, Any]:
        slot = pack(place.subject).documents[0].id
        return {"message": "请补正", "reason_sales_y1": "与报表不符", f"reason_{slot}": "不清楚"}

    def score(self, place: Place) -> dict[str, Any]:
        return scores(place.subject)

    def confirm_amount(self, _place: Place) -> dict[str, Any]:
        return {"remark": "核查无误"}

    confirm_part = confirm_sample = confirm_amount

    def choose_account(self, place: Place) -> dict[str, Any]:
        return {
            "account": place.subject.company.accounts.filter(state="confirmed").values_list("pk", flat=True).first()
        }

    change_account = choose_account

    def detach(self, place: Place) -> dict[str, Any]:
        held = StoredFile.objects.filter(owner_kind="case", owner_id=place.subject.pk)
        return {"file": held.values_list("pk", flat=True).first() or 0}

    def serve_letter(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0}

    def serve_by_post(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0, "received_on": "2024-03-04", "tracking_number": "EMS12345678"}

    def announce_letter(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0, "place": "公告栏", "tried": "邮寄退回"}

    def ask_company(self, _place: Place) -> dict[str, Any]:
        return {"text": "请说明"}

    answer_company = write_to_bureau = write_note = ask_company

    def issue_letter(self, _place: Place) -> dict[str, Any]:
        return {"kind": "receipt"}

    def issue_paper(self, _place: Place) -> dict[str, Any]:
        return {"kind": "decree"}

    def approve(self, _place: Place) -> dict[str, Any]:
        return dict(MINUTE)

    def publish(self, _place: Place) -> dict[str, Any]:
        return {"title_zh": "公示", "title_en": "Notice"}

    def sign(self, _place: Place) -> dict[str, Any]:
        return {"minute_number": "审批单1", "statement": "同意", "others": True}

    def issue_decree(self, _place: Place) -> dict[str, Any]:
        return {"number": "西科〔2024〕19号"}

    def issue_supplement(self, _place: Place) -> dict[str, Any]:
        return {"number": "西科〔2024〕20号"}

    def correct_name(self, place: Place) -> dict[str, Any]:
        listed = RoundRow.objects.filter(round=place.subject, state="listed").values_list("rank", flat=True).first()
        return {"rank": listed or 0, "name": "杭州更名科技有限公司", "reason": "名称有误"}

    def settle_row(self, place: Place) -> dict[str, Any]:
        held = RoundRow.objects.filter(round=place.subject, state="held").values_list("rank", flat=True).first()
        return {"rank": held or 0, "goes_on": "yes", "reason": "已核实"}

    def revoke_award(self, place: Place) -> dict[str, Any]:
        given = RoundRow.objects.filter(round=place.subject, state="awarded").values_list("rank", flat=True).first()
        return {"rank": given or 0, "number": "西科〔2024〕21号", "reason": "材料不实"}

    def correct_award(self, place: Place) -> dict[str, Any]:
        return {**self.revoke_award(place), "name": "杭州更名科技有限公司"}

    def decide(self, place: Place) -> dict[str, Any]:
        return {"amount_fen": place.subject.proposed_fen, "reasons": "事实清楚，依据充分"}

    def drop(self, _place: Place) -> dict[str, Any]:
        return {"reasons": "证据不足，不予追回"}

    def answer(self, _place: Place) -> dict[str, Any]:
        return {"answer": "已整改"}

    def dismiss(self, _place: Place) -> dict[str, Any]:
        return {"reasons": "经核查不属实"}

    def uphold(self, _place: Place) -> dict[str, Any]:
        return {"reasons": "经核查属实", "consequence": "rejected"}
