"""Flows between stages: the twin month by month, the balance, and the rates by hand."""

from collections import Counter
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.metrics.life_stages import OUTSIDE, STAGES, LifeRules, staged_customers
from retention_helpers.metrics.stage_flows import LOSSES, STEPS, stage_flows, stage_moves, transition_rates
from tests.metrics.lives import World, life_base, lives, twin_moves, worlds
from tests.metrics.shops import LAST, label, month_end, order_frame, shuffled


def found(moves: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    assert not moves.duplicated(["month", "from_stage", "to_stage"]).any()
    assert (moves["customers"] > 0).all()
    return {(row.month, row.from_stage, row.to_stage): row.customers for row in moves.itertuples()}


@given(worlds(), st.integers(1, 6), st.integers(2, 4))
def test_moves_equal_their_twin_in_every_month(world: World, lapse_months: int, loyal_orders: int) -> None:
    rules, people = LifeRules(lapse_months, loyal_orders), lives(world).values()
    moves = stage_moves(life_base(world), as_of=month_end(LAST), rules=rules)
    begin = min((m for one in people for m in one.orders), default=None)
    if begin is None:
        begin = min((one.registered for one in people if one.registered is not None), default=LAST + 1)
    twin = twin_moves(people, range(begin, LAST + 1), lapse_months, loyal_orders)
    assert found(moves) == {(label(month), *stages): n for (month, *stages), n in twin.items()}


@given(worlds(), st.integers(1, 6))
def test_what_opens_comes_in_and_goes_out_is_what_closes_and_opens_the_next_month(world: World, lapse: int) -> None:
    con, rules = life_base(world), LifeRules(lapse, 3)
    moves = stage_moves(con, as_of=month_end(LAST), rules=rules)
    flows = stage_flows(moves)
    assert (flows["opening"] + flows["entered"] - flows["left"]).equals(flows["closing"])
    before, after = (total(flows, "life_stage", name) for name in ("opening", "closing"))
    assert +before == total(moves[moves["from_stage"] != OUTSIDE], "from_stage", "customers")
    assert +after == total(moves, "to_stage", "customers")
    months = list(flows["month"].unique())
    for earlier, later in pairwise(months):
        assert all(before[later, stage] == after[earlier, stage] for stage in STAGES)
    relation = staged_customers(con, as_of=month_end(LAST), rules=rules)
    now = dict(relation.aggregate("life_stage, count(*)", "life_stage").fetchall())
    assert now == {stage: n for (month, stage), n in after.items() if n and month == months[-1]}


def total(frame: pd.DataFrame, stage: str, what: str) -> Counter:
    found: Counter = Counter()
    for month, name, n in frame[["month", stage, what]].itertuples(index=False):
        found[month, name] += n
    return found


@pytest.mark.slow
@given(worlds())
def test_neither_row_order_nor_later_data_change_a_move(world: World) -> None:
    rules, as_of = LifeRules(2, 3), month_end(LAST - 3)
    moves = stage_moves(life_base(world), as_of=as_of, rules=rules)
    then = world.until(as_of)
    again = World(shuffled(then.orders), then.people[::-1], then.answers[::-1])
    pd.testing.assert_frame_equal(moves, stage_moves(life_base(again), as_of=as_of, rules=rules))


def test_an_empty_shop_has_the_columns_and_types_of_a_full_one() -> None:
    full = World(order_frame([("a", "o1", month_end(LAST), 100, False, "web")]))
    one, none = (
        stage_moves(life_base(world), as_of=month_end(LAST), rules=LifeRules(3))
        for world in (full, World(order_frame([])))
    )
    assert (len(one), len(none)) == (1, 0)
    for make in (lambda moves: moves, stage_flows, transition_rates):
        assert (make(one).dtypes == make(none).dtypes).all()
    assert len(transition_rates(none)) == 0


def moved(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "from_stage", "to_stage", "customers"])


def test_a_rate_counts_those_who_were_there_and_is_compared_with_a_month_and_a_year_before() -> None:
    months = [label(LAST - 12 + place) for place in range(13)]
    moves = moved(
        *((month, "new", "new", 60) for month in months),
        *((month, "new", "repeat", 15 if month == months[-1] else 40) for month in months),
        *((month, "new", "loyal", 25) for month in months[-1:]),
        *((month, "outside", "new", 7) for month in months),
    )
    rates = transition_rates(moves)
    assert list(rates["transition"].unique()) == list(STEPS)
    last = rates[rates["transition"] == "new->repeat"].iloc[-1]
    assert (last["customers"], last["n"], last["rate"]) == (15, 100, 0.15)
    assert (last["rate_low"], last["rate_high"]) == pytest.approx((0.0931, 0.2328), abs=5e-4)  # Wilson, 15 of 100
    assert (last["change"], last["last_year_change"]) == pytest.approx((-0.25, -0.25))
    assert last["change_high"] < 0
    first = rates[rates["transition"] == "new->repeat"].iloc[0]
    assert first[["change", "last_year_change"]].isna().all()
    assert rates.loc[rates["transition"] == "lapsed->returned", "rate"].isna().all()


def test_a_loss_is_silence_of_any_length_and_an_unknown_stage_is_refused() -> None:
    moves = moved(
        (label(LAST), "new", "at_risk", 10), (label(LAST), "new", "lapsed", 5), (label(LAST), "new", "new", 85)
    )
    rates = transition_rates(moves, transitions=LOSSES).set_index("transition")
    assert rates.loc["new->silent", ["customers", "n"]].tolist() == [15, 100]
    with pytest.raises(CallError, match=r'no stage "loyale"\. Did you mean "loyal"'):
        transition_rates(moves, transitions={"x": ("new", ("loyale",))})
