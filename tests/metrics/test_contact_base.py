"""The contact base: its growth, and whom one may write to, by hand."""

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given

from retention_helpers.metrics.contact_base import contact_base, contact_reach
from retention_helpers.metrics.life_stages import LifeRules
from retention_helpers.metrics.stage_flows import stage_flows, stage_moves
from tests.metrics.lives import World, life_base, lives, worlds
from tests.metrics.shops import AS_OF, LAST, label, month_end, order_frame

RULES = LifeRules(3)


@given(worlds())
def test_the_base_is_everybody_who_had_registered_or_ordered(world: World) -> None:
    moves = stage_moves(life_base(world), as_of=AS_OF, rules=RULES)
    base = contact_base(stage_flows(moves)).set_index("month")
    people = lives(world).values()
    for month in range(LAST - 7, LAST + 1):
        if label(month) not in base.index:
            continue
        row = base.loc[label(month)]
        stages = [one.stage(month, 3, 4) for one in people]
        assert row["closing"] == sum(stage != "outside" for stage in stages)
        assert row["buyers"] == sum(stage not in ("outside", "potential") for stage in stages)
        assert row["lapsed"] == stages.count("lapsed")
        assert row["opening"] + row["joined"] == row["closing"]


def test_growth_is_what_joined_over_what_was_there_with_an_exact_interval() -> None:
    flows = pd.DataFrame(
        {"month": ["2025-01", "2025-02"], "life_stage": "new", "opening": [0, 200], "entered": 0, "left": 0,
         "closing": [200, 210]}
    )  # fmt: skip
    base = contact_base(flows)
    assert base.loc[0, ["growth_rate", "growth_rate_low"]].isna().all()
    low, high = 4.795389 / 200, 18.390356 / 200  # ten of a Poisson: tables of Garwood
    assert base.loc[1, ["growth_rate", "growth_rate_low", "growth_rate_high"]].tolist() == pytest.approx(
        [0.05, low, high]
    )


def person(name: str, *, email: bool | None, sms: bool | None = None, address: str | None = None) -> dict:
    consents = {"consent_email": email, "consent_sms": sms, "consent_push": None}
    return {"customer_id": name, "registered_at": datetime(2025, 1, 1), "email": address, **consents}


def reach(people: list[dict], month: int = LAST) -> pd.DataFrame:
    return contact_reach(life_base(World(order_frame([]), people)), as_of=month_end(month), rules=RULES)


def test_reachable_is_who_consented_and_has_an_address() -> None:
    people = [
        person("a", email=True, address="a@example.com"),
        person("b", email=True),
        person("c", email=False, address="c@example.com", sms=True),
        person("d", email=None),
    ]
    rows = reach(people).set_index(["life_stage", "channel"])
    assert rows.loc[("all", "email"), ["n", "consented", "customers"]].tolist() == [4, 2, 1]
    # Nobody has a telephone number here: the source does not tell them, and consent must do.
    assert rows.loc[("all", "sms"), ["consented", "customers"]].tolist() == [1, 1]
    assert rows.loc[("all", "push"), ["consented", "customers"]].tolist() == [0, 0]
    assert rows.loc[("all", "any"), ["consented", "customers"]].tolist() == [3, 2]
    assert rows.loc[("potential", "any"), "customers"] == 2
    assert rows["is_small"].all()


def test_an_earlier_month_is_not_told_with_the_consents_of_today() -> None:
    people = [person("a", email=True, address="a@example.com")]
    now, then = reach(people), reach(people, LAST - 1)
    assert (len(now), len(then)) == (8, 0)
    assert (now.dtypes == then.dtypes).all()


def test_where_no_consent_is_known_nobody_is_called_unreachable() -> None:
    assert reach([person("a", email=None, address="a@example.com")]).empty
