"""All customers together: the total, its interval on made-up companies, and forecasts of orders against what came."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.bg_nbd import BgNbd
from retention_helpers.metrics.btyd_data import Histories
from retention_helpers.metrics.fit import Fit, Refusal
from retention_helpers.metrics.forecast_errors import error_interval, expected_curve, rehearse
from retention_helpers.metrics.lifetime_value import Outlook, fit_bg_nbd, fit_gamma_gamma, score_histories
from retention_helpers.metrics.order_backtest import backtest_orders
from retention_helpers.metrics.value_total import value_total
from tests.metrics.order_base import as_frame, cdnow_histories, cdnow_sample

AS_OF = date(1998, 6, 30)


@pytest.mark.slow
def test_the_total_is_the_sum_of_all_histories_and_lies_in_its_interval(retention_data: Path) -> None:
    rows, spent = cdnow_histories(retention_data)
    orders, spend, outlook = fit_bg_nbd(rows), fit_gamma_gamma(spent), Outlook(273, margin_share=0.4)
    total = value_total(orders, spend, rows, outlook=outlook, seed=1).set_index("measure")
    scored = score_histories(orders, spend, rows, outlook=outlook)
    assert total.loc["orders", "expected"] == pytest.approx(1653.4, abs=0.5)
    assert total.loc["revenue", "expected"] == pytest.approx(scored["expected_spend"].sum())
    assert total.loc["discounted_revenue", "expected"] == pytest.approx(scored["discounted_spend"].sum())
    assert (total["low"] < total["expected"]).all()
    assert (total["expected"] < total["high"]).all()
    for measure in ("revenue", "discounted_revenue"):
        profit = total.loc[measure.replace("revenue", "profit"), ["expected", "low", "high"]]
        assert list(profit) == pytest.approx(list(0.4 * total.loc[measure, ["expected", "low", "high"]]))
    width = total.loc["orders", ["low", "high"]].astype(float) / 1653.4 - 1
    assert (-0.16 < width["low"] < -0.06, 0.06 < width["high"] < 0.2) == (True, True)
    assert total["interval"].tolist() == ["what will happen"] * 3 + ["the expectation"] * 2
    again = value_total(orders, spend, rows, outlook=outlook, seed=1).set_index("measure")
    pd.testing.assert_frame_equal(total, again)


def test_without_a_margin_there_is_no_profit_and_without_a_fit_nothing(retention_data: Path) -> None:
    rows, spent = cdnow_histories(retention_data)
    refused = Fit.refused(BgNbd, 3, Refusal("too_few_customers", 3, 500))
    total = value_total(refused, fit_gamma_gamma(spent), rows, outlook=Outlook(90))
    assert total[["expected", "low", "high"]].isna().all(axis=None)
    assert total["measure"].tolist() == ["orders", "revenue", "profit", "discounted_revenue", "discounted_profit"]
    assert total["customers"].tolist() == [2357] * 5


@pytest.mark.slow
def test_more_customers_than_are_made_up_have_a_narrower_interval(retention_data: Path) -> None:
    rows, _ = cdnow_histories(retention_data)
    fit = fit_bg_nbd(rows)
    ends = np.array([273.0])
    few = rehearse((fit, None), Histories.of(rows), ends, seed=2, draws=99)
    many = rehearse((fit, None), Histories.of(rows.assign(customers=rows["customers"] * 100)), ends, seed=2, draws=99)
    assert (few.shrink, many.shrink) == (1.0, pytest.approx(np.sqrt(4000 / 235_700)))
    wide, narrow = (np.ptp(error_interval(np.ones(1), part.orders, part.shrink)) for part in (few, many))
    assert narrow < 0.2 * wide


@pytest.mark.parametrize("customers", [20_000, 200_000])
def test_companies_smaller_than_ours_are_fitted_to_their_own_peak(customers: int) -> None:
    """A made-up company of 4,000 knows less than ours, so its steps are longer; of ours they would end on the way."""
    truth, rng = BgNbd(0.2426, 30.895, 0.7929, 2.4258), np.random.default_rng(1)
    h, _ = truth.simulate(rng.integers(180, 500, customers).astype(float), np.array([1.0]), rng)
    fit = fit_bg_nbd(as_frame(h))
    errors = rehearse((fit, None), h, np.array([273.0]), seed=3, draws=10)
    assert np.isfinite(errors.orders).all()
    rng = np.random.default_rng(3)  # the same companies once more, fitted from nothing
    for draw in range(10):
        known, future = fit.params.simulate(rng.choice(h.T, 4000, p=h.customers / customers), np.array([273.0]), rng)
        expected = fit_bg_nbd(as_frame(known)).params.expected_orders(known, 273).sum()
        assert errors.orders[draw, 0] == pytest.approx(future.sum() / expected - 1, abs=5e-4)


def test_an_interval_takes_the_errors_that_leave_its_share_outside() -> None:
    errors = np.arange(-99, 100)[:, None] / 100.0
    low, high = error_interval(np.array([50.0]), errors, 1.0)
    assert (low[0], high[0]) == (pytest.approx(50 * 0.05), pytest.approx(50 * 1.95))
    assert np.isnan(error_interval(np.array([50.0]), errors[:30], 1.0)).all()
    missing = np.concatenate([errors, np.full((50, 1), np.nan)])
    assert error_interval(np.array([50.0]), missing, 1.0)[0] == low


def test_the_drawn_curve_is_that_of_every_day(retention_data: Path) -> None:
    rows, _ = cdnow_histories(retention_data)
    h, ends = Histories.of(rows), np.arange(7, 274, 7.0)
    model = fit_bg_nbd(rows).params
    exact = [h.customers @ model.expected_orders(h, end) for end in ends]
    assert expected_curve(model, h, ends) == pytest.approx(exact, rel=1e-4)


@pytest.mark.slow
def test_cdnow_foretold_after_39_weeks_is_the_published_forecast(retention_data: Path) -> None:
    found = backtest_orders(cdnow_sample(retention_data), as_of=AS_OF, holdout_months=9, seed=1)
    assert (found.cut, found.fit.n) == (date(1997, 9, 30), 2357)
    periods = found.periods
    assert periods["actual_orders"].sum() == 4339
    held_out = periods[periods["is_holdout"]]
    assert (len(periods), len(held_out)) == (18, 9)
    last = held_out.iloc[-1]
    assert last["actual_so_far"] == held_out["actual_orders"].sum() == 1882
    assert last["expected_so_far"] == pytest.approx(1653.4, abs=1)
    assert last["expected_so_far"] == pytest.approx(held_out["expected_orders"].sum())
    fitted = periods.loc[~periods["is_holdout"]]
    # A fit by maximum likelihood need not meet the total that it was made from; BG/NBD is within 7 % here.
    assert fitted["expected_orders"].sum() == pytest.approx(2457, rel=0.07)
    assert fitted[["low", "high", "actual_so_far"]].isna().all(axis=None)
    assert ((held_out["low"] < held_out["expected_orders"]) & (held_out["expected_orders"] < held_out["high"])).all()
    # Customers of spring 1998 bought a little more than foretold: at the very edge of the interval.
    assert last["so_far_high"] / 1882 == pytest.approx(1, abs=0.05)
    totals = found.totals.set_index("measure")
    assert totals["customers"].tolist() == [2357, 2357]
    assert totals.loc["orders", ["actual", "expected"]].tolist() == pytest.approx(
        [1882, last["expected_so_far"]], rel=1e-3
    )
    spent = "SELECT SUM(amount_cents) / 100 FROM orders_valid WHERE ordered_at >= DATE '1997-10-01'"
    came = cdnow_sample(retention_data).execute(spent).fetchall()[0][0]
    assert totals.loc["revenue", "actual"] == pytest.approx(came)
    assert totals.loc["revenue", "expected"] == pytest.approx(1653.4 * 36, rel=0.1)
    assert ((totals["low"] < totals["expected"]) & (totals["expected"] < totals["high"])).all()
