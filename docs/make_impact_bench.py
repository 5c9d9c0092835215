"""How long does the effect of a programme take, and how much memory, by the number of customers?

    python -m docs.make_impact_bench [--customers 20000 100000 1000000]

Made-up shops of 24 months, one and a half orders a customer and month, three customers in ten join. Each size is asked
in a process of its own, from a database file, as a report asks: orders first, then revenue from the same trials.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path

from retention_helpers import engine
from retention_helpers.metrics.loyalty import effect_on
from retention_helpers.metrics.programme import read_programme

SIZES = (20_000, 100_000, 1_000_000)
BARS = {100_000: (15.0, 1.0), 1_000_000: (90.0, 4.0)}  # seconds, GB
AS_OF = date(2024, 12, 31)
MAKE = """
CREATE TABLE orders_valid AS
SELECT
    CAST(2023 * 12 + month AS SMALLINT) AS month,
    'c' || customer AS customer_id,
    CAST(customer * 100 + month * 4 + part AS VARCHAR) AS order_id,
    TIMESTAMP '2023-01-01' + to_months(CAST(month AS INTEGER))
        + to_seconds(CAST(hash(customer, month, part, 1) % 2419200 AS BIGINT)) AS ordered_at,
    CAST(1000 + hash(customer, month, part, 2) % 6000 AS BIGINT) AS amount_cents,
    CAST(300 + hash(customer, month, part, 2) % 1800 AS BIGINT) AS margin_cents,
    'web' AS channel
FROM range({customers}) AS people(customer), range(24) AS months(month), range(4) AS parts(part)
WHERE hash(customer, month, part, 3) % 1000 < 120 + hash(customer, 4) % 510;
CREATE TABLE customers AS
SELECT customer_id, MIN(ordered_at) AS first_order_at, 'web' AS first_channel FROM orders_valid GROUP BY customer_id;
CREATE TABLE memberships AS
SELECT
    'c' || customer AS customer_id,
    'join' AS event,
    TIMESTAMP '2023-09-01' + to_seconds(CAST(hash(customer, 6) % 41000000 AS BIGINT)) AS "at"
FROM range({customers}) AS people(customer)
WHERE hash(customer, 5) % 10 < 3;
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--ask", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.ask:
        print(json.dumps(asked(Path(options.ask))))
        return 0
    for customers in options.customers:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "shop.duckdb"
            with closing(engine.connect(path, spill=Path(folder))) as con:
                con.execute(MAKE.format(customers=int(customers)))
            call = [sys.executable, "-m", "docs.make_impact_bench", "--ask", str(path)]
            # One thread for linear algebra, as the kernel of a report has.
            threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            done = subprocess.run(call, capture_output=True, text=True, check=True, env=os.environ | threads)
        print(told(customers, json.loads(done.stdout.strip().splitlines()[-1])))
    return 0


def asked(path: Path) -> dict[str, float]:
    """Wall clock and processor seconds and the highest memory of one shop."""
    begin, cpu = time.perf_counter(), time.process_time()
    with closing(engine.connect(path, read_only=True, spill=path.parent)) as con:
        names = ("orders_valid", "customers", "memberships")
        read = read_programme(*names, as_of=AS_OF, outcomes=("orders", "revenue"), connection=con)
    orders = effect_on(read, "orders")
    first, first_cpu = time.perf_counter() - begin, time.process_time() - cpu
    effect_on(read, "revenue")
    return {
        "seconds": first,
        "cpu_seconds": first_cpu,
        "both": time.perf_counter() - begin,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "members": orders.counts["compared"],
    }


def told(customers: int, found: dict[str, float]) -> str:
    """What was found, and whether it keeps the bar."""
    text = (
        f"{customers:,} customers: {found['seconds']:.1f} s, {found['cpu_seconds']:.1f} s of the processor "
        f"(with revenue {found['both']:.1f} s), {found['gigabytes']:.2f} GB, {found['members']:,.0f} members compared"
    )
    if customers not in BARS:
        return text
    seconds, gigabytes = BARS[customers]
    is_met = found["seconds"] <= seconds and found["gigabytes"] <= gigabytes
    return f"{text}; bar {seconds:.0f} s, {gigabytes:.0f} GB: {'met' if is_met else 'missed'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
