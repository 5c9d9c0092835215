"""What customers will order and spend: chances, horizons, whole relationships, each customer's share of the total."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyperu

from retention_helpers.errors import CallError
from retention_helpers.metrics import lifetime_value
from retention_helpers.metrics.bg_nbd import BgNbd
from retention_helpers.metrics.btyd_data import customer_histories
from retention_helpers.metrics.fit import Fit, Refusal
from retention_helpers.metrics.gamma_gamma import GammaGamma
from retention_helpers.metrics.lifetime_value import (
    Outlook,
    expected_discounted_orders,
    expected_orders,
    fit_bg_nbd,
    fit_gamma_gamma,
    probability_alive,
    probability_no_order,
    score_customers,
    score_histories,
)
from retention_helpers.metrics.pareto_nbd import ParetoNbd
from tests.metrics.order_base import CALIBRATION, as_frame, cdnow_histories, cdnow_sample

BG = Fit(BgNbd(0.2426, 30.895, 0.7929, 2.4258), 0.0, 1, np.eye(4))
PARETO = Fit(ParetoNbd(0.5533, 74.05, 0.6062, 81.68), 0.0, 1, np.eye(4))
SPEND = Fit(GammaGamma(6.2488, 3.7446, 15.4478), 0.0, 1, np.eye(3))
NEW = pd.DataFrame({"repeat_orders": [0], "days_first_to_last_order": [0], "days_observed": [0]})
both = pytest.mark.parametrize("fit", [BG, PARETO], ids=["bg_nbd", "pareto_nbd"])


@st.composite
def histories(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2000), st.integers(0, 2000)), min_size=1))
    return pd.DataFrame(
        {
            "repeat_orders": [x for x, _, _ in rows],
            "days_first_to_last_order": [min(first, second) if x else 0 for x, first, second in rows],
            "days_observed": [max(first, second) for _, first, second in rows],
        }
    )


@st.composite
def models(draw: st.DrawFn) -> Fit:
    kind, size = draw(st.sampled_from([(BgNbd, 4), (ParetoNbd, 4)]))
    scale = [1, 50, 1, 50 if kind is ParetoNbd else 1]
    values = draw(st.lists(st.floats(0.1, 8), min_size=size, max_size=size))
    return Fit(kind(*np.array(values) * scale), 0.0, 1, np.eye(4))


@given(histories(), models(), st.floats(1, 800), st.floats(1.01, 5))
def test_chances_lie_within_0_and_1_and_go_with_the_horizon(
    rows: pd.DataFrame, fit: Fit, days: float, times: float
) -> None:
    soon, later = (probability_no_order(fit, rows, horizon_days=d) for d in (days, days * times))
    assert ((soon >= 0) & (soon <= 1)).all()
    assert (later <= soon + 1e-9).all()
    few, more = (expected_orders(fit, rows, horizon_days=d) for d in (days, days * times))
    assert (few >= 0).all()
    assert (few <= more * (1 + 1e-9)).all()
    # An order at least is expected no more often than orders are (Markov).
    assert (1 - soon <= few + 1e-7).all()
    alive = probability_alive(fit, rows)
    said = ~np.isnan(alive)
    assert ((alive[said] >= 0) & (alive[said] <= 1)).all()
    assert (1 - alive[said] <= soon[said] + 1e-9).all()
    assert (said == ((rows["repeat_orders"] > 0) | isinstance(fit.params, ParetoNbd))).all()


def test_one_time_buyers_have_a_chance_of_no_order_in_closed_form() -> None:
    chance = probability_no_order(BG, NEW.assign(days_observed=[200]), horizon_days=90)
    assert chance[0] == pytest.approx(((30.895 + 200) / (30.895 + 200 + 90)) ** 0.2426)


@both
def test_as_many_order_nothing_as_the_chances_say_for_every_number_of_repeat_orders(fit: Fit) -> None:
    """Customers as the model has them: those of one kind of history stay silent as often as said of them on average."""
    rng = np.random.default_rng(3)
    h, future = fit.params.simulate(rng.uniform(30, 500, 40_000), np.array([90.0]), rng)
    silent, chance = future[0] == 0, probability_no_order(fit, as_frame(h), horizon_days=90)
    # One-time buyers, and among those who came again few, some and many orders, short and long silence.
    long_silent = h.T - h.tx > 120
    for some in (h.x == 0, h.x == 1, (h.x > 1) & (h.x < 5), h.x >= 5):
        for kind in (some & long_silent, some & ~long_silent):
            spread = np.sqrt((chance[kind] * (1 - chance[kind])).sum())
            assert kind.sum() > 100
            assert abs((silent - chance)[kind].sum()) < 3.5 * spread


def test_the_whole_relationship_under_pareto_nbd_is_its_closed_form(retention_data: Path) -> None:
    """Fader, Hardie and Lee (2005), "RFM and CLV", equation 4: DERT with the confluent function of the second kind."""
    rows = cdnow_histories(retention_data)[0]
    r, alpha, s, beta = PARETO.params
    x, T = (rows[name].to_numpy(dtype=float) for name in ("repeat_orders", "days_observed"))
    per_day = np.log(1.15) / 365.25
    if_alive = (r + x) / (alpha + T) * (beta + T) ** s * per_day ** (s - 1) * hyperu(s, s, per_day * (beta + T))
    closed = if_alive * probability_alive(PARETO, rows)
    assert expected_discounted_orders(PARETO, rows, yearly_discount=0.15) == pytest.approx(closed, rel=1e-6)


@pytest.mark.slow
@both
def test_the_whole_relationship_is_the_sum_of_its_days(fit: Fit) -> None:
    rows = pd.concat([NEW, NEW.assign(repeat_orders=3, days_first_to_last_order=150, days_observed=200)])
    ends = np.concatenate([np.arange(0, 2000, 2.0), np.geomspace(2000, 80_000, 2000)])
    orders = np.stack([expected_orders(fit, rows, horizon_days=max(end, 1e-9)) for end in ends])
    middle = (ends[1:] + ends[:-1]) / 2
    worth = (np.diff(orders, axis=0) * 1.1 ** (-middle / 365.25)[:, None]).sum(axis=0)
    assert expected_discounted_orders(fit, rows, yearly_discount=0.1) == pytest.approx(worth, rel=1e-4)


def test_histories_with_weights_add_up_to_their_customers(retention_data: Path) -> None:
    rows, spent = cdnow_histories(retention_data)
    orders, spend, outlook = fit_bg_nbd(rows), fit_gamma_gamma(spent), Outlook(273)
    scored = score_histories(orders, spend, rows, outlook=outlook)
    customers = customer_histories(cdnow_sample(retention_data), as_of=CALIBRATION)
    each = score_customers(cdnow_sample(retention_data), customers, scored, spend).df()
    assert len(each) == 2357
    assert each["expected_orders"].sum() == pytest.approx(scored["customers"] @ scored["expected_orders"])
    for name in ("expected_spend", "discounted_spend"):
        assert each[name].sum() == pytest.approx(scored[name].sum())
    known = customers.df().set_index("customer_id")
    one = each.set_index("customer_id").loc[known.index]
    mean = known["repeat_spend_cents"] / 100 / known["repeat_orders"].clip(lower=1)
    expected = spend.params.expected_spend(known["repeat_orders"].to_numpy(dtype=float), mean.to_numpy())
    assert one["spend_per_order"].to_numpy() == pytest.approx(expected)
    assert one["probability_alive"].isna().tolist() == (known["repeat_orders"] == 0).tolist()


def test_without_a_fit_every_answer_is_missing_and_every_column_there(retention_data: Path) -> None:
    rows, _ = cdnow_histories(retention_data)
    refused = Fit.refused(BgNbd, 3, Refusal("too_few_customers", 3, 500))
    scored = score_histories(refused, SPEND, rows, outlook=Outlook(90))
    full = score_histories(BG, SPEND, rows, outlook=Outlook(90))
    assert (scored.dtypes == full.dtypes).all()
    assert (
        scored[["expected_orders", "probability_no_order", "expected_spend", "discounted_spend"]].isna().all(axis=None)
    )
    empty = score_histories(BG, SPEND, rows.iloc[:0], outlook=Outlook(90))
    assert (empty.dtypes == full.dtypes).all()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"horizon_days": 0}, "horizon_days is 0"),
        ({"horizon_days": 9, "yearly_discount": 0}, "yearly_discount is 0"),
        ({"horizon_days": 9, "yearly_discount": 10}, "yearly_discount is 10"),
        ({"horizon_days": 9, "margin_share": 40}, "margin_share is 40"),
    ],
)
def test_an_outlook_that_makes_no_sense_is_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(CallError, match=said):
        Outlook(**values)


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in lifetime_value.__all__:
        found = getattr(lifetime_value, name)
        assert found.__doc__, name
    assert dataclasses.is_dataclass(lifetime_value.Fit)
