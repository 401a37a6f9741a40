"""The notice that money is to be paid back: how much, why, until when, to where, and how to object."""

from __future__ import annotations

from subsidy.bankfiles import amount_in_capitals
from subsidy.correspondence.case_papers import REMEDIES, authority_of, contact_of, policy_of
from subsidy.correspondence.issue import Issue
from subsidy.ledger.models import PayingAccount
from subsidy.letters import Bilingual, DecisionLetter, decision_letter
from subsidy.letters.formats import yuan
from subsidy.payouts.recoveries import Recovery, RecoveryGround
from subsidy.programmes.packs import pack_of

_GROUNDS: dict[str, Bilingual] = {
    RecoveryGround.CORRECTED: Bilingual(
        "拨付后决定被更正或撤销", "the decision was corrected or revoked after payment"
    ),
    RecoveryGround.RATED: Bilingual("应付少于已付", "less is owed than was paid"),
    RecoveryGround.FOUND: Bilingual("检查或审计发现", "found by an inspection or audit"),
}


def compose_recovery(recovery: Recovery, issue: Issue) -> bytes:
    """The notice of an ordered recovery; its clause is the one that the pinned version of the policy names."""
    case = recovery.case
    assert recovery.amount_fen is not None and recovery.decided_on is not None and recovery.due_on is not None
    amount, capitals = yuan(recovery.amount_fen), amount_in_capitals(recovery.amount_fen)
    what = _what(recovery)
    return decision_letter(
        DecisionLetter(
            number=recovery.number,
            case_number=case.number,
            authority=authority_of(case),
            title=Bilingual("追回财政资金决定书", "Notice of Recovery"),
            company_name=recovery.company_name,
            uscc=recovery.company.uscc,
            policy_title=policy_of(case),
            policy_number=case.policy_version.document_number,
            opening=Bilingual(
                f"经调查并听取你单位意见，决定追回{what.zh}{amount}元（大写：{capitals}）。{_clause(recovery).zh}",
                f"Having looked into the matter and heard you, the bureau recovers CNY {amount} "
                f"{what.en}. {_clause(recovery).en}",
            ),
            statement=recovery.decision_text,
            how_to_object=REMEDIES,
            next_steps=_how_to_pay(recovery),
            contact=contact_of(case),
            issued_on=recovery.decided_on,
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def _what(recovery: Recovery) -> Bilingual:
    """What is recovered, said within the sentence: what was paid, with the interest in it."""
    if not recovery.interest_fen:
        return Bilingual("已拨付资金", "of what was paid")
    interest = yuan(recovery.interest_fen)
    return Bilingual(
        f"已拨付资金及利息（其中利息{interest}元）共计",
        f"of what was paid and interest on it (CNY {interest} of interest)",
    )


def _clause(recovery: Recovery) -> Bilingual:
    terms = {one.term.id: one.term for one in pack_of(recovery.case.policy_version).recovery}
    term = terms.get(recovery.term)
    if term is None:
        return Bilingual(f"情形：{_GROUNDS[recovery.ground].zh}。", f"Ground: {_GROUNDS[recovery.ground].en}.")
    return Bilingual(f"依据：{term.text.zh}。", f"Ground: {term.text.en}.")


def _how_to_pay(recovery: Recovery) -> tuple[Bilingual, ...]:
    day = recovery.due_on
    steps = [
        Bilingual(
            f"请于{day:%Y年%m月%d日}前缴回，并在附言中注明决定书编号{recovery.number}；可分次缴纳。",
            f"Pay by {day:%Y-%m-%d} and quote {recovery.number}; payment in parts is possible.",
        )
    ]
    account = PayingAccount.objects.filter(authority=recovery.authority_id).order_by("pk").first()
    if account is not None:
        steps.append(
            Bilingual(
                f"收款账户：{account.name}，{account.bank_name}，{account.account_number}。",
                f"Account: {account.name}, {account.bank_name}, {account.account_number}.",
            )
        )
    steps.append(
        Bilingual(
            "在缴清之前，本机关可在应向贵单位拨付的其他款项中予以抵扣，并在拨付记录中载明。",
            "Until all is paid, the bureau may set it off against other payments that are due to you; each payment says so.",
        )
    )
    return tuple(steps)
