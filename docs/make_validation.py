"""Do the intervals of the models of buying hold the truth? Companies whose truth is known, fitted like real ones.

    python docs/make_validation.py [--companies 2000] [--processes 2]

Writes docs/models-validation.md: how many of the intervals held the truth, and how sure that is. Each company is made
from the published CDNOW estimates by a seed of its own, so the page is the same however many processes share the work.
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from retention_helpers.metrics.bg_nbd import BgNbd, fit_bg_nbd
from retention_helpers.metrics.btyd_data import HISTORY, Histories
from retention_helpers.metrics.fit import Fit, parameter_table
from retention_helpers.metrics.forecast_errors import error_interval, rehearse
from retention_helpers.metrics.gamma_gamma import GammaGamma, fit_gamma_gamma
from retention_helpers.metrics.intervals import CONFIDENCE, normal_quantile, wilson
from retention_helpers.metrics.lifetime_value import Outlook, score_histories
from retention_helpers.metrics.value_total import discounted_log_error
from retention_helpers.params.files import ROOT

PAGE = ROOT / "docs" / "models-validation.md"
SEED, COMPANIES, BAR = 2026, 2000, 0.93
ORDERS, SPEND = BgNbd(0.2426, 30.895, 0.7929, 2.4258), GammaGamma(6.2488, 3.7446, 15.4478)  # CDNOW, in days
CUSTOMERS, OBSERVED, OUTLOOK = 2357, (189, 273), Outlook(273)  # who came in 12 weeks, seen to the 39th; 39 weeks more
DRAWS, SPARE = 39, 5  # rehearsals: one less than 40, so that one lies beyond each end; some cannot be fitted
DISCOUNTED = 40  # one company in so many has the discounted revenue of the whole relationship looked at
NAMES = {
    **{name: f"BG/NBD: {name}" for name in ORDERS._fields},
    **{name: f"Gamma-Gamma: {name}" for name in SPEND._fields},
    "orders": "orders of all customers in the next 39 weeks",
    "revenue": "revenue of all customers in the next 39 weeks (the value total)",
    "discounted_revenue": "discounted revenue of the whole relationship, the expectation",
}
HEAD = """# How honest are the intervals of the models?

Written by `make validate-models`: {companies:,} companies of {customers:,} customers each are made up by BG/NBD and
Gamma-Gamma at the estimates published for CDNOW, observed for 27 to 39 weeks like its customers, and fitted as a report
fits them. Of each 95% interval: how often did it hold what is true (the parameter that the company was made of; what
its customers then bought)? The bar is {bar:.0%}; it is met when the Monte Carlo interval reaches it.

| interval of | companies | held the truth | Monte Carlo 95% | too low | too high | {bar:.0%} |
|---|---:|---:|---|---:|---:|---|
"""
FOOT = """
Too low: the whole interval lay below the truth. Monte Carlo intervals are Wilson's; the standard error of a coverage of
95% in {companies:,} companies is {error:.2f} points.

- Parameters: delta method on their logarithms, with the covariance from the Hessian at the peak.
- Orders and revenue: the errors of {draws} companies rehearsed from each fit (reports rehearse 199: the same share lies
  beyond each end of the interval, which then varies less). The truth is what the simulated customers did.
- Discounted revenue: delta method, one company in {discounted}. The truth is the expectation by the parameters that the
  company was made of, for its customers' histories.
- {refused}
"""


@dataclass(frozen=True)
class Cell:
    """One interval of one company and what is true; ``low`` and ``high`` are missing where nothing was fitted."""

    name: str
    low: float
    high: float
    truth: float


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(options.processes) as pool:
        cells = list(chain.from_iterable(pool.map(company, range(options.companies), chunksize=10)))
    table = coverage(cells)
    PAGE.write_text(page(table, options.companies), encoding="utf-8")
    print(table.to_string(index=False))
    return 0


def company(number: int) -> list[Cell]:
    """All intervals of one made-up company."""
    rng = np.random.default_rng([SEED, number])
    histories, spending, (orders_came, spend_came) = make(rng)
    fits = fit_bg_nbd(histories), fit_gamma_gamma(spending)
    cells = [cell for fit, truth in zip(fits, (ORDERS, SPEND), strict=True) for cell in parameter_cells(fit, truth)]
    if not all(fit.converged for fit in fits):
        return [*cells, *(Cell(name, np.nan, np.nan, np.nan) for name in ("orders", "revenue"))]
    h = Histories.of(histories)
    scored = score_histories(*fits, histories, outlook=OUTLOOK)
    errors = rehearse(fits, h, np.array([OUTLOOK.horizon_days]), seed=number, draws=DRAWS + SPARE)
    for name, expected, missed, came in (
        ("orders", h.customers @ scored["expected_orders"], errors.orders[:, 0], orders_came),
        ("revenue", scored["expected_spend"].sum(), errors.spend, spend_came),
    ):
        low, high = error_interval(expected, missed[~np.isnan(missed)][:DRAWS], errors.shrink)
        cells.append(Cell(name, float(low), float(high), came))
    if number % DISCOUNTED == 0:
        truth = Fit(ORDERS, 0.0, h.x.size, np.eye(4)), Fit(SPEND, 0.0, h.x.size, np.eye(3))
        known = score_histories(*truth, histories, outlook=OUTLOOK)["discounted_spend"].sum()
        spread = np.exp(normal_quantile(CONFIDENCE) * discounted_log_error(fits, histories, outlook=OUTLOOK))
        total = scored["discounted_spend"].sum()
        cells.append(Cell("discounted_revenue", total / spread, total * spread, known))
    return cells


def make(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, tuple[float, float]]:
    """A company: its order histories, its spend histories, and the orders and spend that came after them."""
    observed = rng.integers(*OBSERVED, CUSTOMERS, endpoint=True).astype(float)
    h, future = ORDERS.simulate(observed, np.array([OUTLOOK.horizon_days]), rng)
    before, after = SPEND.simulate(np.stack([h.x, future[0]]), rng)
    each = pd.DataFrame(dict(zip(HISTORY, (h.x, h.tx, h.T), strict=True)) | {"repeat_spend": before, "customers": 1})
    histories = each.groupby(list(HISTORY), as_index=False).sum()
    repeaters = each[each["repeat_orders"] > 0]
    mean = repeaters["repeat_spend"] / repeaters["repeat_orders"]
    spending = pd.DataFrame({"repeat_orders": repeaters["repeat_orders"], "repeat_spend_mean": mean})
    return histories, spending, (float(future.sum()), float(after.sum()))


def parameter_cells(fit: Fit, truth: tuple[float, ...]) -> list[Cell]:
    """The intervals of the parameters of a fit."""
    rows = parameter_table(fit).itertuples()
    return [Cell(row.parameter, row.low, row.high, known) for row, known in zip(rows, truth, strict=True)]


def coverage(cells: Iterable[Cell]) -> pd.DataFrame:
    """How often each interval held the truth, with its Monte Carlo interval; who has no interval is counted apart."""
    frame = pd.DataFrame(cells)
    known = frame.dropna()
    by_name = pd.DataFrame(
        {
            "name": known["name"],
            "too_low": known["high"] < known["truth"],
            "too_high": known["low"] > known["truth"],
        }
    ).groupby("name", sort=False)
    table = by_name.sum().astype("int64").assign(companies=by_name.size(), unknown=frame.groupby("name").size())
    table["unknown"] -= table["companies"]
    table = table.reindex([name for name in NAMES if name in table.index])
    held = table["companies"] - table["too_low"] - table["too_high"]
    low, high = wilson(held, table["companies"])
    return table.assign(coverage=held / table["companies"], low=low, high=high, is_met=high >= BAR).reset_index()


def page(table: pd.DataFrame, companies: int) -> str:
    """The page as Markdown."""
    lines = [
        f"| {NAMES[row.name]} | {row.companies:,} | {row.coverage:.1%} | {row.low:.1%} – {row.high:.1%} "
        f"| {row.too_low} | {row.too_high} | {'met' if row.is_met else 'missed'} |"
        for row in table.itertuples(index=False)
    ]
    without = int(table.loc[table["name"] == "revenue", "unknown"].sum())
    refused = f"{without:,} companies could not be fitted or rehearsed; their totals are not in the table."
    if not without:
        refused = "Every company could be fitted and rehearsed."
    numbers = {"companies": companies, "customers": CUSTOMERS, "bar": BAR, "draws": DRAWS}
    numbers |= {"discounted": DISCOUNTED}
    error = 100 * np.sqrt(CONFIDENCE * (1 - CONFIDENCE) / companies)
    head, foot = HEAD.format(**numbers), FOOT.format(**numbers, refused=refused, error=error)
    return head + "\n".join(lines) + "\n" + foot


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
