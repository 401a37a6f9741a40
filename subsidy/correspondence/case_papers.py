"""The letters about one case, composed from what was decided and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from policies.language import Pack, format_value
from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE
from subsidy.bankfiles import amount_in_capitals
from subsidy.cases.models import Case
from subsidy.cases.papers import papers_filed
from subsidy.cases.selectors import answers_of as heads_of
from subsidy.cases.selectors import records_of
from subsidy.cases.values import is_asked, value_of
from subsidy.correspondence.issue import Issue
from subsidy.correspondence.reasons import reason_lines
from subsidy.decisions.models import Award, Finding
from subsidy.letters import (
    Answer,
    AwardLetter,
    Bilingual,
    Certificate,
    CorrectionField,
    CorrectionLetter,
    DecisionLetter,
    Receipt,
    award_letter,
    certificate,
    correction_letter,
    decision_letter,
    receipt,
)
from subsidy.letters.formats import Language
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry

Compose = Callable[[Case, Issue], bytes]

COUNTER = Bilingual("本局政策服务窗口", "the bureau's service counter")
VERIFIED_BY = Bilingual(
    "本局网站“认定名录”可按编号查询", "look the number up in the register of recognitions on the bureau's site"
)
REMEDIES = (
    Bilingual(
        "可自收到本通知书之日起六十日内向本级人民政府申请行政复议。",
        "Within sixty days of receipt you may ask the people's government of the district for administrative "
        "reconsideration.",
    ),
    Bilingual(
        "也可自收到本通知书之日起六个月内依法向人民法院提起行政诉讼。",
        "Within six months of receipt you may bring the matter before the people's court.",
    ),
)


def authority_of(case: Case) -> Bilingual:
    return Bilingual(case.authority.name_zh, case.authority.name_en)


def policy_of(case: Case) -> Bilingual:
    policy = case.policy_version.policy
    return Bilingual(policy.title_zh, policy.title_en)


def contact_of(case: Case) -> Bilingual:
    return Bilingual(case.call.contact, case.call.contact) if case.call.contact else COUNTER


def compose_receipt(case: Case, issue: Issue) -> bytes:
    """The receipt of what was filed; its hash is that of the event by which the company submitted it."""
    pack = pack_of(case.policy_version)
    submitted = last_event(case, "submit")
    assert case.submitted_at is not None  # the event exists, and both are written together
    return receipt(
        Receipt(
            number=case.number,
            authority=authority_of(case),
            company_name=case.company_name,
            uscc=case.company.uscc,
            policy_title=policy_of(case),
            policy_number=case.policy_version.document_number,
            submitted_at=case.submitted_at.astimezone(ZONE),
            next_steps=(
                Bilingual(
                    f"{pack.route.acceptance_days}个工作日内完成受理审查。",
                    f"The filing is checked within {pack.route.acceptance_days} working days.",
                ),
                Bilingual(
                    "如需补正，将一次性告知全部事项。", "If anything must be corrected, you are told once and in full."
                ),
                Bilingual("可随时登录查看办理进度。", "Sign in at any time to see where the application stands."),
            ),
            contact=contact_of(case),
            illustrative=case.policy_version.illustrative,
            answers=answers_of(case, pack, issue.lang),
            documents=tuple(file.name for file in papers_filed(case).filter(replaced_at__isnull=True)),
            content_hash=bytes(submitted.hash).hex(),
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def answers_of(case: Case, pack: Pack, lang: Language) -> tuple[Answer, ...]:
    values = {row.name: value_of(row) for row in case.answers.all()}
    facts = (
        Answer(label=Bilingual(fact.text.zh, fact.text.en), value=format_value(fact, values[name], lang))
        for name, fact in pack.facts.items()
        if is_asked(fact) and name in values
    )
    return (*facts, *lists_of(case, pack, lang))


def lists_of(case: Case, pack: Pack, lang: Language) -> Iterator[Answer]:
    """The lists that the application gives: how many records, and whether the company calls them all."""
    asked = {name: record for name, record in pack.records.items() if is_asked(record)}
    if not asked:
        return
    heads, records = heads_of(case), records_of(case)
    for name, record in asked.items():
        n = sum(not one.removed for one in records.get(name, ()))
        head = heads.get(name)
        whole = head is not None and head.integer == 1
        words = Bilingual(
            f"{n} 条，{'完整' if whole else '不完整'}",
            f"{n} {'record' if n == 1 else 'records'}, {'complete' if whole else 'not complete'}",
        )
        yield Answer(label=Bilingual(record.text.zh, record.text.en), value=words.zh if lang == "zh" else words.en)


def compose_correction(case: Case, issue: Issue) -> bytes:
    pack = pack_of(case.policy_version)
    correction = case.corrections.order_by("-id")[0]
    labels = {name: fact.text for name, fact in pack.facts.items()}
    labels |= {name: record.text for name, record in pack.records.items()}
    labels |= {document.id: document.text for document in pack.documents}
    return correction_letter(
        CorrectionLetter(
            number=issue.number,
            case_number=case.number,
            authority=authority_of(case),
            company_name=case.company_name,
            policy_title=policy_of(case),
            fields=tuple(
                CorrectionField(label=Bilingual(labels[item.name].zh, labels[item.name].en), reason=item.reason)
                for item in correction.items.order_by("id")
            ),
            working_days=pack.route.correction_days,
            contact=contact_of(case),
            # The day it was asked for, whenever the letter is rendered; its period runs from service.
            issued_on=correction.asked_at.astimezone(ZONE).date(),
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def compose_award(case: Case, issue: Issue) -> bytes:
    award = Award.objects.select_related("decree", "finding").get(case=case)
    pack = pack_of(case.policy_version)
    return award_letter(
        AwardLetter(
            number=issue.number,
            authority=authority_of(case),
            company_name=award.company_name,
            uscc=case.company.uscc,
            policy_title=policy_of(case),
            policy_number=case.policy_version.document_number,
            decree_number=award.decree.number,
            decree_on=award.decree.issued_on,
            amount_fen=award.amount_fen,
            amount_capitals=amount_in_capitals(award.amount_fen),
            reasons=reason_lines(award.finding),
            undertakings=tuple(Bilingual(one.text.zh, one.text.en) for one in pack.undertakings),
            next_steps=(
                *_term(pack),
                Bilingual(
                    "请经办人登录填写收款账户，户名应与本通知书的单位名称一致。",
                    "Sign in and enter the account to be paid to; its holder must be the company named above.",
                ),
                Bilingual(
                    "由法定代表人确认该账户后，资金按批次拨付。",
                    "When the legal representative has confirmed it, the award is paid with the next batch.",
                ),
            ),
            issued_on=issue.on,
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def _term(pack: Pack) -> tuple[Bilingual, ...]:
    """Until when the account is to be confirmed, where the policy sets a time."""
    days = pack.route.confirmation_days
    if days is None:
        return ()
    return (
        Bilingual(
            f"请自本通知书送达之日起{days}个工作日内确认收款账户（须签订协议的，自协议签订之日起）；逾期未确认的，奖补失效。",
            f"Confirm the payee account within {days} working days from service of this letter, or from the agreement "
            "where one is signed after it. If you do not, the award lapses.",
        ),
    )


def compose_decision(
    case: Case,
    issue: Issue,
    *,
    title: Bilingual,
    opening: Bilingual,
    next_steps: tuple[Bilingual, ...],
    told_by: str = "",
    reasoned: bool = False,
    adverse: bool = True,
) -> bytes:
    """A decision letter; `told_by` is the act whose stated reason it repeats, `reasoned` adds the policy's clauses."""
    finding = Finding.objects.filter(case=case).order_by("-id").first() if reasoned else None
    return decision_letter(
        DecisionLetter(
            number=issue.number,
            case_number=case.number,
            authority=authority_of(case),
            title=title,
            company_name=case.company_name,
            uscc=case.company.uscc,
            policy_title=policy_of(case),
            policy_number=case.policy_version.document_number,
            opening=opening,
            statement=stated_reason(case, told_by) if told_by else "",
            reasons=reason_lines(finding) if finding is not None else (),
            how_to_object=REMEDIES if adverse else (),
            next_steps=next_steps,
            contact=contact_of(case),
            issued_on=issue.on,
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def compose_acceptance(case: Case, issue: Issue) -> bytes:
    return compose_decision(
        case,
        issue,
        title=Bilingual("受理通知书", "Notice of Acceptance"),
        opening=Bilingual("材料齐全，予以受理。", "It is complete and has been accepted for review."),
        next_steps=(Bilingual("申报将由专家评审。", "Experts now review the application."),),
        adverse=False,
    )


def compose_non_acceptance(case: Case, issue: Issue) -> bytes:
    return compose_decision(
        case,
        issue,
        title=Bilingual("不予受理通知书", "Notice of Non-Acceptance"),
        opening=Bilingual("经审查，不予受理。理由如下。", "It is not accepted, for the reason below."),
        next_steps=(
            Bilingual("在申报期内可改正后重新申报。", "While the call is open you may mend this and file again."),
        ),
        told_by="refuse",
    )


REJECTED_BY = ("reject", "struck", "objection_upheld", "refuse_above")
"""The acts that end a case as rejected: at the amount check, by the meeting, on an objection, by the higher level."""


NO_AWARD = Bilingual("不予奖补", "no award is granted")
NO_TITLE = Bilingual("不予认定", "the title is not conferred")


def compose_rejection(case: Case, issue: Issue) -> bytes:
    ended_by = Event.objects.filter(stream=Case.STREAM, stream_id=case.pk, action__in=REJECTED_BY).order_by("-seq")
    action = ended_by.values_list("action", flat=True).first() or REJECTED_BY[0]
    refused = NO_AWARD if case.call.pays else NO_TITLE
    return compose_decision(
        case,
        issue,
        title=Bilingual(f"{refused.zh}通知书", "Notice of Rejection"),
        opening=Bilingual(f"经审核，{refused.zh}。理由如下。", f"After review {refused.en}, for the reasons below."),
        next_steps=(
            Bilingual("条件满足后可在下一次申报时再次提出。", "You may file in a later call once you qualify."),
        ),
        told_by=action,
        reasoned=action == REJECTED_BY[0],
    )


def compose_not_funded(case: Case, issue: Issue) -> bytes:
    return compose_decision(
        case,
        issue,
        title=Bilingual("未列入奖补名单通知书", "Notice of No Award in this Round"),
        opening=Bilingual(
            "符合条件，但按评审排序，本次预算未能覆盖，未列入奖补名单。",
            "It meets the conditions, but in the ranking of its round the budget ended before it.",
        ),
        next_steps=(Bilingual("可在下一次申报时再次提出。", "You may file again in the next call."),),
        reasoned=True,
    )


def compose_certificate(case: Case, issue: Issue) -> bytes:
    """The certificate of what the register says under this number; dated like the entry, whenever it is rendered."""
    entry = RegisterEntry.objects.filter(case_key=case.pk, certificate_number=issue.number).order_by("pk")[:1].get()
    assert entry.valid_to is not None  # a title has a last day
    level = entry.words.get("level")
    return certificate(
        Certificate(
            number=issue.number,
            authority=authority_of(case),
            company_name=named_in_decree(case),
            uscc=case.company.uscc,
            title=Bilingual(**entry.words["title"]),
            level=Bilingual(**level) if level else None,
            policy_title=policy_of(case),
            policy_number=case.policy_version.document_number,
            decree_number=entry.document_number,
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            verification=VERIFIED_BY,
            issued_on=entry.effective_on,
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def named_in_decree(case: Case) -> str:
    """The company's name as the decree has it."""
    name: str = Award.objects.values_list("company_name", flat=True).get(case=case)
    return name


def compose_title_ended(case: Case, issue: Issue) -> bytes:
    entry = RegisterEntry.objects.filter(case_key=case.pk, change=Change.ENDED).order_by("-pk")[:1].get()
    since = entry.effective_on
    return compose_decision(
        case,
        issue,
        title=Bilingual("取消认定决定书", "Decision to End a Recognition"),
        opening=Bilingual(
            f"所获认定（证书编号 {entry.certificate_number}），根据{entry.document_number}，"
            f"自{since.year}年{since.month}月{since.day}日起取消。理由如下。",
            f"The recognition under certificate {entry.certificate_number} ends on {since.isoformat()}, by decision "
            f"{entry.document_number}, for the reason below.",
        ),
        next_steps=(Bilingual("条件满足后可重新申报。", "You may apply anew once you qualify."),),
        told_by="title_changed",
    )


def compose_title_lowered(case: Case, issue: Issue) -> bytes:
    entry = RegisterEntry.objects.filter(case_key=case.pk, change=Change.UPGRADED).order_by("-pk")[:1].get()
    level, since = entry.words["level"], entry.effective_on
    return compose_decision(
        case,
        issue,
        title=Bilingual("调整认定级别决定书", "Decision to Lower a Recognition"),
        opening=Bilingual(
            f"所获认定（证书编号 {entry.certificate_number}），根据{entry.document_number}，"
            f"自{since.year}年{since.month}月{since.day}日起调整为{level['zh']}。理由如下。",
            f"The recognition under certificate {entry.certificate_number} is that of a {level['en']} from "
            f"{since.isoformat()} on, by decision {entry.document_number}, for the reason below.",
        ),
        next_steps=(
            Bilingual(
                "有效期不变；条件满足后可申报更高级别。",
                "It ends on the same day; apply for the higher level once you qualify.",
            ),
        ),
        told_by="title_changed",
    )


def last_event(case: Case, action: str) -> Event:
    """The last event of that act on the case. Raises Event.DoesNotExist when the act was never done."""
    event = Event.objects.filter(stream=Case.STREAM, stream_id=case.pk, action=action).order_by("-seq").first()
    if event is None:
        raise Event.DoesNotExist(f"case {case.number} has no event {action!r}: its letter has nothing to report")
    return event


def stated_reason(case: Case, action: str) -> str:
    """The reason that the act was given; of a decision of the higher level its document number and its words."""
    data: dict[str, Any] = json.loads(last_event(case, action).body)["data"]
    if action == "refuse_above":
        return f"{data['document']}：{data['text']}"
    reason: str = data["reason"]
    return reason
