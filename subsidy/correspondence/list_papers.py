"""The papers about a list: the public notice and the decree of a round, the cover sheet of a payment batch."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence

from policies.language import Pack
from subsidy.accounts.models import User
from subsidy.audit.moment import ZONE
from subsidy.bankfiles import amount_in_capitals
from subsidy.decisions.models import Decree as IssuedDecree
from subsidy.decisions.models import Round
from subsidy.ledger.models import BudgetLine
from subsidy.letters import (
    BatchCover,
    Bilingual,
    BudgetLineTotal,
    Decree,
    DecreeRow,
    Hand,
    NoticeList,
    NoticeRow,
    Seal,
    batch_cover,
    decree,
    notice_list,
)
from subsidy.letters.formats import Language, yuan
from subsidy.payouts.models import Batch
from subsidy.payouts.offsets import sent_shares
from subsidy.programmes.models import Policy
from subsidy.programmes.packs import pack_of

NO_TIER = Bilingual("—", "—")
HOW_TO_OBJECT = (
    Bilingual(
        "公示期内以书面形式提出，说明理由并附依据。",
        "Object in writing while the notice runs, with reasons and evidence.",
    ),
    Bilingual(
        "单位须盖公章，个人须署真实姓名和联系方式。", "A unit affixes its seal; a person gives name and contact."
    ),
)

BODY = (
    Bilingual(
        "请各有关企业登录填写并确认收款账户，按规定做好账务处理。",
        "The companies enter and confirm the account to be paid to, and book the award as the rules ask.",
    ),
    Bilingual(
        "资金使用接受审计、财政和纪检监察部门的监督检查。",
        "Its use is open to inspection by the audit, finance and discipline authorities.",
    ),
)
CONFERRING_BODY = (
    Bilingual(
        "认定证书可登录系统下载。认定有效期内，请按规定报送数据、接受复核。",
        "The certificates can be downloaded after signing in. While the recognition runs, report and be tested as the rules ask.",
    ),
    Bilingual(
        "情况发生重大变化的，应及时报告；弄虚作假的，取消认定。",
        "Report great changes in time; a recognition that was got by false filing is revoked.",
    ),
)


def _decree_title(policy: Policy, conferred: Bilingual | None) -> Bilingual:
    if conferred is None:
        return Bilingual(f"关于下达{policy.title_zh}资金的通知", f"Decree on the {policy.title_en}")
    return Bilingual(f"关于公布{conferred.zh}认定名单的通知", f"Decree on the {policy.title_en}")


def tiers_of(pack: Pack) -> dict[str, Bilingual]:
    return {tier.id: Bilingual(tier.text.zh, tier.text.en) for tier in pack.tiers}


def title_of(pack: Pack) -> Bilingual | None:
    """The title that a policy confers where it pays nothing; its papers name it in the place of amounts."""
    if pack.amount is not None or pack.recognition is None:
        return None
    return Bilingual(pack.recognition.text.zh, pack.recognition.text.en)


def authority_of(record: Round | Batch) -> Bilingual:
    return Bilingual(record.authority.name_zh, record.authority.name_en)


def compose_notice(round_: Round, lang: Language, seal: Seal | None = None) -> bytes:
    """The list exactly as it was frozen, with the hash under which it was."""
    version = round_.call.policy_version
    pack, notice = pack_of(version), round_.notice
    assert pack.notice is not None  # a policy without a notice cannot publish one
    tiers, title = tiers_of(pack), title_of(pack)
    contact = round_.call.contact
    return notice_list(
        NoticeList(
            number=round_.number,
            authority=authority_of(round_),
            title=Bilingual(notice.title_zh, notice.title_en),
            policy_title=Bilingual(version.policy.title_zh, version.policy.title_en),
            policy_number=version.document_number,
            rows=tuple(
                NoticeRow(
                    rank=row["rank"],
                    name=row["name"],
                    tier=tiers.get(row["tier"], NO_TIER),
                    amount_fen=row["amount_fen"] if title is None else None,
                )
                for row in json.loads(notice.list_text)
            ),
            starts_on=notice.starts_on,
            ends_on=notice.ends_on,
            working_days=pack.notice.days,
            list_hash=notice.list_hash,
            how_to_object=HOW_TO_OBJECT,
            contact=Bilingual(contact, contact)
            if contact
            else Bilingual("本局政策服务窗口", "the bureau's service counter"),
            issued_on=notice.starts_on,
            illustrative=version.illustrative,
            conferred=title,
            lang=lang,
            seal=seal,
        )
    )


def compose_decree(found: IssuedDecree, lang: Language, seal: Seal | None = None) -> bytes:
    """A decree with its annex; count and total come from the awards themselves."""
    awards = found.awards.order_by("rank")
    return decree_paper(
        found.round,
        number=found.number,
        issued_on=found.issued_on,
        rows=[(award.rank, award.company_name, award.tier, award.amount_fen) for award in awards],
        lang=lang,
        seal=seal,
    )


def decree_paper(
    round_: Round,
    *,
    number: str,
    issued_on: dt.date,
    rows: Sequence[tuple[int, str, str, int]],
    lang: Language,
    seal: Seal | None = None,
) -> bytes:
    """A decree on a round, issued or as it would be: rows are (rank, company, tier, amount in fen)."""
    version = round_.call.policy_version
    pack, title = pack_of(version), version.policy
    tiers, conferred = tiers_of(pack), title_of(pack)
    return decree(
        Decree(
            number=number,
            issuers=(authority_of(round_),),
            addressees=(Bilingual("各有关企业", "the companies concerned"),),
            basis=(
                Bilingual(
                    f"《{title.title_zh}》（{version.document_number}）",
                    f"{title.title_en} ({version.document_number})",
                ),
            ),
            title=_decree_title(title, conferred),
            body=BODY if conferred is None else CONFERRING_BODY,
            rows=tuple(
                DecreeRow(
                    rank=rank,
                    name=name,
                    tier=tiers.get(tier, NO_TIER),
                    amount_fen=amount if conferred is None else None,
                )
                for rank, name, tier, amount in rows
            ),
            issued_on=issued_on,
            illustrative=version.illustrative,
            conferred=conferred,
            lang=lang,
            seal=seal,
        )
    )


def compose_cover(batch: Batch, lang: Language, seal: Seal | None = None) -> bytes:
    """The cover sheet of a released batch: the sealed file's fingerprint and the three hands."""
    file = batch.export_file
    return batch_cover(
        BatchCover(
            number=batch.number,
            authority=authority_of(batch),
            format=batch.format,
            file_name=file.name,
            count=batch.line_count,
            total_fen=batch.total_fen,
            total_capitals=amount_in_capitals(batch.total_fen),
            notes=_offset_notes(batch),
            lines=_totals(batch),
            sha256=file.sha256,
            sequence=file.sequence,
            prepared=Hand(name=batch.prepared_by.name, at=batch.prepared_at.astimezone(ZONE)),
            checked=_hand(batch.checked_by, batch.checked_at),
            released=_hand(batch.released_by, batch.released_at),
            illustrative=batch.lines.filter(case__policy_version__illustrative=True).exists(),
            lang=lang,
            seal=seal,
        )
    )


def _offset_notes(batch: Batch) -> tuple[Bilingual, ...]:
    """What is no part of the file: said on its cover, so that gross and net can be told apart."""
    if not batch.offset_fen:
        return ()
    gross, kept = yuan(batch.total_fen + batch.offset_fen), yuan(batch.offset_fen)
    return (
        Bilingual(
            f"本批次应付合计 {gross} 元，其中 {kept} 元用于抵扣企业应归还的追回款，不在付款文件之内。",
            f"The payments of this batch come to CNY {gross}; CNY {kept} of it are set off against recoveries that the "
            "companies owe, and stand in no file.",
        ),
    )


def _hand(person: User | None, at: dt.datetime | None) -> Hand | None:
    return None if person is None or at is None else Hand(name=person.name, at=at.astimezone(ZONE))


def _totals(batch: Batch) -> tuple[BudgetLineTotal, ...]:
    counts: dict[int, int] = defaultdict(int)
    totals: dict[int, int] = defaultdict(int)
    for line in batch.lines.prefetch_related("shares", "offsets").iterator(chunk_size=2000):
        for share, fen in sent_shares(line):
            counts[share.budget_line_id] += 1
            totals[share.budget_line_id] += fen
    return tuple(
        BudgetLineTotal(
            code=line.code,
            name=Bilingual(line.name_zh, line.name_en),
            count=counts[line.pk],
            total_fen=totals[line.pk],
        )
        for line in BudgetLine.objects.filter(pk__in=totals).order_by("year", "code")
    )
