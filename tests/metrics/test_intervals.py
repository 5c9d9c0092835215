"""Every interval against published numbers, and by simulation: does it hold the truth as often as it says?"""

import numpy as np
import pytest
from scipy import stats

from retention_helpers.metrics.intervals import (
    bucket_draws,
    count_bootstrap,
    draw_interval,
    is_small,
    newcombe_difference,
    paired_difference,
    poisson_interval,
    ratio_bootstrap,
    share,
    state_draws,
    total_bootstrap,
    wilson,
)


def test_wilson_gives_the_published_interval() -> None:
    low, high = wilson(81, 263)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)


def test_wilson_has_a_width_at_none_and_at_all() -> None:
    low, high = wilson([0, 20], [20, 20])
    assert low[0] == 0
    assert 0.1 < high[0] < 0.2
    assert 0.8 < low[1] < 0.9
    assert high[1] == 1


def test_nobody_gives_a_missing_value_never_zero_or_one() -> None:
    assert np.isnan(wilson(0, 0)).all()
    assert np.isnan(share(0, 0))
    assert np.isnan(newcombe_difference(1, 2, 0, 0)).all()


def test_newcombe_gives_the_published_intervals() -> None:
    """Newcombe (1998), table II, cases (a), (e) and (h)."""
    difference, low, high = newcombe_difference([56, 5, 10], [70, 56, 10], [48, 0, 0], [80, 29, 10])
    assert difference.round(4).tolist() == [0.2, 0.0893, 1.0]
    assert low.round(4).tolist() == [0.0524, -0.0381, 0.6075]
    assert high.round(4).tolist() == [0.3339, 0.1926, 1.0]


def test_poisson_interval_is_exact_at_none_and_at_ten() -> None:
    low, high = poisson_interval([0, 10])
    assert low.round(3).tolist() == [0.0, 4.795]
    assert high.round(3).tolist() == [3.689, 18.39]
    assert np.isnan(poisson_interval(np.nan)).all()


def test_below_thirty_is_small() -> None:
    assert is_small([0, 29, 30]).tolist() == [True, True, False]


@pytest.mark.parametrize("p", [0.05, 0.3, 0.6])
def test_wilson_holds_the_truth_as_often_as_it_says(p: float) -> None:
    n, draws = 50, 10_000
    outcomes = np.arange(n + 1)
    low, high = wilson(outcomes, n)
    covers = (low <= p) & (p <= high)
    exact = float(stats.binom.pmf(outcomes, n, p)[covers].sum())
    simulated = covers[np.random.default_rng(1).binomial(n, p, draws)].mean()
    assert abs(simulated - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)
    assert exact >= 0.93
    assert simulated >= 0.93


def _random_shops(shops: int, customers: int, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Revenue and orders by (shop, bucket) with a heavy tail, and the true average order value."""
    rng = np.random.default_rng(seed)
    orders = 1 + rng.poisson(0.6, (shops, customers))
    value = rng.lognormal(3, 0.5, (shops, customers))  # one customer, one level of spending
    bucket = np.arange(shops)[:, None] * 256 + rng.integers(0, 256, (shops, customers))
    by_bucket = [
        np.bincount(bucket.ravel(), weights=amount.ravel(), minlength=shops * 256).reshape(shops, 256)
        for amount in (orders * value, orders)
    ]
    return by_bucket[0], by_bucket[1], float(np.exp(3 + 0.125))


@pytest.mark.slow
@pytest.mark.parametrize("customers", [15, 60, 600])
def test_bootstrap_over_buckets_holds_the_average_order_value_as_often_as_it_says(customers: int) -> None:
    revenue, orders, truth = _random_shops(3000, customers, seed=2)
    low, high = ratio_bootstrap(revenue, orders, seed=3, draws=1000)
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.975


@pytest.mark.slow
def test_bootstrap_over_buckets_holds_a_total_although_the_number_of_customers_varies() -> None:
    rng = np.random.default_rng(4)
    many = rng.poisson(200, 1000)
    revenue = np.stack([np.bincount(rng.integers(0, 256, n), rng.gamma(2, 10, n), minlength=256) for n in many])
    low, high = total_bootstrap(revenue, seed=5, draws=500)
    assert 0.93 <= ((low <= 4000) & (high >= 4000)).mean() <= 0.975


@pytest.mark.slow
def test_bootstrap_on_states_holds_a_ratio_of_counts_as_often_as_it_says() -> None:
    seen = np.random.default_rng(6).multinomial(150, [0.6, 0.33, 0.07], 1500)
    low, high = count_bootstrap(seen, lambda c: (c[..., 0] + c[..., 2]) / (c[..., 0] + c[..., 1]), seed=7, draws=500)
    truth = 0.67 / 0.93
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.975


def test_one_seed_draws_the_same_buckets_so_that_two_months_are_paired() -> None:
    month = np.random.default_rng(8).gamma(1, 1, 256)
    low, high = draw_interval(bucket_draws(2 * month, seed=9) - 2 * bucket_draws(month, seed=9))
    assert low == high == 0


def test_later_rows_leave_the_draws_of_earlier_ones_as_they_were() -> None:
    counts = np.array([[5, 6, 7], [8, 9, 10], [1, 2, 3]])
    assert (state_draws(counts, seed=1)[:, :2] == state_draws(counts[:2], seed=1)).all()


def test_one_bucket_says_nothing_about_its_spread() -> None:
    one, two = np.zeros(256), np.zeros(256)
    one[3], two[[3, 5]] = 1, (1, 3)
    assert np.isnan(ratio_bootstrap(one, one, seed=1)).all()
    low, high = ratio_bootstrap(two, two > 0, seed=1)
    assert low <= 2 <= high


def test_totals_of_cents_stay_exact_in_every_draw() -> None:
    cents = np.full(256, 123_456_789_012.0)
    assert set(bucket_draws(cents, seed=1).tolist()) == {256 * 123_456_789_012.0}


def test_a_difference_in_pairs_has_the_published_interval() -> None:
    # Hyper-responsive airways before and after a transplant (Fagerland, Lydersen, Laake 2014, Stat Med 33, 2850-2875).
    found = paired_difference(1, 7, 21)
    assert [round(float(value), 3) for value in found] == [-0.286, -0.508, -0.013]
    assert np.isnan(paired_difference(0, 0, 0)).all()


@pytest.mark.parametrize(("both", "first", "second", "n"), [(0.01, 0.03, 0.02, 1000), (0.05, 0.05, 0.01, 200)])
def test_a_difference_in_pairs_is_in_its_interval_as_often_as_it_says(
    both: float, first: float, second: float, n: int
) -> None:
    cells = np.random.default_rng(2).multinomial(n, [both, first, second, 1 - both - first - second], size=10_000)
    _, low, high = paired_difference(cells[:, 1], cells[:, 2], n)
    covered = np.mean((low <= first - second) & (first - second <= high))
    assert 0.935 <= covered <= 0.97
