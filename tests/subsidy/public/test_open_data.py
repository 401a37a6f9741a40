"""Open data: what the pages show, as files that fit their published description, and nothing of persons."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from subsidy.decisions.models import Notice
from subsidy.payouts.models import BatchLine
from subsidy.public import open_data
from tests.subsidy.payouts.bank import answered, imported
from tests.world import World

TYPES: dict[str, Any] = {"string": str, "integer": int, "date": str, "datetime": str, "boolean": bool}


def fetched(client: Client, name: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """A table as CSV and as JSON Lines."""
    texts = []
    for wanted in ("csv", "jsonl"):
        answer = client.get(f"/open-data/{name}.{wanted}")
        assert answer.status_code == 200
        texts.append(b"".join(answer.streaming_content).decode())  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(texts[0]))), [json.loads(line) for line in texts[1].splitlines()]


@pytest.fixture
def paid(world: World) -> BatchLine:
    """A case that was paid, and beside it one that is still on its way."""
    call = world.call()
    first, second = world.ready(call), world.ready(call)
    world.decreed(call)
    batch = world.released([world.accounted(first), world.accounted(second)])
    line, other = batch.lines.order_by("row")
    for document in answered(batch, world, silent=frozenset({other.end_to_end_id})):
        imported(world, document.content, name=document.name)
    return BatchLine.objects.get(pk=line.pk)


def test_every_table_fits_its_description(client: Client, paid: BatchLine) -> None:
    package = client.get("/open-data/datapackage.json").json()
    described = {one["name"]: one for one in package["resources"]}
    for name in open_data.DATASETS:
        lines, objects = fetched(client, name)
        fields = described[f"{name}-jsonl"]["schema"]["fields"]
        assert objects and len(objects) == len(lines), name
        for line, one in zip(lines, objects, strict=True):
            assert list(line) == list(one) == [field["name"] for field in fields]
            for field in fields:
                value = one[field["name"]]
                assert value is None or type(value) is TYPES[field["type"]], (name, field, value)
                assert line[field["name"]] == ("" if value is None else str(value).lower() if value in (True, False) and
                                               field["type"] == "boolean" else str(value))  # fmt: skip
        keys = [tuple(one[part] for part in described[f"{name}-csv"]["schema"]["primaryKey"]) for one in objects]
        assert len(set(keys)) == len(keys), name
        assert described[f"{name}-csv"]["path"] == f"http://testserver/open-data/{name}.csv"


def test_what_was_paid_is_told_without_account_or_person(client: Client, paid: BatchLine) -> None:
    _lines, payments = fetched(client, "payments")
    assert [(one["company"], one["amount_fen"]) for one in payments] == [(paid.case.company_name, paid.amount_fen)]
    everything = "".join(json.dumps(fetched(client, name), ensure_ascii=False) for name in open_data.DATASETS)
    company = paid.case.company
    for secret in (
        paid.account_number,
        company.contact_name,
        paid.bank_name,
        paid.end_to_end_id,
    ):
        assert secret and secret not in everything


def test_a_list_is_given_as_it_stands(client: Client, world: World) -> None:
    call = world.call()
    case = world.ready(call)
    notice = Notice.objects.get(round=world.published(call))
    (row,) = fetched(client, "notices")[1]
    assert (row["notice"], row["name"], row["rank"]) == (notice.pk, case.company_name, 1)


def test_rows_are_read_in_chunks(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data, "CHUNK", 1)
    numbers = [world.call().number for _ in range(3)]
    assert [one["number"] for one in fetched(client, "calls")[1]] == numbers


def test_there_is_nothing_else(client: Client, world: World) -> None:
    assert client.get("/open-data/companies.csv").status_code == 404
    page = client.get("/open-data/", headers={"accept-language": "en"}).content.decode()
    assert "/open-data/awards.jsonl" in page and "now_fen" in page
