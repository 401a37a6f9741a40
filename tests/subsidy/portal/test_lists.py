"""The pages of a list in an application: filled in, added to, corrected, removed, called complete; by whoever may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.models import AnswerRecord, Case
from tests.subsidy.portal.helpers import get
from tests.trade import LIST, entered, keep_payments, record_of, trade_call
from tests.world import World, kept, pdf
from workflows.case.list_forms import seen_of_list, seen_of_record

SignIn = Callable[[User], Client]


@kept
def begun(world: World, *keys: str) -> Case:
    call, company = trade_call(world), world.company()
    if keys:
        keep_payments(world, company, *keys)
    return world.draft(call, company)


def post(client: Client, page: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"portal:{page}", args=args), {"key": data.pop("key", "k1"), **data})


def sent(key: str = "", **fields: Any) -> dict[str, Any]:
    """As a browser sends it: money in yuan, yes and no in words."""
    found = {**entered(key), "field_paid": "2,000,000.00", "field_refunded": "0"}
    found |= {name: "yes" if value is True else "no" for name, value in found.items() if isinstance(value, bool)}
    return {**found, **fields}


def test_the_task_list_and_the_list_show_what_was_filled_in(world: World, sign_in: SignIn) -> None:
    case = begun(world, "HD-1", "HD-2")
    client = sign_in(world.filer(case.company))
    address = reverse("portal:list", args=[case.number, LIST])
    tasks = get(client, "tasks", case.number)
    assert f'href="{address}"' in tasks and "技术合同付款明细" in tasks
    page = get(client, "list", case.number, LIST)
    for part in ("HD-1", "HD-2", "2024年2月1日", "与来源一致", "2,000,000.00 元", "买方", "发票、银行回单"):
        assert part in page, part


def test_confirming_leads_on_and_completes_the_task(world: World, sign_in: SignIn) -> None:
    case = begun(world, "HD-1")
    client = sign_in(world.filer(case.company))
    unsaid = post(client, "list", case.number, LIST, _seen=seen_of_list(case, LIST))
    assert unsaid.status_code == 422
    done = post(client, "list", case.number, LIST, _seen=seen_of_list(case, LIST), complete="yes", key="k2")
    assert done.status_code == 302
    assert done["Location"] == reverse("portal:documents", args=[case.number])
    assert "条记录，完整" in get(client, "check", case.number)


def test_a_record_is_added_by_page_with_its_proof(world: World, sign_in: SignIn) -> None:
    case = begun(world)
    client = sign_in(world.filer(case.company))
    assert "付款凭证号" in get(client, "list-add", case.number, LIST)
    without = post(client, "list-add", case.number, LIST, **sent("HD-9"))
    assert without.status_code == 422
    assert 'value="HD-9"' in without.content.decode(), "what was entered stands there again"
    data = sent("HD-9", reason="尚未登记", evidence=pdf("回单.pdf"))
    assert post(client, "list-add", case.number, LIST, **data, key="k2").status_code == 302
    row = record_of(case, "HD-9")
    assert row.values["paid"] == 2_000_000_00 and row.values["vouched"] is True
    page = get(client, "list", case.number, LIST)
    assert "企业补充" in page and "回单.pdf" in page
    paper = reverse("portal:file", args=[case.number, row.evidence_id])
    assert paper in page
    download = client.get(paper)
    assert download.status_code == 200
    download.close()


def test_a_record_is_corrected_and_removed_by_page_and_the_source_stays(world: World, sign_in: SignIn) -> None:
    case = begun(world, "HD-1")
    client, row = sign_in(world.filer(case.company)), record_of(case, "HD-1")
    page = get(client, "list-record", case.number, LIST, row.pk)
    assert 'name="field_paid" value="2,000,000.00"' in page and "field_number" not in page
    data = {**sent(), "field_paid": "1,500,000", "reason": "以回单为准", "evidence": pdf("回单.pdf")}
    done = post(client, "list-record", case.number, LIST, row.pk, **data, _seen=seen_of_record(row))
    assert done.status_code == 302
    shown = get(client, "list", case.number, LIST)
    assert "1,500,000.00 元" in shown and "来源所记：" in shown and "2,000,000.00 元" in shown
    get(client, "list-remove", case.number, LIST, row.pk)
    stale = post(client, "list-remove", case.number, LIST, row.pk, _seen=seen_of_record(row), key="k2")
    assert stale.status_code == 409
    row.refresh_from_db()
    gone = {"_seen": seen_of_record(row), "reason": "合同解除", "key": "k3"}
    assert post(client, "list-remove", case.number, LIST, row.pk, **gone).status_code == 302
    assert "企业剔除" in get(client, "list", case.number, LIST)


def test_nobody_else_reaches_or_changes_a_list(world: World, sign_in: SignIn) -> None:
    case = begun(world, "HD-1")
    row = record_of(case, "HD-1")
    stranger, legal = sign_in(world.filer(world.company())), sign_in(world.legal(case.company))
    pages = (("list", ()), ("list-add", ()), ("list-record", (row.pk,)), ("list-remove", (row.pk,)))
    for page, more in pages:
        get(stranger, page, case.number, LIST, *more, status=404)
        assert post(stranger, page, case.number, LIST, *more).status_code == 404
        assert post(legal, page, case.number, LIST, *more, key=f"l{page}").status_code == 403
    assert reverse("portal:list-add", args=[case.number, LIST]) not in get(legal, "list", case.number, LIST)
    mine = sign_in(world.filer(case.company))
    for name in ("ip", "prior_awards"):
        get(mine, "list", case.number, name, status=404)
    get(mine, "list-record", case.number, LIST, row.pk + 1, status=404)


def test_a_long_list_is_shown_page_by_page(world: World, sign_in: SignIn) -> None:
    case = begun(world)
    AnswerRecord.objects.bulk_create(
        AnswerRecord(case=case, list_name=LIST, record_key=f"N{n:03d}", values={"number": f"N{n:03d}"})
        for n in range(60)
    )
    client = sign_in(world.filer(case.company))
    first = get(client, "list", case.number, LIST)
    assert "N049" in first.split("<table")[1] and "N050" not in first.split("<table")[1] and "page=2" in first
    second = client.get(reverse("portal:list", args=[case.number, LIST]) + "?page=2").content.decode()
    assert "N059" in second.split("<table")[1]


def test_a_correction_leads_to_the_list_that_it_names(world: World, sign_in: SignIn) -> None:
    case = begun(world, "HD-1")
    filer = world.filer(case.company)
    world.act("case", case, "confirm_list", filer, data={"list": LIST, "complete": True})
    for slot in ("contract_certificate", "invoices", "bank_slips", "unrelated_statement"):
        world.act("case", case, "attach", filer, data={"slot": slot}, files={"file": pdf(f"{slot}.pdf")})
    world.act("case", case, "submit", filer, data={"declaration": True})
    named = {"message": "请补正", f"reason_{LIST}": "缺一笔付款"}
    world.act("case", case, "return_for_correction", "acceptance", data=named)
    client = sign_in(filer)
    page = get(client, "correction", case.number)
    assert reverse("portal:list", args=[case.number, LIST]) in page and "缺一笔付款" in page
    assert reverse("portal:list-add", args=[case.number, LIST]) in get(client, "list", case.number, LIST)
