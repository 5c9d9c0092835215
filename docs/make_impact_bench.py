"""How long does the effect of a programme take, and how much memory, by the number of customers?

    python -m docs.make_impact_bench [--customers 20000 100000 1000000] [--diff-diff PYTHON] [--csdid PYTHON]

Made-up shops of 24 months, one and a half orders a customer and month, three customers in ten join, half of these reach
a tier and a fifth a higher one. Each size is asked in a process of its own, from a database file, as a report asks:
orders first, then revenue from the same trials, then the tiers. Beside it the group-time effects alone, which other
libraries know as well: ours with the sums made of the database, theirs of a table of all customers and months that is
read before the clock starts. PYTHON is that of an environment which has the library, made for this alone and thrown
away.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from retention_helpers import engine
from retention_helpers.metrics.frames import statement
from retention_helpers.metrics.group_time import group_time_att
from retention_helpers.metrics.loyalty import effect_on
from retention_helpers.metrics.programme import read_programme
from retention_helpers.metrics.programme_panel import panel_sums
from retention_helpers.metrics.relations import keep, named
from retention_helpers.metrics.tiers import tier_effects

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
    TIMESTAMP '2023-09-01' + to_seconds(CAST(hash(customer, 6) % 41000000 AS BIGINT)) AS "at",
    CAST(NULL AS VARCHAR) AS tier,
    CAST(NULL AS INTEGER) AS points
FROM range({customers}) AS people(customer)
WHERE hash(customer, 5) % 10 < 3;
INSERT INTO memberships
SELECT
    customer_id, 'tier', "at" + to_seconds(CAST(hash(customer_id, level) % 20000000 AS BIGINT)),
    CASE level WHEN 2 THEN 'silver' ELSE 'gold' END, NULL
FROM memberships, (VALUES (2), (5)) AS levels(level)
WHERE hash(customer_id, level, 7) % level = 0;
INSERT INTO memberships
SELECT
    orders_valid.customer_id, 'earn', orders_valid.ordered_at, NULL, CAST(orders_valid.amount_cents // 100 AS INTEGER)
FROM orders_valid
INNER JOIN memberships ON memberships.customer_id = orders_valid.customer_id AND memberships.event = 'join'
WHERE orders_valid.ordered_at >= memberships."at";
"""


# Customers known before the programme opens, as the section compares them; 0 for who never joins.
FIRST_MONTH = 2023 * 12 + 2
PANEL = """
COPY (
    WITH people AS (
        SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) AS unit FROM customers
        WHERE year(first_order_at) * 12 + month(first_order_at) - 1 < {first}
    ),
    joined AS (
        SELECT customer_id, MIN(year("at") * 12 + month("at") - 1) AS month FROM memberships GROUP BY customer_id
    )
    SELECT
        people.unit,
        {first} + months.month AS month,
        CAST(COALESCE(joined.month, 0) AS INTEGER) AS joined,
        CAST(COUNT(orders_valid.order_id) AS DOUBLE) AS orders
    FROM people
    CROSS JOIN range(22) AS months(month)
    LEFT JOIN joined ON joined.customer_id = people.customer_id
    LEFT JOIN orders_valid
        ON orders_valid.customer_id = people.customer_id AND orders_valid.month = {first} + months.month
    GROUP BY people.unit, months.month, joined.month
    ORDER BY people.unit, months.month
) TO '{path}' (FORMAT csv)
"""
READ = """
import json, resource, sys, time
import pandas as pd
rows = pd.read_csv(sys.argv[1])
"""
PEERS = {
    "diff-diff": f"""
from diff_diff import CallawaySantAnna{READ}
begin, cpu = time.perf_counter(), time.process_time()
method = CallawaySantAnna(control_group="not_yet_treated")
found = method.fit(rows, outcome="orders", unit="unit", time="month", first_treat="joined", aggregate="simple")
value = float(found.overall_att)
""",
    "csdid": f"""
from csdid.att_gt import ATTgt{READ}
begin, cpu = time.perf_counter(), time.process_time()
method = ATTgt("orders", "month", "unit", "joined", rows, control_group=["notyettreated"])
found = method.fit(est_method="dr", bstrap=False).aggte(typec="simple", bstrap=False, cband=False)
value = float(found.atte["overall_att"])
""",
}
SAID = """
print(json.dumps({"value": value, "seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - cpu,
                  "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}))
"""
SECONDS = 120  # for one answer of another library
# One thread for linear algebra, as the kernel of a report has.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--diff-diff", metavar="PYTHON")
    parser.add_argument("--csdid", metavar="PYTHON")
    parser.add_argument("--ask", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--panel", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.ask:
        print(json.dumps(asked(Path(options.ask))))
        return 0
    if options.panel:
        print(json.dumps(group_time(Path(options.panel))))
        return 0
    for customers in options.customers:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "shop.duckdb"
            with closing(engine.connect(path, spill=Path(folder))) as con:
                con.execute(MAKE.format(customers=int(customers)))
            call = [sys.executable, "-m", "docs.make_impact_bench", "--ask", str(path)]
            done = subprocess.run(call, capture_output=True, text=True, check=True, env=os.environ | THREADS)
            print(told(customers, json.loads(done.stdout.strip().splitlines()[-1])), flush=True)
            for line in beside(path, {"diff-diff": options.diff_diff, "csdid": options.csdid}):
                print(line, flush=True)
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
    both, members = time.perf_counter() - begin, orders.counts["compared"]
    del read, orders
    with closing(engine.connect(path, read_only=True, spill=path.parent)) as con:
        tiers = tier_effects(con, as_of=AS_OF, outcomes=("orders", "revenue"))
    return {
        "seconds": first,
        "cpu_seconds": first_cpu,
        "both": both,
        "all": time.perf_counter() - begin,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "members": members,
        "reached": sum(one.effects[0].counts["compared"] for one in tiers),
    }


def group_time(path: Path) -> dict[str, float]:
    """The same of group-time effects alone."""
    begin, cpu = time.perf_counter(), time.process_time()
    with closing(engine.connect(path, read_only=True, spill=path.parent)) as con, named(con, orders="orders_valid"):
        keep(con, "programme_joins", statement("programme_joins"), {"ends_at": AS_OF + timedelta(days=1)})
        keep(con, "known_customers", "SELECT customer_id, first_order_at FROM customers")
        sums = panel_sums(con, ("orders",), first_month=FIRST_MONTH, last_month=AS_OF.year * 12 + AS_OF.month - 1)
    found = group_time_att(sums["orders"], control="not_yet").months(0, 15)
    return {
        "value": found.value,
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - cpu,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def beside(path: Path, pythons: dict[str, str | None]) -> Iterator[str]:
    """Group-time effects of ours and of others, a line each; nothing where no other library is given."""
    if not any(pythons.values()):
        return
    panel = path.with_name("panel.csv")
    with closing(engine.connect(path, read_only=True, spill=path.parent)) as con:
        con.execute(PANEL.format(first=FIRST_MONTH, path=panel))
    ours = [sys.executable, "-m", "docs.make_impact_bench", "--panel", str(path)]
    calls = {"ours": ours}
    calls |= {name: [python, "-c", PEERS[name] + SAID, str(panel)] for name, python in pythons.items() if python}
    for name, call in calls.items():
        try:
            done = subprocess.run(
                call, capture_output=True, text=True, check=True, timeout=SECONDS, env=os.environ | THREADS
            )
            found = json.loads(done.stdout.strip().splitlines()[-1])
        except subprocess.TimeoutExpired:
            yield f"  group-time effects, {name}: no answer in {SECONDS} s"
        except subprocess.CalledProcessError as error:
            why = "killed" if error.returncode < 0 else error.stderr.strip().splitlines()[-1:]
            yield f"  group-time effects, {name}: no answer ({why})"
        else:
            text = "{seconds:.1f} s, {cpu_seconds:.1f} s of the processor, {gigabytes:.2f} GB, mean {value:.4f}"
            yield f"  group-time effects, {name}: {text.format(**found)}"


def told(customers: int, found: dict[str, float]) -> str:
    """What was found, and whether it keeps the bar."""
    text = (
        f"{customers:,} customers: {found['seconds']:.1f} s, {found['cpu_seconds']:.1f} s of the processor "
        f"(with revenue {found['both']:.1f} s, with two tiers {found['all']:.1f} s), {found['gigabytes']:.2f} GB, "
        f"{found['members']:,.0f} members compared, {found['reached']:,.0f} at a tier"
    )
    if customers not in BARS:
        return text
    seconds, gigabytes = BARS[customers]
    is_met = found["all"] <= seconds and found["gigabytes"] <= gigabytes
    return f"{text}; bar {seconds:.0f} s, {gigabytes:.0f} GB: {'met' if is_met else 'missed'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
