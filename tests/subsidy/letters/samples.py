"""One record of each letter: as a Chinese bureau has it, and with Latin data only (to find untranslated words)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

from subsidy.letters import (
    Answer,
    AwardLetter,
    BatchCover,
    Bilingual,
    BudgetLineTotal,
    CorrectionField,
    CorrectionLetter,
    DecisionLetter,
    Decree,
    DecreeChange,
    DecreeRow,
    Hand,
    NoticeList,
    NoticeRow,
    ReasonLine,
    Receipt,
    Seal,
    VisitRecord,
    award_letter,
    batch_cover,
    correction_letter,
    decision_letter,
    decree,
    decree_change,
    notice_list,
    receipt,
    visit_record,
)
from subsidy.letters.formats import Language

BEIJING = timezone(timedelta(hours=8))
BUREAU = Bilingual("示范区科学技术局", "Science and Technology Bureau of the Sample District")
FINANCE = Bilingual("示范区财政局", "Finance Bureau of the Sample District")
POLICY = Bilingual("示范区飞天计划实施意见", "Flying-Sky Plan of the Sample District")
CONTACT = Bilingual("科技局规划科，0571-00000000", "Planning section of the bureau, 0571-00000000")
FLYING = Bilingual("飞天企业", "flying")
NEARLY = Bilingual("准飞天企业", "nearly flying")
SEAL = Seal(
    code="7K3QP-0WX5Z-RA9MC-4TJ8H",
    url="https://subsidy.example/verify/7K3QP0WX5ZRA9MC4TJ8H/",
    head="subsidy.example/log 48211 CsUYapGGPo4d…",
)
RARE_NAME = "杭州𠮷㛃科技有限公司"


def award() -> AwardLetter:
    return AwardLetter(
        number="AL-2024-0007",
        authority=BUREAU,
        company_name=RARE_NAME,
        uscc="91330106MAFY4CL11Q",
        policy_title=POLICY,
        policy_number="示科〔2023〕3号",
        decree_number="示科〔2024〕1号",
        decree_on=date(2024, 3, 8),
        amount_fen=364705812,
        amount_capitals="人民币叁佰陆拾肆万柒仟零伍拾捌元壹角贰分",
        reasons=(
            ReasonLine(
                clause="A-01",
                verdict="met",
                certainty="assumed",
                text=Bilingual("注册地和税务登记地均在本区。", "Registered and taxed in the district."),
            ),
            ReasonLine(
                clause="A-04",
                verdict="met",
                certainty="assumed",
                text=Bilingual(
                    "上年研发费用占营业收入6.31%，不低于5%。",
                    "R&D was 6.31% of last year's revenue, at least 5% is required.",
                ),
            ),
            ReasonLine(
                clause="A-09",
                verdict="noted",
                certainty="recalled",
                text=Bilingual(
                    "上年贡献1,000,000.00元的5%，加本年增量5,994,509.53元的60%，未超过上限1000万元。",
                    "5% of last year's contribution of CNY 1,000,000.00 and 60% of the increase, below the cap.",
                ),
            ),
        ),
        undertakings=(
            Bilingual("每年5月31日前提交年度报告。", "File the annual report by 31 May of each year."),
            Bilingual("重大变更在3个月内报告。", "Report a material change within 3 months."),
        ),
        next_steps=(
            Bilingual("请在5个工作日内核对收款账户。", "Confirm the payee account within 5 working days."),
            Bilingual("账户核对后，资金列入下一拨付批次。", "The award then enters the next payment batch."),
        ),
        issued_on=date(2024, 3, 11),
        illustrative=True,
    )


def rows(count: int) -> tuple[DecreeRow, ...]:
    """Recipients numbered from 1; the second and third bear rare characters."""
    rare = {2: RARE_NAME, 3: "浙江䶮昇智能装备股份有限公司"}
    return tuple(
        DecreeRow(
            rank=rank,
            name=rare.get(rank, f"示范区第{rank}号智能科技有限公司"),
            tier=FLYING if rank % 3 else NEARLY,
            amount_fen=20_000_001 + rank * 137,
        )
        for rank in range(1, count + 1)
    )


def decree_of(count: int) -> Decree:
    return Decree(
        number="示科〔2024〕1号",
        issuers=(BUREAU, FINANCE),
        addressees=(
            Bilingual("各镇街、平台", "all townships and parks"),
            Bilingual("各有关企业", "the companies concerned"),
        ),
        basis=(
            Bilingual(
                "《示范区飞天计划实施意见》（示科〔2023〕3号）",
                "the Flying-Sky Plan of the Sample District (示科〔2023〕3号)",
            ),
            Bilingual("2024年区级科技专项预算", "the district's science budget of 2024"),
        ),
        title=Bilingual("关于下达2023年度飞天计划企业奖补资金的通知", "Decree on the Flying-Sky Grants of 2023"),
        body=(
            Bilingual(
                "请各有关企业按照《企业财务通则》做好账务处理，专款专用。",
                "Companies book the grant under the General Rules on Enterprise Finance and use it as granted.",
            ),
            Bilingual(
                "资金使用接受审计、纪检监察和财政部门的监督检查。",
                "Its use is open to inspection by the audit, discipline and finance authorities.",
            ),
        ),
        rows=rows(count),
        issued_on=date(2024, 3, 8),
        illustrative=True,
    )


def notice() -> NoticeList:
    return NoticeList(
        number="GS-2024-002",
        authority=BUREAU,
        title=Bilingual("飞天计划拟奖补企业名单公示", "Public Notice of Proposed Flying-Sky Awards"),
        policy_title=POLICY,
        policy_number="示科〔2023〕3号",
        rows=tuple(
            NoticeRow(rank=row.rank, name=row.name, tier=row.tier, amount_fen=row.amount_fen) for row in rows(5)
        ),
        starts_on=date(2024, 2, 26),
        ends_on=date(2024, 3, 1),
        working_days=5,
        list_hash="9f" * 32,
        how_to_object=(
            Bilingual("以书面形式提出并说明理由和依据。", "Object in writing and give reasons and evidence."),
            Bilingual("单位须盖公章，个人须署真实姓名。", "A unit affixes its seal; a person signs the real name."),
        ),
        contact=CONTACT,
        issued_on=date(2024, 2, 26),
        illustrative=True,
    )


def receipt_record() -> Receipt:
    return Receipt(
        number="FS-2023-0123",
        authority=BUREAU,
        company_name=RARE_NAME,
        uscc="91330106MAFY4CL11Q",
        policy_title=POLICY,
        policy_number="示科〔2023〕3号",
        submitted_at=datetime(2023, 9, 4, 9, 5, tzinfo=BEIJING),
        next_steps=(
            Bilingual("5个工作日内完成受理审查。", "The filing is checked within 5 working days."),
            Bilingual("如需补正，将一次性告知。", "If anything must be corrected you are told once, in full."),
        ),
        contact=CONTACT,
        illustrative=True,
        answers=(Answer(label=Bilingual("上年营业收入", "Revenue of last year"), value="123,456,789.00"),),
        documents=("audit-2022.pdf", "certificate.pdf"),
        content_hash="ab" * 32,
    )


def correction() -> CorrectionLetter:
    return CorrectionLetter(
        number="BZ-2023-0045",
        case_number="FS-2023-0123",
        authority=BUREAU,
        company_name=RARE_NAME,
        policy_title=POLICY,
        fields=(
            CorrectionField(
                label=Bilingual("研发费用专项审计报告", "Audit report on R&D costs"),
                reason="第3页缺少会计师事务所盖章。\n请补盖后重新上传。",
                clause="A-04",
            ),
            CorrectionField(
                label=Bilingual("上年营业收入", "Revenue of last year"), reason="与审计报告第12页不一致。"
            ),
        ),
        working_days=5,
        contact=CONTACT,
        issued_on=date(2023, 9, 8),
        illustrative=True,
    )


def decision() -> DecisionLetter:
    return DecisionLetter(
        number="FS-2023-0123-J",
        case_number="FS-2023-0123",
        authority=BUREAU,
        title=Bilingual("不予奖补决定书", "Notice of Rejection"),
        company_name=RARE_NAME,
        uscc="91330106MAFY4CL11Q",
        policy_title=POLICY,
        policy_number="示科〔2023〕3号",
        opening=Bilingual("经审核，决定不予奖补。", "After review, no award is granted."),
        statement="研发费用辅助账与审计报告不一致。",
        reasons=(
            ReasonLine(
                clause="A-04",
                verdict="not_met",
                certainty="assumed",
                text=Bilingual(
                    "上年研发费用占营业收入4.99%，低于5%。",
                    "R&D was 4.99% of last year's revenue, below the 5% that is required.",
                ),
            ),
        ),
        how_to_object=(
            Bilingual("可在收到之日起六十日内申请行政复议。", "You may ask for reconsideration within sixty days."),
        ),
        next_steps=(Bilingual("满足条件后可在下一批次重新申报。", "File again in a later call once you qualify."),),
        contact=CONTACT,
        issued_on=date(2023, 9, 20),
        illustrative=True,
    )


def cover() -> BatchCover:
    return BatchCover(
        number="PB-2024-003",
        authority=BUREAU,
        format="pain.001.001.09",
        file_name="PB-2024-003.xml",
        count=17,
        total_fen=6234567812,
        total_capitals="人民币陆仟贰佰叁拾肆万伍仟陆佰柒拾捌元壹角贰分",
        lines=(
            BudgetLineTotal(
                code="2060499-01",
                name=Bilingual("飞天计划专项", "Flying-Sky programme"),
                count=11,
                total_fen=5234567812,
            ),
            BudgetLineTotal(
                code="2060499-02", name=Bilingual("科技发展专项", "Science fund"), count=6, total_fen=1000000000
            ),
        ),
        sha256="0123456789abcdef" * 4,
        sequence=3,
        prepared=Hand(name="王一", at=datetime(2024, 3, 18, 1, 0, tzinfo=UTC)),
        checked=Hand(name="李二", at=datetime(2024, 3, 18, 15, 30, tzinfo=BEIJING)),
        released=None,
        illustrative=True,
    )


def latin_letters() -> dict[str, bytes]:
    """Every letter in English whose data hold no Chinese: what is then Chinese on paper was never translated."""
    made, paid, asked, listed = decree_of(3), cover(), correction(), notice()
    plain_rows = tuple(replace(row, name=f"Sample {row.rank} Ltd") for row in made.rows)
    return {
        "award": award_letter(
            replace(
                award(),
                lang="en",
                company_name="Sample Ltd",
                policy_number="3/2023",
                decree_number="1/2024",
                amount_capitals="three million",
            )
        ),
        "decree": decree(replace(made, lang="en", rows=plain_rows, basis=made.basis[1:])),
        "notice": notice_list(
            replace(
                listed,
                lang="en",
                policy_number="3/2023",
                rows=tuple(replace(row, name=f"Sample {row.rank} Ltd") for row in listed.rows),
            )
        ),
        "receipt": receipt(replace(receipt_record(), lang="en", company_name="Sample Ltd", policy_number="3/2023")),
        "correction": correction_letter(
            replace(
                asked,
                lang="en",
                company_name="Sample Ltd",
                fields=tuple(replace(item, reason="not stamped") for item in asked.fields),
            )
        ),
        "decision": decision_letter(
            replace(decision(), lang="en", company_name="Sample Ltd", policy_number="3/2023", statement="not equal")
        ),
        "cover": batch_cover(
            replace(
                paid,
                lang="en",
                total_capitals="sixty-two million",
                prepared=replace(paid.prepared, name="Wang"),
                checked=Hand(name="Li", at=paid.prepared.at),
            )
        ),
        "corrigendum": decree_change(_latin(corrigendum())),
        "revocation": decree_change(_latin(revocation())),
        "visit": visit_record(
            replace(
                visit(), lang="en", company_name="Sample Ltd", place="1 Xixi Road", findings="in use",
                recorded_by="Chen", signed_by="Lin",
            )
        ),
    }  # fmt: skip


def _latin(paper: DecreeChange) -> DecreeChange:
    """A paper after a decree whose data hold no Chinese but its own number."""
    name_after = "Sample Ltd" if paper.revokes else "New Sample Ltd"
    return replace(
        paper, number="示科〔2024〕1号", lang="en", name_before="Sample Ltd", name_after=name_after, reason="misspelt"
    )


def corrigendum() -> DecreeChange:
    return DecreeChange(
        number="示科〔2024〕12号",
        issuers=(BUREAU, FINANCE),
        basis=(
            Bilingual("《示范区飞天计划实施意见》（示科〔2023〕3号）", "the Flying-Sky Plan of the Sample District"),
        ),
        corrects="示科〔2024〕1号",
        corrects_on=date(2024, 3, 8),
        rank=2,
        name_before="杭州𠮷科技有限公司",
        name_after=RARE_NAME,
        amount_before=364705812,
        amount_after=300000000,
        reason="企业名称登记有误；经复核，上年度研发费用应为3,920,000.00元。",
        count=40,
        total_fen=735294118,
        how_to_object=(
            Bilingual("可自收到本通知之日起六十日内申请行政复议。", "You may ask for review within sixty days."),
        ),
        issued_on=date(2024, 4, 2),
        illustrative=True,
    )


def revocation() -> DecreeChange:
    corrected = corrigendum()
    return replace(
        corrected,
        name_before=RARE_NAME,
        amount_after=0,
        reason="企业迁出本区，不再符合条件。",
        count=39,
        total_fen=435294118,
    )


def visit() -> VisitRecord:
    return VisitRecord(
        number="XH-2024-000007-VR",
        case_number="XH-2024-000007",
        authority=BUREAU,
        company_name=RARE_NAME,
        policy_title=POLICY,
        visited_on=date(2024, 3, 4),
        place="西溪路1号",
        findings="研发场地与设备在用，与申报材料一致。",
        favourable=True,
        recorded_by="陈晓",
        signed_by="林岚",
        contact=CONTACT,
        issued_on=date(2024, 3, 5),
        illustrative=True,
    )


@cache
def rendered(name: str, lang: Language) -> bytes:
    """One of the letters as PDF, as a Chinese bureau has it."""
    return MAKERS[name](lang)


MAKERS: dict[str, Callable[[Language], bytes]] = {
    "award": lambda lang: award_letter(replace(award(), lang=lang, seal=SEAL)),
    "decree": lambda lang: decree(replace(decree_of(40), lang=lang, seal=SEAL)),
    "notice": lambda lang: notice_list(replace(notice(), lang=lang, seal=SEAL)),
    "receipt": lambda lang: receipt(replace(receipt_record(), lang=lang, seal=SEAL)),
    "correction": lambda lang: correction_letter(replace(correction(), lang=lang, seal=SEAL)),
    "decision": lambda lang: decision_letter(replace(decision(), lang=lang, seal=SEAL)),
    "cover": lambda lang: batch_cover(replace(cover(), lang=lang, seal=SEAL)),
    "corrigendum": lambda lang: decree_change(replace(corrigendum(), lang=lang, seal=SEAL)),
    "revocation": lambda lang: decree_change(replace(revocation(), lang=lang, seal=SEAL)),
    "visit": lambda lang: visit_record(replace(visit(), lang=lang, seal=SEAL)),
}
