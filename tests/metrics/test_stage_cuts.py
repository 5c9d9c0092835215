"""Cuts by trait: counted once more, compared and corrected over all that is shown."""

from collections import Counter
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.errors import CallError
from retention_helpers.metrics.comparisons import against_others
from retention_helpers.metrics.life_stages import STAGES, LifeRules
from retention_helpers.metrics.stage_cuts import CUTS, second_order_cuts, stage_cuts
from tests.metrics.lives import World, life_base, lives, worlds
from tests.metrics.shops import AS_OF, LAST, order_frame

RULES = LifeRules(3, 3)


@pytest.mark.slow
@given(worlds(), st.lists(st.sampled_from(["Lviv", "Kyiv", None]), min_size=10, max_size=10))
def test_cuts_count_every_known_customer_once_in_each_trait(world: World, cities: list) -> None:
    people = [one | {"city": cities[int(one["customer_id"][1:])]} for one in world.people]
    world = World(world.orders, people, world.answers)
    frame = stage_cuts(life_base(world), as_of=AS_OF, rules=RULES, traits=("city", "gender"))
    where = {one["customer_id"]: one["city"] or "unassigned" for one in people}
    twin: Counter = Counter()
    for name, life in lives(world).items():
        stage = life.stage(LAST, 3, 3)
        if stage != "outside":
            twin[where.get(name, "unassigned"), stage] += 1
    rows = frame[frame["trait"] == "city"]
    assert {(row.value, row.life_stage): row.customers for row in rows.itertuples() if row.customers} == dict(twin)
    for _, one in frame.groupby(["trait", "value"]):
        assert one["life_stage"].tolist() == list(STAGES)
        assert one["customers"].sum() == one["n"].iloc[0]
    assert frame["rate"].isna().all()  # nowhere thirty customers


def test_an_empty_shop_has_the_columns_of_a_full_one_and_an_unknown_trait_is_refused() -> None:
    full = World(order_frame([("a", "o1", datetime(2025, 1, 5), 100, False, "web")]))
    bases = (full, World(order_frame([])))
    for make in (
        lambda con: stage_cuts(con, as_of=AS_OF, rules=RULES),
        lambda con: second_order_cuts(con, as_of=AS_OF),
    ):
        one, none = (make(life_base(world)) for world in bases)
        assert len(none) == 0
        assert (one.dtypes == none.dtypes).all()
        assert list(one["trait"].unique()) == list(CUTS)
    with pytest.raises(CallError, match='no trait "town"'):
        stage_cuts(life_base(full), as_of=AS_OF, rules=RULES, traits=("town",))


def test_each_group_is_compared_with_all_others_and_corrected_over_all_rows() -> None:
    counts = pd.DataFrame(
        {"trait": ["city"] * 3 + ["source"] * 2, "customers": [50, 20, 5, 35, 40], "n": [100, 100, 20, 110, 110]}
    )
    frame = against_others(counts, within=["trait"])
    assert frame["others_rate"].tolist() == pytest.approx([25 / 120, 55 / 120, 70 / 200, 40 / 110, 35 / 110])
    small = frame.iloc[2]
    assert small["is_small"]
    assert small[["rate", "rate_low", "difference", "p_value", "q_value"]].isna().all()
    chi = stats.chi2_contingency([[50, 50], [25, 95]], correction=False).pvalue  # the same test, as scipy has it
    assert frame["p_value"].iloc[0] == pytest.approx(chi)
    tested = frame["p_value"].dropna()
    assert frame["q_value"].dropna().tolist() == pytest.approx(stats.false_discovery_control(tested).tolist())
    assert frame["is_different"].tolist() == [True, True, False, False, False]


def test_one_group_alone_has_nobody_to_be_compared_with() -> None:
    frame = against_others(pd.DataFrame({"customers": [10], "n": [50]}))
    assert frame["rate"].tolist() == [0.2]
    assert np.isnan(frame["q_value"]).all()
