"""A call of a policy that asks the company for a list of records: payments under technology contracts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from subsidy.applicants.models import COMPLETE, Company
from subsidy.cases.models import AnswerRecord, Case
from subsidy.programmes.models import Call, PolicyVersion
from tests.world import PACKS, World, pack_texts

LIST = "payments"
PAYMENT: dict[str, Any] = {
    "contract": "2023330106001",
    "side": "buyer",
    "registered": True,
    "related": False,
    "claimed_elsewhere": False,
    "vouched": True,
    "paid_on": "2023-06-30",
    "paid": 2_000_000_00,
    "refunded": 0,
}
KINDS = {"side": "choice", "paid_on": "date", "paid": "money", "refunded": "money", "contract": "text"}


def trade_call(world: World, *, replace: tuple[str, str] = ("", "")) -> Call:
    """An open call of the policy, of its text with one passage replaced where a test needs another rule."""
    texts = dict(pack_texts(PACKS / "technology_trade" / "2024.1"))
    if replace[0]:
        assert replace[0] in texts["policy_text"], replace
        texts["policy_text"] = texts["policy_text"].replace(*replace, 1)
    version = PolicyVersion.objects.filter(authority=world.authority, policy__code="technology_trade").first()
    if version is None:
        version = PolicyVersion.objects.get(pk=world.open("policy_version", "publish", "policy2", texts))
    pk = world.open(
        "call",
        "open",
        "policy2",
        {
            "policy_version": version.pk,
            "number": f"XH-JS-{next(world.serial)}",
            "title_zh": "技术交易补助申报",
            "title_en": "Call for technology transactions",
            "opens_at": world.now.at - dt.timedelta(days=1),
            "closes_at": world.now.at + dt.timedelta(days=10),
            "route": "R2",
            "route_version": 1,
            "allocation": "ranked",
            "budget_line": world.line().pk,
            "budget_fen": 100_000_000_00,
        },
    )
    return Call.objects.get(pk=pk)


def keep_payments(
    world: World, company: Company, *keys: str, as_of: str = "2024-02-01", complete: bool = False, **fields: Any
) -> None:
    """Have an officer keep payments of the company from the register of contracts."""
    facts: list[dict[str, Any]] = []
    for key in keys:
        for name, value in {"number": key, **PAYMENT, **fields}.items():
            kind = "text" if name == "number" else KINDS.get(name, "yes_no")
            facts.append({"name": name, "kind": kind, "value": value, "list_name": LIST, "record_key": key})
    if complete:
        facts.append({"name": COMPLETE, "kind": "yes_no", "value": True, "list_name": LIST})
    data = {"source": "register", "as_of": as_of, "facts": facts}
    world.act("company", company, "keep_facts", "counter", data=data)


def record_of(case: Case, key: str) -> AnswerRecord:
    return case.records.get(list_name=LIST, record_key=key)


def entered(key: str = "", **fields: Any) -> dict[str, Any]:
    """What the form of a record sends; without a key for a record of a source, whose key stands."""
    said = {**({"number": key} if key else {}), **PAYMENT, **fields}
    return {"list": LIST, **{f"field_{name}": value for name, value in said.items()}}
