"""Bank files: a payout of 100,000 payments, and the answer to it, beside bare lxml streaming.

Peer: the same pain.001 elements streamed by ``lxml.etree.xmlfile`` alone, without any check; for reading, a bare
``lxml.etree.iterparse`` that frees what it has seen. Limits: writing at most 1.5 times the peer, at most 64 MiB.
Each case runs in a process of its own, so that its peak memory is its own; peer and ours take turns, the median of
the rounds counts. ``PYTHONPATH=. python benchmarks/bankfiles.py [COUNT [ROUNDS]]`` prints the table; nothing fails
on a slow machine.

Baseline, 100,000 payments on two cores with other work running beside it (CPU seconds, peak of the process; ratios
count, not seconds): writing pain.001 3.5 s and 32 MiB, peer 4.3 s and 26 MiB (0.8 times); bank CSV 6.7 s and 25 MiB;
reading camt.054 17.9 s and 26 MiB, peer 1.1 s (16 times: the peer only counts entries).
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree

from subsidy.bankfiles import Party, Payment, PaymentFile, read, write
from subsidy.bankfiles.amounts import fen_to_text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
PAYER = Party("西湖区科学技术局", "1202020209900012345", "中国工商银行杭州西湖支行", "102100099996")
RATIO_MAX = 1.5
PEAK_MIB_MAX = 64


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
        total_fen=sum(one.amount_fen for one in payments(count)),
        purpose="飞天计划第一批",
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
    for start in range(0, count, 3000):
        size = min(3000, count - start)
        with (folder / "ours.csv").open("wb") as out:
            write("bank_csv", header(size), payments(size), out)


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
    """A camt.054 with an entry a payment, for the reading cases; not measured."""
    entry = (
        '<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2024-03-05</Dt></BookgDt><AcctSvcrRef>TX{row}</AcctSvcrRef><BkTxCd><Prtry><Cd>X</Cd></Prtry>"
        "</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n"
    )
    with (folder / "answer.xml").open("w", encoding="utf-8") as out:
        out.write(
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr>'
            "<MsgId>N-1</MsgId><CreDtTm>2024-03-05T09:00:00</CreDtTm></GrpHdr><Ntfctn><Id>N-1</Id>"
            "<Acct><Id><Othr><Id>1202</Id></Othr></Id></Acct>\n"
        )
        for one in payments(count):
            out.write(entry.format(amount=fen_to_text(one.amount_fen), row=one.row, name=one.end_to_end_id))
        out.write("</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>")


def read_ours(count: int, folder: Path) -> None:
    """Every statement of the answer, with its identity."""
    with (folder / "answer.xml").open("rb") as stream:
        settled = sum(answer.status == "settled" for answer in read(stream).answers)
    if settled != count:
        raise SystemExit(f"read {settled} settled payments, expected {count}")


def read_peer(count: int, folder: Path) -> None:
    """Bare iterparse over the entries, reading nothing."""
    iterparse: Any = vars(etree)["iterparse"]
    for _event, element in iterparse(str(folder / "answer.xml"), tag="{*}Ntry"):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


CASES: dict[str, Callable[[int, Path], None]] = {
    "made": made,
    "write_ours": write_ours,
    "write_peer": write_peer,
    "write_csv": write_csv,
    "prepare_answer": prepare_answer,
    "read_ours": read_ours,
    "read_peer": read_peer,
}


def measured(case: str, count: int, folder: Path) -> tuple[float, float]:
    """Seconds and peak MiB of one case in a process of its own."""
    command = [sys.executable, __file__, "--case", case, str(count), str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), float(answer[1])


def run_case(case: str, count: int, folder: Path) -> None:
    """The child's part: run, then print seconds of this process and its peak memory."""
    start = time.process_time()
    CASES[case](count, folder)
    seconds = time.process_time() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak_mib:.1f}")


def table(count: int, rounds: int) -> None:
    """Run every case in turn and print the medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured("prepare_answer", count, folder)
        names = [case for case in CASES if case != "prepare_answer"]
        runs = {case: [] for case in names}  # type: dict[str, list[tuple[float, float]]]
        for _round in range(rounds):
            for case in names:
                runs[case].append(measured(case, count, folder))
        idle = measured("made", 1, folder)[1]
    print(f"{count} payments, {rounds} rounds, CPU seconds (median); an idle process holds {idle:.0f} MiB")
    for case, results in runs.items():
        print(f"{case:12} {median(one[0] for one in results):7.2f} s {max(one[1] for one in results):7.1f} MiB")
    for what in ("write", "read"):
        ours, peer = (median(one[0] for one in runs[f"{what}_{who}"]) for who in ("ours", "peer"))
        limit = f", limit {RATIO_MAX}" if what == "write" else ""
        print(f"{what}: {ours / peer:.2f} times the peer{limit}")
    peak = max(one[1] for results in runs.values() for one in results)
    print(f"peak of all cases {peak:.1f} MiB, limit {PEAK_MIB_MAX}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run_case(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        table(*(numbers + [100_000, 3][len(numbers) :]))
