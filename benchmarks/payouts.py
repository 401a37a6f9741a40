"""Payouts through the door and a real database: a batch built and sealed, and the bank's answer read back and posted.

Limits: a batch of 10,000 lines prepared, checked, released and exported in 3 seconds; an account statement of 100,000
payments read, posted to both books and told to every case in 60 seconds, its memory flat: at ten times the payments at
most twice the peak. Every payment has a case and a company of its own. ``python -m benchmarks.payouts [ANSWERED [LINES]]``
prints the table on a PostgreSQL of its own, with `PROFILE=1` also where the time goes; nothing fails on a slow machine.
The baseline is in ``benchmarks/baseline.md``.
"""

from __future__ import annotations

import cProfile
import gc
import multiprocessing
import os
import pstats
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table

ANSWERED, LINES = 100_000, 10_000
SEALED_S_MAX, ANSWERED_S_MAX = 3.0, 60.0
FIRST = 10_000_000
AMOUNT_FEN = 100_000
CHUNK = 10_000
ENTRY = (
    '<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>TX{row}</AcctSvcrRef><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
    "<NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>{on}</Dt></Dt></Bal>\n"
)


def prepare() -> None:
    """Django in this process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()


def multiplied(row: Any, count: int, **columns: str) -> None:
    """Copies of a row under the keys FIRST + 1 …; `columns` are SQL expressions over `n`, the number of the copy."""
    from django.db import connection

    name = row._meta.db_table
    changed = ", ".join(
        f"'{column}', {expression}" for column, expression in {"id": f"{FIRST} + n", **columns}.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name} SELECT (jsonb_populate_record(source, jsonb_build_object({changed}))).* "
            f"FROM {name} source, generate_series(1, %s) n WHERE source.id = %s",
            [count, row.pk],
        )
        cursor.execute(f"ANALYZE {name}")


class Payable:
    """A bureau with `count` cases of companies of their own, each decreed, its account confirmed, its payment due."""

    def __init__(self, count: int) -> None:
        from viewflow.workflow.models import Task

        from subsidy.decisions.models import Award, Instalment
        from subsidy.ledger.enums import Kind
        from subsidy.ledger.models import Reservation
        from subsidy.ledger.posting import Posting
        from subsidy.ledger.services import post
        from tests.subsidy.payouts.bank import obligated
        from tests.world import World

        self.world = world = World()
        line = world.line(count * AMOUNT_FEN * 2 + 100_000_000_00)
        [case] = obligated(world, 1, line=line)
        key = f"{FIRST} + n"
        award = Award.objects.get(case=case)
        multiplied(case.company, count, uscc=f"'B' || ({key})", head_seq="0")
        multiplied(case.process, count)
        for task in Task.objects.filter(process=case.process, finished__isnull=True):
            multiplied(task, count, process_id=key)
        own = {"process_id": key, "company_id": key, "number": "'XH-BENCH-' || n", "filing_number": "null"}
        multiplied(case, count, **own, head_seq="0")
        multiplied(award, count, case_id=key, company_id=key, amount_fen=str(AMOUNT_FEN))
        multiplied(Instalment.objects.get(award=award), count, award_id=key, amount_fen=str(AMOUNT_FEN))
        multiplied(Reservation.objects.get(case_id=case.pk), count, case_id=key, amount_fen=str(AMOUNT_FEN))
        for kind in (Kind.RESERVE, Kind.OBLIGATE):
            posting = Posting(
                kind, f"bench:{kind.value}", count * AMOUNT_FEN, world.authority.pk, "case", case.pk, line_id=line.pk
            )
            post([posting], now=world.now)

    def sealed(self, first: int, count: int) -> Any:
        """One batch of `count` payments from the number `first` on: prepared, checked, released, exported."""
        from subsidy.payouts.models import Batch

        world = self.world
        pk = world.open(
            "batch",
            "prepare",
            "finance1",
            {
                "instalments": [FIRST + n for n in range(first, first + count)],
                "format": "pain.001.001.09",
                "paying_account": world.paying_account.pk,
                "execution_on": world.now.on.isoformat(),
                "purpose": "飞天计划奖补",
            },
        )
        batch = Batch.objects.get(pk=pk)
        for action, who in (("check", "finance2"), ("release", "finance3"), ("export", "finance1")):
            world.act("batch", batch, action, who)
        return batch

    def statement(self, count: int, target: Path, *, first: int = 1) -> None:
        """The account's statement of the day: a booked debit for each of `count` payments."""
        from subsidy.bankfiles.amounts import fen_to_text

        on, account = self.world.now.on.isoformat(), self.world.paying_account.account_number
        total, amount = fen_to_text(count * AMOUNT_FEN), fen_to_text(AMOUNT_FEN)
        with target.open("w", encoding="utf-8") as out:
            out.write(
                '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr>'
                f"<MsgId>N-{first}</MsgId><CreDtTm>{on}T18:00:00</CreDtTm></GrpHdr><Stmt><Id>N-{first}</Id>"
                f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>\n"
            )
            out.write(BALANCE.format(kind="OPBD", amount=total, on=on))
            out.write(BALANCE.format(kind="CLBD", amount="0.00", on=on))
            for n in range(first, first + count):
                out.write(ENTRY.format(amount=amount, on=on, row=n, name=f"XH-BENCH-{n}-1-1"))
            out.write("</Stmt></BkToCstmrStmt></Document>")

    def read(self, file: Path) -> None:
        """Read the statement in, as the page does."""
        from django.core.files.uploadedfile import TemporaryUploadedFile

        upload = TemporaryUploadedFile(file.name, "application/xml", file.stat().st_size, None)
        with file.open("rb") as stream:
            shutil.copyfileobj(stream, upload)
        upload.seek(0)
        files, key = {"file": upload}, f"bench:{file.name}"
        self.world.act("authority", self.world.authority, "import_answers", "finance1", files=files, key=key)
        upload.close()


@contextmanager
def profiled() -> Iterator[None]:
    """With PROFILE in the environment: where the time goes, printed."""
    if not os.environ.get("PROFILE"):
        yield
        return
    with cProfile.Profile() as profile:
        yield
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def in_child(work: Callable[..., None], *arguments: Any) -> tuple[float, float, float]:
    """Seconds, CPU seconds of the process without the database's, and peak MiB of work in a forked process with a connection of its own."""
    from django.db import connections

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()

    def run() -> None:
        began, cpu_began = time.perf_counter(), time.process_time()
        work(*arguments)
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        connections.close_all()
        queue.put((spent, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

    child = fork.Process(target=run)
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit("the answer could not be read, see above")
    found: tuple[float, float, float] = queue.get()
    return found


def rows(answered: int, lines: int, folder: Path) -> Iterator[Row]:
    """Batches first, then a tenth of the answers and the rest of them, each read in a process of its own."""
    from subsidy.ledger.invariants import violations
    from subsidy.payouts.models import BatchLine

    payable = Payable(answered)
    gc.freeze()  # as subsidy/wsgi.py does
    began, cpu_began = time.perf_counter(), time.process_time()
    with profiled():
        payable.sealed(1, lines)
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    yield Row(f"batch of {lines:,} built and sealed", spent, "s", SEALED_S_MAX, at_least=False)
    yield Row("  CPU of the process", cpu, "s")
    for first in range(lines + 1, answered + 1, lines):
        payable.sealed(first, min(lines, answered - first + 1))
    small, large = folder / "small.xml", folder / "large.xml"
    tenth = answered // 10
    payable.statement(tenth, small)
    payable.statement(answered - tenth, large, first=tenth + 1)
    _idle, _cpu, idle_peak = in_child(lambda: None)

    def read(file: Path) -> None:
        with profiled():
            payable.read(file)

    spent, cpu, peak = in_child(read, small)
    yield Row(f"answer of {tenth:,} read and posted", spent, "s", None, at_least=False)
    yield Row("  CPU of the process", cpu, "s")
    yield Row("  peak above an idle process", peak - idle_peak, "MiB", None, at_least=False)
    spent, cpu, large_peak = in_child(read, large)
    limit = ANSWERED_S_MAX * (answered - tenth) / ANSWERED
    yield Row(f"answer of {answered - tenth:,} read and posted", spent, "s", limit, at_least=False)
    yield Row("  CPU of the process", cpu, "s")
    yield Row("  peak above an idle process", large_peak - idle_peak, "MiB", 2 * (peak - idle_peak), at_least=False)
    settled = BatchLine.objects.filter(state="settled").count()
    yield Row("payments settled", settled, "", answered, at_least=True)
    wrong = sum(1 for _one in violations(("I1", "I2", "I3", "I4", "I5", "I7")))
    yield Row("rows that break an invariant", wrong, "", 0, at_least=False)


def main() -> None:
    prepare()
    from django.conf import settings
    from django.db import connections

    from tests.harness.database import Cluster, point_to

    numbers = [int(one) for one in sys.argv[1:]]
    answered, lines = [*numbers, *(ANSWERED, LINES)[len(numbers) :]]
    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("payouts_bench", template=cluster.template)
        point_to(cluster, "payouts_bench")
        with tempfile.TemporaryDirectory() as folder:
            found = list(rows(answered, lines, Path(folder)))
    finally:
        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(table(found))
    print(f"load of the machine, 1 minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
