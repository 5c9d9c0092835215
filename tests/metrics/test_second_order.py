"""Time to the second order: a twin customer by customer, the log-rank test against scipy and a published study."""

from collections import Counter
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.errors import CallError
from retention_helpers.metrics.log_rank import log_rank, log_rank_against_others
from retention_helpers.metrics.second_order import (
    second_order_rate,
    second_order_survival,
    second_order_times,
    second_order_waits,
)
from retention_helpers.metrics.traits import TRAITS, known_traits, trait_expression
from tests.metrics.lives import World, life_base, worlds
from tests.metrics.shops import LAST, Shop, month_end, order_frame

# Freireich et al. (1963), weeks in remission; a second number of 0: still in remission (censored).
MERCAPTOPURINE = [(6, 1)] * 3 + [(6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0)]
MERCAPTOPURINE += [(20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def twin_waits(shop: Shop, as_of: date, since: int) -> Counter:
    found: Counter = Counter()
    for customer, first in shop.first().items():
        mine = [order for order in shop.orders if order.customer == customer]
        if first.month < since:
            continue
        end = mine[1].at.date() if len(mine) > 1 else as_of
        found[first.channel, (end - first.at.date()).days, len(mine) > 1] += 1
    return found


@given(worlds())
def test_waits_equal_their_twin_as_of_any_month(world: World) -> None:
    con = life_base(world)
    for month, since in ((LAST, 0), (LAST - 3, LAST - 6)):
        as_of = month_end(month)
        frame = second_order_waits(con, as_of=as_of, trait="channel", since=month_end(since) if since else None)
        found = Counter()
        for row in frame.itertuples():
            found[row.value, row.days, True] += row.events
            found[row.value, row.days, False] += row.censored
        assert +found == twin_waits(Shop.of(world.orders, as_of), as_of, since)


@given(worlds(), st.integers(1, 90))
def test_the_share_within_some_days_is_of_those_who_have_had_so_many(world: World, days: int) -> None:
    as_of = month_end(LAST - 1)
    shop = Shop.of(world.orders, as_of)
    firsts = {name: order for name, order in shop.first().items() if (as_of - order.at.date()).days >= days}
    again = {
        name
        for name, order in firsts.items()
        if any(
            other.customer == name and other != order and (other.at.date() - order.at.date()).days <= days
            for other in shop.orders
        )
    }
    frame = second_order_rate(life_base(world), as_of=as_of, within_days=days)
    assert frame[["customers", "n"]].to_numpy().tolist() == ([[len(again), len(firsts)]] if firsts else [])
    assert frame["is_small"].all()
    assert frame["rate"].isna().all()


def waits(value: str, *rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["days", "events", "censored"]).assign(value=value)


def test_a_quarter_has_ordered_again_once_the_curve_says_so() -> None:
    row = second_order_times(waits("all", (10, 30, 0), (20, 10, 0), (50, 0, 60))).iloc[0]
    assert (row["customers"], row["ordered_again"], row["quarter_days"]) == (100, 40, 10)
    assert row["quarter_days_low"] == 10
    assert row["quarter_days_high"] == 20
    assert np.isnan(row["half_days"])
    curve = second_order_survival(waits("all", (10, 30, 0), (20, 10, 0), (50, 0, 60)))
    assert curve["ordered_again"].round(12).tolist() == [0.3, 0.4, 0.4]
    assert (curve["ordered_again_low"] <= curve["ordered_again"]).all()


def test_nobody_waits_in_an_empty_shop_and_the_columns_are_there() -> None:
    as_of = month_end(LAST)
    one = World(order_frame([("a", "o1", datetime(2025, 1, 5), 100, False, "web")]))
    full, empty = (second_order_waits(life_base(world), as_of=as_of) for world in (one, World(order_frame([]))))
    assert (len(full), len(empty)) == (1, 0)
    assert (full.dtypes == empty.dtypes).all()
    for make in (second_order_survival, second_order_times, log_rank, log_rank_against_others):
        assert (make(full).dtypes == make(empty).dtypes).all()
    assert log_rank(empty)["p_value"].isna().all()


def test_less_than_a_day_and_an_unknown_trait_are_refused() -> None:
    con = life_base(World(order_frame([])))
    with pytest.raises(CallError, match="within_days is 0"):
        second_order_rate(con, as_of=month_end(LAST), within_days=0)
    with pytest.raises(CallError, match='no trait "town"'):
        second_order_waits(con, as_of=month_end(LAST), trait="town")


# ---- traits


def test_ages_are_those_of_the_year_and_what_is_not_known_is_said_so() -> None:
    born = {"a": 2008, "b": 2007, "c": 2000, "d": 1961, "e": 1960, "f": None}
    people = [
        {"customer_id": name, "birth_year": year, "city": "Lviv" if name == "a" else None}
        for name, year in born.items()
    ]
    con = life_base(World(order_frame([]), people))
    text = trait_expression("age_band", date(2025, 12, 31))
    found = con.execute(f"SELECT customer_id, {text} FROM customers ORDER BY customer_id").fetchall()
    assert [band for _, band in found] == ["under 18", "18-24", "25-34", "55-64", "65+", "unassigned"]
    assert known_traits(con) == ["city", "age_band"]
    assert set(known_traits(con)) < set(TRAITS)


# ---- log-rank


def test_the_leukaemia_study_has_its_published_chi_square() -> None:
    """Log-rank 16.79 on one degree of freedom; 9 and 21 events where 19.25 and 10.75 were expected."""
    drug = waits("drug", *((week, event, 1 - event) for week, event in MERCAPTOPURINE))
    frame = pd.concat([drug, waits("placebo", *((week, 1, 0) for week in PLACEBO))])
    whole = log_rank(frame, fewest=1).iloc[0]
    assert whole["chi_square"] == pytest.approx(16.79, abs=0.005)
    assert whole["freedom"] == 1
    groups = log_rank_against_others(frame, fewest=1).set_index("value")
    assert groups["events"].to_dict() == {"drug": 9, "placebo": 21}
    assert groups["expected_events"].round(2).to_dict() == {"drug": 19.25, "placebo": 10.75}
    assert groups["p_value"].tolist() == pytest.approx([whole["p_value"]] * 2)


GROUP = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8)


@given(GROUP, GROUP)
def test_two_groups_have_the_p_value_of_scipy(one: list, other: list) -> None:
    frame = pd.concat([waits("a", *one), waits("b", *other)])
    data = []
    for _, rows in frame.groupby("value"):
        uncensored, censored = (np.repeat(rows["days"], rows[name]).to_numpy(float) for name in ("events", "censored"))
        data.append(stats.CensoredData(uncensored=uncensored, right=censored))
    sizes = frame[["events", "censored"]].sum(axis=1).groupby(frame["value"]).sum()
    found = log_rank(frame, fewest=1)["p_value"].iloc[0]
    if sizes.min() == 0 or np.isnan(found):
        return  # scipy wants somebody in each group, and an event that could have happened in both
    assert found == pytest.approx(stats.logrank(*data).pvalue, abs=1e-12)


@given(st.lists(GROUP, min_size=3, max_size=4))
def test_several_groups_have_the_chi_square_of_the_formula_day_by_day(groups: list) -> None:
    frame = pd.concat([waits(f"g{place}", *rows) for place, rows in enumerate(groups)])
    frame = frame[frame["events"] + frame["censored"] > 0]
    names = sorted(frame["value"].unique())
    excess, covariance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for day in sorted(frame["days"].unique()):
        at_risk = [_sum(frame, name, frame["days"] >= day, ["events", "censored"]) for name in names]
        events = [_sum(frame, name, frame["days"] == day, ["events"]) for name in names]
        n, d = sum(at_risk), sum(events)
        for i, (risk, seen) in enumerate(zip(at_risk, events, strict=True)):
            excess[i] += seen - d * risk / n
            for j, other in enumerate(at_risk):
                if n > 1:
                    covariance[i, j] += d * (n - d) / (n - 1) * risk / n * ((i == j) - other / n)
    found = log_rank(frame, fewest=1).iloc[0]
    if np.isnan(found["chi_square"]):
        assert not covariance.any() or len(names) < 2
        return
    assert found["freedom"] == len(names) - 1
    assert found["chi_square"] == pytest.approx(excess @ np.linalg.pinv(covariance) @ excess, abs=1e-8)


def _sum(frame: pd.DataFrame, name: str, where: pd.Series, columns: list[str]) -> int:
    return int(frame.loc[(frame["value"] == name) & where, columns].to_numpy().sum())


def test_a_small_group_is_named_but_not_compared() -> None:
    frame = pd.concat([waits(name, (5, n, n)) for name, n in (("a", 40), ("b", 40), ("tiny", 3))])
    assert log_rank(frame)[["groups", "customers"]].iloc[0].tolist() == [2, 160]
    groups = log_rank_against_others(frame).set_index("value")
    assert groups["is_small"].tolist() == [False, False, True]
    assert np.isnan(groups.loc["tiny", "p_value"])
    assert not groups.loc["tiny", "is_different"]
    alone = log_rank(waits("a", (5, 40, 40)))
    assert np.isnan(alone["p_value"].iloc[0])
