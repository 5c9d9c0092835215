"""How much processor time and memory do the models of buying take, against other libraries, in one run?

    python docs/make_bench.py [--customers 1000000] [--lifetimes PYTHON] [--pymc-marketing PYTHON]

Writes docs/models-bench.md. One made-up company, its histories in whole days. Each fit runs in a process of its own and
reports its CPU seconds, so that the ratios hold on a busy machine too, and the most memory the process had. PYTHON is
that of an environment which has the library, made for this alone and thrown away; a library without one is left out
with a sentence.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from retention_helpers.metrics.bg_nbd import BgNbd, fit_bg_nbd
from retention_helpers.metrics.btyd_data import HISTORY
from retention_helpers.metrics.fit import Fit
from retention_helpers.metrics.gamma_gamma import GammaGamma
from retention_helpers.metrics.lifetime_value import expected_orders, expected_spend, probability_alive
from retention_helpers.params.files import ROOT

TRUTH, SPEND = BgNbd(0.2426, 30.895, 0.7929, 2.4258), GammaGamma(6.2488, 3.7446, 15.4478)
DAYS, SEED = 730, 2026
PAGE = ROOT / "docs" / "models-bench.md"
BAR, SECONDS = 4, 1.0  # times less CPU than lifetimes; for the scores of a million customers
HEAD = """# What do the models of buying cost?

Written by `make bench-models`: BG/NBD fitted to {customers:,} made-up customers of up to two years, their histories in
whole days, the same for all. CPU seconds of the fit alone, loading left aside; each library in a process of its own
with one thread. Memory: the most that its process had, the library and the data included.

| library | CPU seconds | times ours | memory, MB | r | alpha | a | b |
|---|---:|---:|---:|---:|---:|---:|---:|
"""
FOOT = """
- Against lifetimes the bar is {bar} times less CPU: {fit}.
- The chance of being there and the orders and spend expected of {customers:,} customers took {scoring:.2f} CPU seconds;
  the bar is {seconds:g} second a million: {scored}.
- Ours counts equal histories first, which is part of its time.{left_out}
"""
OTHERS = {
    "lifetimes": """
from lifetimes import BetaGeoFitter
model = BetaGeoFitter()
begin = time.process_time()
model.fit(x, tx, T)
spent = time.process_time() - begin
found = [float(model.params_[name]) for name in ("r", "alpha", "a", "b")]
""",
    "pymc-marketing": """
import pandas
from pymc_marketing.clv import BetaGeoModel
rows = pandas.DataFrame({"customer_id": range(len(x)), "frequency": x, "recency": tx, "T": T})
model = BetaGeoModel(data=rows)
begin = time.process_time()
model.fit(method="map")
spent = time.process_time() - begin
found = [float(model.fit_result[name].mean()) for name in ("r", "alpha", "a", "b")]
""",
}
OURS = """
import pandas
from retention_helpers.metrics.bg_nbd import fit_bg_nbd
begin = time.process_time()
rows = pandas.DataFrame({"repeat_orders": x, "days_first_to_last_order": tx, "days_observed": T})
histories = rows.groupby(list(rows), as_index=False).size().rename(columns={"size": "customers"})
found = list(fit_bg_nbd(histories).params)
spent = time.process_time() - begin
"""
FRAME = """
import json, resource, sys, time
import numpy
x, tx, T = numpy.load(sys.argv[1])
{body}
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"cpu_seconds": spent, "parameters": found, "memory": memory}}))
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--lifetimes", metavar="PYTHON", default="")
    parser.add_argument("--pymc-marketing", metavar="PYTHON", default="")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.npy"
        np.save(path, make(options.customers))
        found = {"ours": measured(sys.executable, OURS, path)}
        for name, body in OTHERS.items():
            python = getattr(options, name.replace("-", "_"))
            found[name] = measured(python, body, path) if python else None
        scored = scoring(*np.load(path))
    PAGE.write_text(page(found, options.customers, scored), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 0


def page(found: dict[str, dict | None], customers: int, scored: float) -> str:
    """The page of what each library took, None for one that was left out, and of the scores' CPU seconds."""
    ours = found["ours"]
    assert ours is not None, "our own fit failed"
    known = {name: one for name, one in found.items() if one is not None}
    rows = []
    for name, one in known.items():
        ratio = one["cpu_seconds"] / ours["cpu_seconds"]
        numbers = [f"{one['cpu_seconds']:.2f}", f"{ratio:.1f}", f"{one['memory']:,.0f}"]
        rows.append(" | ".join([name, *numbers, *(f"{value:.4g}" for value in one["parameters"])]))
    theirs = known.get("lifetimes")
    is_met = theirs is not None and theirs["cpu_seconds"] >= BAR * ours["cpu_seconds"]
    left_out = [
        f"\n- {name} was left out: there was no environment that has it." for name in found if name not in known
    ]
    foot = FOOT.format(
        bar=BAR,
        fit="not measured" if theirs is None else "met" if is_met else "missed",
        customers=customers,
        scoring=scored,
        seconds=SECONDS,
        scored="met" if scored <= SECONDS * customers / 1e6 else "missed",
        left_out="".join(left_out),
    )
    return HEAD.format(customers=customers) + "".join(f"| {row} |\n" for row in rows) + foot


def make(customers: int) -> np.ndarray:
    """Histories of a company as the model has it: repeat orders, days to the last, days observed; shape (3, n)."""
    rng = np.random.default_rng(SEED)
    observed = rng.integers(1, DAYS, customers, endpoint=True).astype(float)
    h, _ = TRUTH.simulate(observed, np.array([1.0]), rng)
    return np.stack([h.x, np.ceil(h.tx), h.T])


def measured(python: str, body: str, path: Path) -> dict | None:
    """What a fit in a process of its own reports; None where it failed."""
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    call = [python, "-W", "ignore", "-c", FRAME.format(body=body), str(path)]
    done = subprocess.run(call, capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def scoring(x: np.ndarray, tx: np.ndarray, T: np.ndarray) -> float:
    """CPU seconds for the expected orders and spend, and the chance of being there, of everybody for a year."""
    rows = pd.DataFrame(dict(zip(HISTORY, (x, tx, T), strict=True)))
    spending = pd.DataFrame({"repeat_orders": x, "repeat_spend_mean": np.where(x > 0, 35.0, 0.0)})
    few = rows.iloc[:5000]
    orders, spend = fit_bg_nbd(few), Fit(SPEND, 0.0, len(few), np.eye(3))
    begin = time.process_time()
    money = expected_orders(orders, rows, horizon_days=365) * expected_spend(spend, spending)
    alive = probability_alive(orders, rows)
    spent = time.process_time() - begin
    assert np.isfinite(money).all(), "every customer has an expectation"
    assert (np.isnan(alive) == (x == 0)).all(), "whether one-time buyers are there is not said"
    return spent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
