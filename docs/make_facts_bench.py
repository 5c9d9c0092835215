"""What do the facts cost beside one reading of the orders, and do they fit the memory they are given?

    python -m docs.make_facts_bench [--rows 10000000] [--folder DIR]

Made-up orders of 36 months with a tenth as many customers, and refunds of three orders in a hundred, as one Parquet
file a month. Each step is a process of its own, under the product's own limits of memory and threads: a bare scan of
three columns, the facts of 35 months, the last month added, a second start with nothing new, the tables of a report.
They are held against each other in the same run, because a machine is not as fast as another one.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from docs.spent import Spent, spent
from retention_helpers.engine import MEMORY_LIMIT, connect, literal

MONTHS = 36
COLUMNS = ("order_id", "customer_id", "ordered_at", "amount", "category", "channel")
BULK, APPEND, TABLES, ROOM = 25, 0.22, 0.1, 350  # x the scan, x the bulk, seconds, MB above the limit of memory
PROFILE = """
title: Made up
currency: EUR
timezone: UTC
tables:
  orders:
    source: {folder}/orders/*.parquet
    columns: {{{columns}}}
"""
# Uniform numbers are hashes: the same rows on every machine, whatever its number of threads. Hashed twice, because
# hash(i, 1) and hash(i, 2) differ by a constant alone.
MAKE = """
CREATE MACRO uniform(i, k) AS (hash(hash(i, k)) // 2048 + 0.5) / 9007199254740992;
CREATE TABLE made AS
WITH numbered AS (
    SELECT i, CAST(floor({customers} * pow(uniform(i, 1), 1.5)) AS BIGINT) AS customer FROM range({orders}) AS t(i)
)
SELECT
    i AS order_id,
    (customer * 7919 + 12345) % {customers} + 1 AS customer_id,
    CAST(94694400 * pow(uniform(customer, 2), 0.8) AS BIGINT) AS start,
    CAST(-ln(uniform(customer, 3)) * 300 * 86400 AS BIGINT) + 3600 AS life,
    CAST(99 + exp(8.3 + 0.8 * sqrt(-2 * ln(uniform(i, 4))) * cos(6.283185307 * uniform(i, 5))) AS BIGINT) AS cents,
    ['web', 'app', 'store', 'phone', 'partner'][CAST(floor(5 * pow(uniform(i, 6), 2)) AS INTEGER) + 1] AS channel,
    'category ' || CAST(floor(12 * pow(uniform(i, 7), 1.5)) AS INTEGER) AS category
FROM numbered;
CREATE TABLE orders AS
WITH dated AS (
    SELECT *, start + CAST(uniform(order_id, 8) * least(life, 94694399 - start) AS BIGINT) AS second FROM made
)
SELECT order_id, customer_id, second, cents, category, channel FROM dated
UNION ALL
SELECT
    order_id, customer_id, second + 3600 + CAST(uniform(order_id, 10) * 2500000 AS BIGINT),
    -CASE WHEN uniform(order_id, 11) < 0.7 THEN cents ELSE CAST(cents * uniform(order_id, 12) AS BIGINT) + 1 END,
    category, channel
FROM dated
WHERE hash(order_id, 9) % 100 < 3 AND second < 94694400 - 2600000;
DROP TABLE made
"""
# In a process of its own as well: a child's memory at its most begins with that of its parent.
WRITE = """
from pathlib import Path
from docs.make_facts_bench import write_orders
print(write_orders(Path({folder!r}), {rows}))
"""
SCAN = """
from docs.make_facts_bench import connect, literal
with connect() as con:
    files = literal({folder!r} + "/orders/*.parquet")
    con.execute("SELECT sum(amount), max(customer_id), max(ordered_at) FROM read_parquet(" + files + ")").fetchall()
"""
FACTS = """
from retention_helpers.params import load_profile
from retention_helpers.report.source import ensure_facts
print(ensure_facts(load_profile({folder!r} + "/made_up.yaml")).path)
"""
READ = """
import json, time
from retention_helpers.metrics import churn, cohorts, retention
from retention_helpers.params import load_profile
from retention_helpers.report.source import ensure_facts
facts = ensure_facts(load_profile({folder!r} + "/made_up.yaml"))
as_of, seconds = facts.data_through, []
for _ in range(5):
    begin = time.perf_counter()
    cube = facts.frame("activity_cube", as_of=as_of)
    retention.monthly_retention(cube, as_of=as_of)
    churn.activity_ledger(cube, as_of=as_of, active_months=6)
    cohorts.cohort_retention(facts.frame("cohort_cube", as_of=as_of), as_of=as_of, data_through=as_of)
    seconds.append(time.perf_counter() - begin)
print(json.dumps(sorted(seconds)[2]))
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the orders and the facts are written; else /tmp")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=given.folder) as folder:
        for line in table(Path(folder), given.rows):
            print(line, flush=True)
    return 0


def table(folder: Path, rows: int) -> Iterator[str]:
    """One line a step, each as soon as it is known."""
    made = step(WRITE, folder, rows=rows)
    same = ", ".join(f"{name}: {name}" for name in COLUMNS)
    (folder / "made_up.yaml").write_text(PROFILE.format(folder=folder, columns=same), encoding="utf-8")
    memory = f"memory {limit()} (bar {ROOM} MB more)"
    yield f"{int(made.out):,} rows of orders in {MONTHS} months, made in {made.wall:.0f} s; {memory}"
    last = max((folder / "orders").iterdir())
    kept = last.rename(folder / last.name)
    scan = min((step(SCAN, folder) for _ in range(3)), key=lambda one: one.wall)
    yield said("a bare scan of three columns", scan)
    bulk = step(FACTS, folder)
    yield said(f"the facts of {MONTHS - 1} months", bulk, f"{bulk.wall / scan.wall:.1f} x the scan (bar {BULK})")
    kept.rename(last)
    one_more = step(FACTS, folder)
    yield said("one month more", one_more, f"{one_more.wall / bulk.wall:.2f} of all (bar {APPEND})")
    yield said("nothing new", step(FACTS, folder))
    read = step(READ, folder)
    yield said("tables of a report", read, f"{json.loads(read.out):.3f} s beside the start (bar {TABLES})")


def write_orders(folder: Path, rows: int) -> int:
    """The source files; how many rows they have."""
    (folder / "orders").mkdir()
    with connect(folder / "made.duckdb", spill=folder / "spill") as con:
        con.execute(MAKE.format(orders=round(rows / 1.03), customers=rows // 10))
        for month in range(MONTHS):
            name = f"{2023 + month // 12}-{month % 12 + 1:02d}"
            bounds = ", ".join(f"epoch(TIMESTAMP '{name}-01' + INTERVAL {more} MONTH) - 1672531200" for more in (0, 1))
            con.execute(f"""
                COPY (
                    SELECT
                        order_id, customer_id, TIMESTAMP '2023-01-01' + to_seconds(second) AS ordered_at,
                        CAST(cents / 100 AS DECIMAL(12, 2)) AS amount, category, channel
                    FROM orders, (SELECT {bounds}) AS bounds(low, high)
                    WHERE second >= low AND second < high ORDER BY ordered_at, order_id
                ) TO {literal(f"{folder}/orders/{name}.parquet")} (FORMAT parquet, COMPRESSION zstd)
            """)
        count = con.execute("SELECT count(*) FROM orders").fetchone()[0]
    (folder / "made.duckdb").unlink()
    return count


def step(code: str, folder: Path, **more: object) -> Spent:
    """A step in a process of its own; facts and what does not fit into memory lie in the folder."""
    places = {"RETENTION_CACHE": str(folder / "cache"), "TMPDIR": str(folder)}
    return spent(sys.executable, "-c", code.format(folder=str(folder), **more), more=places)


def limit() -> str:
    return os.environ.get("RETENTION_MEMORY", MEMORY_LIMIT)


def said(name: str, what: Spent, more: str = "") -> str:
    """A line of the table: seconds by the clock and of the processor, memory at its most."""
    return f"{name:<30}{what.wall:9.1f} s{what.cpu:9.1f} CPU s{what.memory:7.0f} MB  {more}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
