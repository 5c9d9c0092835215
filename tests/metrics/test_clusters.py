"""Groups that form by themselves: planted ones are found, and where there are none, none is told of."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.clusters import cluster_sample, find_clusters
from retention_helpers.metrics.personas import persona_preferences, personas
from retention_helpers.metrics.rfm import scored_customers
from retention_helpers.params import load_profile
from tests.metrics.segment_shops import base
from tests.metrics.test_segments import OCTOBER, YEAR

RULES = load_profile("sample").segment_rules


def customers(*kinds: tuple[int, float, float, float], seed: int = 0) -> pd.DataFrame:
    """A sample of customers of (how many, days, orders, money per order), each spread around them."""
    rng = np.random.default_rng(seed)
    parts = []
    for many, days, orders, value in kinds:
        made = np.maximum(1, rng.poisson(orders, many) if orders > 1 else np.ones(many)).astype(int)
        spent = np.rint(100 * made * rng.lognormal(np.log(value), 0.1, many)).astype(int)
        silent = np.rint(rng.lognormal(np.log(days), 0.1, many)).astype(int)
        parts.append(pd.DataFrame({"days_since_last_order": silent, "orders": made, "spend_cents": spent}))
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(customer_id=[f"c{n:05d}" for n in range(len(frame))], bucket=0, rfm_segment="Loyal")


PLANTED = ((300, 10, 20, 50), (300, 400, 1, 20), (300, 60, 1, 200))


@pytest.mark.slow
def test_planted_groups_are_found_with_the_best_customers_first() -> None:
    sample = customers(*PLANTED)
    choice, labels = find_clusters(sample)
    assert choice.loc[choice["is_used"], "groups"].tolist() == [3]
    assert list(choice) == ["groups", "silhouette", "stability", "stability_low", "is_stable", "is_used"]
    for kind in range(3):
        mine = labels[kind * 300 : kind * 300 + 300]
        assert np.mean(mine == np.bincount(mine).argmax()) > 0.98
    told = personas(sample, labels)
    assert told["persona"].tolist() == [1, 2, 3]
    assert told["customers"].sum() == 900
    assert told["revenue_share"].sum() == pytest.approx(1)
    traits = told[["frequency", "recency", "order_size"]].to_numpy().tolist()
    assert traits == [["often", "recent", "usual"], ["once", "between", "large"], ["once", "silent", "small"]]
    worth = told["revenue_share"] / told["customers_share"]
    assert worth.is_monotonic_decreasing


@pytest.mark.slow
def test_the_same_sample_gives_the_same_groups() -> None:
    sample = customers(*PLANTED)
    one, other = find_clusters(sample), find_clusters(sample)
    assert one.labels.tolist() == other.labels.tolist()
    pd.testing.assert_frame_equal(one.choice, other.choice)


@pytest.mark.slow
def test_a_cloud_without_groups_is_not_divided() -> None:
    rng = np.random.default_rng(2)
    n = 2_000
    made = np.maximum(1, np.rint(np.exp(rng.normal(3, 0.7, n)))).astype(int)
    cloud = customers((n, 100, 1, 50)).assign(
        days_since_last_order=np.rint(np.exp(rng.normal(4, 0.7, n))).astype(int),
        orders=made,
        spend_cents=np.rint(100 * made * np.exp(rng.normal(4, 0.7, n))).astype(int),
    )
    choice, labels = find_clusters(cloud)
    assert len(choice)
    assert not choice["is_used"].any()
    assert set(labels) == {0}
    assert personas(cloud, labels).empty


@pytest.mark.parametrize("many", [0, 1, 5, 99])
def test_too_few_customers_are_not_divided(many: int) -> None:
    sample = customers((many, 10, 1, 10))
    choice, labels = find_clusters(sample)
    assert choice.empty
    assert labels.tolist() == [0] * many
    full = find_clusters(customers(*PLANTED))
    assert (choice.dtypes == full.choice.dtypes).all()
    assert (personas(sample, labels).dtypes == personas(customers(*PLANTED), full.labels).dtypes).all()


def test_customers_who_are_all_alike_are_not_divided() -> None:
    alike = customers((500, 10, 1, 10)).assign(days_since_last_order=7, orders=1, spend_cents=1000)
    choice, labels = find_clusters(alike)
    assert choice.empty
    assert set(labels) == {0}


def test_money_given_back_and_two_kinds_of_customers_alone_do_no_harm() -> None:
    two = customers((200, 10, 1, 10)).assign(
        days_since_last_order=[7, 300] * 100, orders=1, spend_cents=[-500, 1000] * 100
    )
    choice, labels = find_clusters(two)
    assert len(labels) == 200
    assert choice.empty or choice["silhouette"].between(-1, 1).all()


def test_the_sample_is_the_same_customers_whatever_the_order_and_holds_what_was_scored() -> None:
    connection = base(YEAR, as_of=OCTOBER)
    sample = cluster_sample(connection, scored_customers(connection, as_of=OCTOBER, rules=RULES))
    other = base(YEAR.iloc[::-1], as_of=OCTOBER)
    again = cluster_sample(other, scored_customers(other, as_of=OCTOBER, rules=RULES))
    pd.testing.assert_frame_equal(sample, again)
    assert sample["customer_id"].is_unique
    assert set(sample) == {"customer_id", "bucket", "rfm_segment", "days_since_last_order", "orders", "spend_cents"}


def test_preferences_of_groups_carry_their_numbers() -> None:
    connection = base(YEAR, as_of=OCTOBER)
    sample = cluster_sample(connection, scored_customers(connection, as_of=OCTOBER, rules=RULES))
    labels = np.where(np.arange(len(sample)) % 2, 1, 2)
    found = persona_preferences(connection, sample, labels, as_of=OCTOBER)
    assert next(iter(found)) == "persona"
    assert set(found["persona"]) == {1, 2}
    assert set(found["dimension"]) == {"day_kind"}
    nobody = persona_preferences(connection, sample, labels * 0, as_of=OCTOBER)
    assert nobody.empty
    assert (nobody.dtypes == found.dtypes).all()
