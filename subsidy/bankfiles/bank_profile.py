"""Profiles of the banks' CSV templates: column order, caps, encoding and words are data, not code.

There is no national standard for them. A bank that wants other titles, another order, other caps or GBK instead of
GB18030 gets another profile; nothing in the writer or the reader changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from subsidy.bankfiles.model import Status

OutField = Literal[
    "row",
    "account",
    "name",
    "bank_name",
    "bank_code",
    "same_bank",
    "payee_kind",
    "amount",
    "purpose",
    "remark",
    "end_to_end_id",
]
HeadField = Literal[
    "message_id",
    "sequence",
    "created_at",
    "execution_on",
    "payer_account",
    "payer_name",
    "payer_bank_code",
    "currency",
    "count",
    "total",
    "purpose",
]
ResultField = Literal["end_to_end_id", "account", "amount", "status", "code", "reason", "bank_reference", "booked_on"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the payout template: its title, what fills it, and the most characters the bank takes."""

    title: str
    field: OutField
    max_chars: int


@dataclass(frozen=True, slots=True)
class PayoutProfile:
    """How a bank wants its batch template. ``head`` is the first line: label, value, label, value, …"""

    encoding: str
    max_rows: int
    currency: str
    head: tuple[tuple[str, HeadField], ...]
    columns: tuple[Column, ...]
    same_bank_words: tuple[str, str]
    payee_kind: str


@dataclass(frozen=True, slots=True)
class ResultProfile:
    """How a bank reports: labels of the first line, titles of the columns, and its words for the outcome.

    Columns are found by title, in any order; titles that are not named here are passed over.
    """

    encoding: str
    currency: str
    result_id: str
    original_message_id: str
    payer_account: str
    created_at: str
    count: str
    columns: Mapping[str, ResultField]
    statuses: Mapping[str, Status]


PAYOUT = PayoutProfile(
    encoding="gb18030",
    max_rows=3000,
    currency="CNY",
    head=(
        ("批次号", "message_id"),
        ("文件序号", "sequence"),
        ("制作时间", "created_at"),
        ("付款日期", "execution_on"),
        ("付款账号", "payer_account"),
        ("付款户名", "payer_name"),
        ("付款行联行号", "payer_bank_code"),
        ("币种", "currency"),
        ("总笔数", "count"),
        ("总金额", "total"),
        ("批次用途", "purpose"),
    ),
    columns=(
        Column("序号", "row", 6),
        Column("收款账号", "account", 32),
        Column("收款户名", "name", 60),
        Column("开户行名称", "bank_name", 60),
        Column("联行号", "bank_code", 12),
        Column("行内/跨行", "same_bank", 2),
        Column("对公/对私", "payee_kind", 2),
        Column("金额", "amount", 18),
        Column("用途", "purpose", 60),
        Column("备注", "remark", 100),
        Column("商户流水号", "end_to_end_id", 35),
    ),
    same_bank_words=("行内", "跨行"),
    payee_kind="对公",
)

RESULT = ResultProfile(
    encoding="gb18030",
    currency="CNY",
    result_id="结果编号",
    original_message_id="原批次号",
    payer_account="付款账号",
    created_at="生成时间",
    count="总笔数",
    columns={
        "商户流水号": "end_to_end_id",
        "收款账号": "account",
        "金额": "amount",
        "处理状态": "status",
        "失败代码": "code",
        "失败原因": "reason",
        "银行流水号": "bank_reference",
        "记账日期": "booked_on",
    },
    statuses={"成功": "settled", "失败": "rejected", "处理中": "pending"},
)
