"""Means of a scale: how often their interval holds the truth, by every outcome and by draws; weights; differences."""

import numpy as np
import pytest
from scipy import stats

from retention_helpers.metrics.intervals import newcombe_difference, wilson
from retention_helpers.metrics.scores import score_difference, score_mean, score_test, share_of, weighted_counts

NPS = (-1, 0, 1)
CELLS = [(20, 0.9, 0.0), (30, 0.6, 0.2), (100, 0.5, 0.2)]  # answers, promoters, detractors
DRAWS = 10_000


def outcomes(n: int) -> np.ndarray:
    """Every possible outcome of so many answers: detractors, passives, promoters."""
    worst, best = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    possible = worst + best <= n
    return np.stack([worst, n - worst - best, best], axis=-1)[possible]


def plain(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval of the textbook: mean +- 1.96 standard errors."""
    n = counts.sum(axis=-1)
    mean = counts @ np.array(NPS) / n
    half = 1.959964 * np.sqrt(((counts[..., 0] + counts[..., 2]) / n - mean**2) / n)
    return mean - half, mean + half


def holds(edges: tuple[np.ndarray, np.ndarray], truth: float) -> np.ndarray:
    return (edges[0] <= truth + 1e-12) & (truth - 1e-12 <= edges[1])


@pytest.mark.parametrize(("n", "promoters", "detractors"), CELLS)
def test_nps_holds_the_truth_as_often_as_it_says(n: int, promoters: float, detractors: float) -> None:
    classes = [detractors, 1 - promoters - detractors, promoters]
    truth = promoters - detractors
    counts = outcomes(n)
    exact = stats.multinomial.pmf(counts, n, classes)[holds(score_mean(counts, NPS)[1:], truth)].sum()
    drawn = np.random.default_rng(1).multinomial(n, classes, DRAWS)
    simulated = holds(score_mean(drawn, NPS)[1:], truth).mean()
    assert abs(simulated - exact) < 4 * np.sqrt(exact * (1 - exact) / DRAWS)
    assert exact >= 0.93
    assert simulated >= 0.93


def test_the_plain_interval_is_too_narrow_where_nearly_all_agree() -> None:
    counts = outcomes(20)
    chances = stats.multinomial.pmf(counts, 20, [0.0, 0.1, 0.9])
    assert chances[holds(plain(counts), 0.9)].sum() == pytest.approx(0.876, abs=5e-4)
    assert chances[holds(score_mean(counts, NPS)[1:], 0.9)].sum() == pytest.approx(0.957, abs=5e-4)


def test_the_mean_of_five_classes_is_held_as_often_as_it_says() -> None:
    classes, scores = [0.05, 0.05, 0.1, 0.4, 0.4], np.arange(1, 6)
    drawn = np.random.default_rng(2).multinomial(50, classes, DRAWS)
    assert 0.93 <= holds(score_mean(drawn, scores)[1:], float(scores @ np.array(classes))).mean() <= 0.975


def test_the_interval_lies_within_the_scale_and_has_a_width_where_all_agree() -> None:
    mean, low, high = score_mean([[0, 0, 5], [5, 0, 0], [0, 5, 0], [0, 0, 0]], NPS)
    assert mean[:3].tolist() == [1, -1, 0]
    assert (high[0], low[1]) == (1, -1)
    assert low[0] < 1
    assert high[1] > -1
    assert low[2] == pytest.approx(-high[2])
    assert np.isnan([mean[3], low[3], high[3]]).all()


def test_a_difference_of_two_shares_by_mover_is_newcombes() -> None:
    sides = [(np.array(k / n), *wilson(k, n)) for k, n in ((56.0, 70.0), (48.0, 80.0))]
    expected = newcombe_difference(56, 70, 48, 80)
    assert [float(edge) for edge in score_difference(*sides)] == pytest.approx([float(edge) for edge in expected])
    assert float(score_difference(*sides)[1]) == pytest.approx(0.0524, abs=1e-4)


def test_the_difference_of_two_scores_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    now = score_mean(rng.multinomial(100, [0.2, 0.3, 0.5], DRAWS), NPS)
    before = score_mean(rng.multinomial(60, [0.3, 0.3, 0.4], DRAWS), NPS)
    assert 0.93 <= holds(score_difference(now, before)[1:], 0.3 - 0.1).mean() <= 0.97


def test_the_test_of_two_scores_errs_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    sides = [rng.multinomial(n, [0.2, 0.3, 0.5], DRAWS) for n in (100, 60)]
    assert 0.03 <= (score_test(*sides, NPS) < 0.05).mean() <= 0.06
    assert np.isnan(score_test([0, 0, 0], [1, 2, 3], NPS))
    assert float(score_test([1, 2, 3], [1, 2, 3], NPS)) == 1


def test_equal_weights_give_the_plain_counts_and_unequal_ones_fewer_answers() -> None:
    counts, effective = weighted_counts(np.array([30.0, 10.0]) * 2, np.array([30.0, 10.0]) * 4)
    assert (counts.tolist(), float(effective)) == ([30, 10], 40)
    # Kish: one answer that weighs 3 and three that weigh 1 are worth 36 / 12 answers.
    counts, effective = weighted_counts([3.0, 3.0], [9.0, 3.0])
    assert (counts.tolist(), float(effective)) == ([1.5, 1.5], 3)
    counts, effective = weighted_counts([0.0, 0.0], [0.0, 0.0])
    assert (counts.tolist(), float(effective)) == ([0, 0], 0)


def test_a_share_of_classes_has_wilsons_interval() -> None:
    part, low, high = share_of(np.array([[1.0, 0, 1, 1, 2], [0.0] * 5]), slice(-2, None))
    assert part[0] == 0.6
    assert (low[0], high[0]) == pytest.approx((0.2307, 0.8824), abs=1e-4)
    assert np.isnan([part[1], low[1], high[1]]).all()
