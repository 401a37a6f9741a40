"""Facts of many companies: importing a file of them in bounded memory, and reading those of one company.

``PYTHONPATH=. python benchmarks/facts.py [COMPANIES]`` (200,000 when not said) makes companies and a CSV of 30 facts each,
one line in a hundred of them bad, on a PostgreSQL of its own, and lets a process of its own check it, apply it, check it
again (nothing changes) and undo it: its peak memory is the import's alone. Peers: COPY of the same rows, already typed,
into a bare table, and into one with the indexes, constraints and foreign keys of the store. Limits: 300 MiB, and three
statements for the facts of one company. Nothing fails on a slow machine.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table

COMPANIES = 200_000
FACTS = 30
BAD_EVERY = 100
MEMORY_MAX = 300.0
STATEMENTS_MAX = 3
LAYOUT, YEAR, AS_OF = "statistics", 2023, dt.date(2024, 2, 1)
STORE = "applicants_companyfact"
# Numbers of companies begin beyond those of the small bureau of the tests, which is in the same database.
FIRST_NUMBER = 1_000_000
COLUMNS = (
    "authority_id, company_id, source, as_of, entered_at, entered_by_id, reason, brought_by_id, name, kind, unit, period, "
    'list_name, record_key, "integer", day, text, absent, raw'
)


def people_and_companies(count: int) -> Any:
    """The clerk of a bureau of `count` companies, made without the door: the import reads nothing else of them."""
    from django.db import connection

    from subsidy.applicants.models import Company
    from subsidy.demo.uscc import generated_uscc
    from tests.world import World

    world = World()
    Company.objects.bulk_create(
        (
            Company(
                authority=world.authority,
                uscc=generated_uscc(FIRST_NUMBER + n, region="330106"),
                name=f"杭州示例{n}号科技有限公司",
                region="330106",
                founded_on=dt.date(2016, 5, 1),
            )
            for n in range(count)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE applicants_company")
    return world


def write_file(path: Path, count: int) -> None:
    """A line a company, 30 facts each; every hundredth line has a value that cannot be one."""
    from subsidy.demo.uscc import generated_uscc
    from subsidy.sources import LAYOUTS

    columns = LAYOUTS[LAYOUT].columns
    assert len(columns) == FACTS
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(",".join(["统一社会信用代码", *(column.zh for column in columns)]) + "\r\n")
        for n in range(count):
            cells = [
                "是" if column.kind == "yes_no" else str(n * 7919 % 90_000_000 + k) for k, column in enumerate(columns)
            ]
            if n % BAD_EVERY == BAD_EVERY - 1:
                cells[5] = "不详"
            out.write(",".join([generated_uscc(FIRST_NUMBER + n, region="330106"), *cells]) + "\r\n")


def peak_mib() -> float:
    """The most that this process ever held; where the system says it, without what it took over from its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return (
            int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(first: int, second: int) -> None:
    """The import's own process: check, apply, check the same file again, undo. Prints what it measured as JSON."""
    import django

    django.setup()
    from subsidy.accounts.models import User
    from subsidy.applicants.models import FactImport
    from tests.world import START
    from workflows.common import door
    from workflows.fact_import.jobs import apply_fact_import, check_fact_import, undo_fact_import

    counter = User.objects.get(username="counter")
    measured: dict[str, Any] = {"started_mib": peak_mib()}

    def timed(name: str, work: Callable[..., None], pk: int) -> None:
        began = time.perf_counter()
        work(pk, now=lambda: START)
        measured[name] = time.perf_counter() - began
        measured[f"{name}_mib"] = peak_mib()
        print(f"{name}: {measured[name]:.1f} s, {measured[f'{name}_mib']:.0f} MiB", file=sys.stderr, flush=True)

    timed("check", check_fact_import, first)
    door.perform("fact_import", first, "apply", actor=counter, now=START, key="bench:apply")
    timed("apply", apply_fact_import, first)
    timed("again", check_fact_import, second)
    found = FactImport.objects.get(pk=second)
    measured["again_changes"] = found.facts_new + found.facts_changed + found.facts_renewed
    door.perform("fact_import", first, "undo", actor=counter, now=START, key="bench:undo", data={"reason": "measured"})
    timed("undo", undo_fact_import, first)
    found = FactImport.objects.get(pk=first)
    measured |= {"facts": found.facts_new, "bad": found.lines_bad}
    print(json.dumps(measured))


def lines_of_store(import_id: int) -> Iterator[bytes]:
    """The rows that the import wrote, as COPY gives them."""
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {COLUMNS} FROM {STORE} WHERE brought_by_id = {import_id}) TO STDOUT") as copy,
    ):
        for block in copy:
            yield bytes(block)


def copied(dump: Path, *, like: str) -> float:
    """Seconds of COPY of the dumped rows into a fresh table; `like` says what it takes over of the store."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {STORE} {like})")
        if like:
            for number, (column, target) in enumerate(foreign_keys()):
                cursor.execute(
                    f"ALTER TABLE bench_copy ADD CONSTRAINT bench_{number} FOREIGN KEY ({column}) REFERENCES {target} "
                    "DEFERRABLE INITIALLY DEFERRED"
                )
        else:
            cursor.execute("ALTER TABLE bench_copy ALTER COLUMN id DROP NOT NULL")
        began = time.perf_counter()
        with cursor.copy(f"COPY bench_copy ({COLUMNS}) FROM STDIN") as copy, dump.open("rb") as stream:
            while block := stream.read(1 << 20):
                copy.write(block)
        spent = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
    return spent


def foreign_keys() -> list[tuple[str, str]]:
    return [
        ("authority_id", "accounts_authority"),
        ("company_id", "applicants_company"),
        ("entered_by_id", "accounts_user"),
        ("brought_by_id", "applicants_factimport"),
        ("superseded_in_id", "applicants_factimport"),
    ]


def reading(world: Any) -> tuple[int, float]:
    """Statements and milliseconds of the facts of one company for one policy."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from subsidy.applicants.models import Company
    from subsidy.decisions.facts import facts_of
    from subsidy.programmes.packs import pack_of

    company = Company.objects.filter(name__startswith="杭州示例").order_by("pk")[0]
    world.act(
        "company", company, "keep_facts", "counter",
        data={"source": "tax", "as_of": "2024-01-01", "facts": [{"name": "sales_y1", "kind": "money", "value": 1}]},
    )  # fmt: skip
    case = world.submitted(world.call())
    pack = pack_of(case.policy_version)
    facts_of(case, pack, on=world.now.on)
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        facts_of(case, pack, on=world.now.on)
    return len(asked), (time.perf_counter() - began) * 1000


def imported(world: Any, cluster: Any, name: str, path: Path) -> tuple[dict[str, Any], int]:
    """Upload the file twice and have the process of its own work on it; what it measured, and the import."""
    from django.core.files.uploadedfile import TemporaryUploadedFile

    ids = []
    for _twice in range(2):
        with path.open("rb") as stream:
            upload = TemporaryUploadedFile(path.name, "text/csv", path.stat().st_size, "utf-8")
            assert upload.file is not None
            shutil.copyfileobj(stream, upload.file)
            upload.seek(0)
            data = {"layout": LAYOUT, "as_of": AS_OF.isoformat(), "year": YEAR}
            ids.append(world.open("fact_import", "upload", "counter", data, files={"file": upload}))
            upload.close()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.facts", "--child", *map(str, ids)],
        env={**os.environ, "DATABASE_URL": cluster.url(name)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured, ids[0]


def rows_of_table(measured: dict[str, Any], plain: float, like: float, statements: int, ms: float) -> list[Row]:
    facts = measured["facts"]
    peak = max(measured[f"{name}_mib"] for name in ("check", "apply", "again", "undo"))
    return [
        Row("peak memory of the import's process", peak, "MiB", MEMORY_MAX, at_least=False),
        Row("  of which before the first line", measured["started_mib"], "MiB"),
        Row(f"check {facts:,} facts ({measured['bad']:,} bad lines)", facts / measured["check"], "/s"),
        Row(
            "apply", facts / measured["apply"], "/s", peer=f"bare COPY {facts / plain:,.0f}/s",
            times=plain / measured["apply"],
        ),
        Row("  the same", facts / measured["apply"], "/s", peer=f"COPY, indexes and keys {facts / like:,.0f}/s",
            times=like / measured["apply"]),
        Row("check the same file again", facts / measured["again"], "/s"),
        Row("  facts that it would change", float(measured["again_changes"]), "", 0.0, at_least=False),
        Row("undo", facts / measured["undo"], "/s"),
        Row("facts of one company for one policy, statements", float(statements), "", STATEMENTS_MAX, at_least=False),
        Row("  its time", ms, "ms"),
    ]  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COMPANIES
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    from django.conf import settings

    from tests.harness.database import Cluster, point_to

    cluster, name = Cluster(), "facts_bench"
    try:
        cluster.ensure_template()
        cluster.create(name, template=cluster.template)
        point_to(cluster, name)
        world = people_and_companies(count)
        path, dump = Path(settings.DATA_DIR) / "facts.csv", Path(settings.DATA_DIR) / "facts.copy"
        write_file(path, count)
        measured, import_id = imported(world, cluster, name, path)
        with dump.open("wb") as out:
            out.writelines(lines_of_store(import_id))
        plain = copied(dump, like="")
        like = copied(dump, like="INCLUDING ALL")
        print(f"COPY: bare {plain:.1f} s, indexes and keys {like:.1f} s", file=sys.stderr, flush=True)
        statements, ms = reading(world)
    finally:
        from django.db import connections

        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(table(rows_of_table(measured, plain, like, statements, ms)))


if __name__ == "__main__":
    # Beside this script lies benchmarks/policies.py, which must not be found in the place of the room of that name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
