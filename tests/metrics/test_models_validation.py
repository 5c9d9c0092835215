"""A slice of `make validate-models`: intervals hold the truth about as often as they say, and the page tells it."""

import numpy as np
import pytest

from docs.make_validation import DISCOUNTED, NAMES, ORDERS, Cell, company, coverage, make, page


@pytest.mark.slow
def test_intervals_of_a_few_companies_hold_the_truth() -> None:
    table = coverage(cell for number in range(12) for cell in company(number)).set_index("name")
    assert table.loc["r", "companies"] == 12
    assert table.loc["revenue", ["companies", "unknown"]].sum() == 12
    # A company whose spend varies so much that few rehearsals can be fitted.
    assert table.loc["revenue", "unknown"] <= 1
    # Of 12 x 7 intervals at 95 % less than 85 % would hold by chance once in thousands of times.
    known = table.loc[["r", "alpha", "a", "b", "p", "q", "v"]]
    assert (known["coverage"] * known["companies"]).sum() / known["companies"].sum() > 0.85
    assert table.loc[["orders", "revenue"], "coverage"].min() > 0.7


def test_a_company_is_the_same_whenever_it_is_made() -> None:
    first, again = (make(np.random.default_rng([2026, 7])) for _ in range(2))
    assert first[0].equals(again[0])
    assert first[2] == again[2]
    assert first[0]["customers"].sum() == 2357
    assert first[0]["days_observed"].between(189, 273).all()


def test_coverage_counts_both_sides_and_leaves_out_who_has_no_interval() -> None:
    cells = [Cell("r", 1, 2, truth) for truth in (0.5, 1.5, 1.7, 2.5)] + [Cell("revenue", np.nan, np.nan, 1.0)]
    cells += [Cell("revenue", 0.0, 2.0, 1.0)]
    table = coverage(cells).set_index("name")
    assert table.loc["r", ["too_low", "too_high", "companies", "unknown", "coverage"]].tolist() == [1, 1, 4, 0, 0.5]
    assert table.loc["revenue", ["companies", "unknown", "coverage"]].tolist() == [1, 1, 1.0]


def test_the_page_names_each_interval_and_who_could_not_be_fitted() -> None:
    cells = [Cell(name, 0.0, 2.0, 1.0) for name in NAMES] + [Cell("revenue", np.nan, np.nan, 1.0)]
    text = page(coverage(cells), 1)
    assert all(name in text for name in NAMES.values())
    assert "1 companies could not be fitted" in text
    assert f"one company in {DISCOUNTED}" in text
    assert len(ORDERS) == 4
