"""Who the segments are made of: city, country, source, gender, age; with a floor of 30 customers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.cuts import segment_cuts
from retention_helpers.metrics.rfm import scored_customers
from retention_helpers.params import load_profile
from tests.metrics.segment_shops import base, bought

RULES = load_profile("sample").segment_rules
OCTOBER = date(2026, 10, 31)
COLUMNS = [
    "dimension", "value", "rfm_segment", "customers", "n", "customers_share", "customers_share_low",
    "customers_share_high", "others_share", "difference", "difference_low", "difference_high", "q_value",
    "is_different",
]  # fmt: skip


def cuts(people: list[tuple], recent: set[str]) -> pd.DataFrame:
    """Of people (customer, city, country, source, gender, birth_year); the recent ones are New, the others Lost."""
    orders = bought(*((who, date(2026, 10, 9) if who in recent else date(2025, 3, 9), 1000) for who, *_ in people))
    connection = base(orders, people=people, as_of=OCTOBER)
    return segment_cuts(
        connection, scored_customers(connection, as_of=OCTOBER, rules=RULES), as_of=OCTOBER, rules=RULES
    )


def town(name: str, many: int, **traits: object) -> list[tuple]:
    given = {"country": None, "source": None, "gender": None, "birth_year": None} | traits
    return [(f"{name}{n:03d}", name, *given.values()) for n in range(many)]


PEOPLE = town("Kyiv", 100, gender="female", birth_year=1990) + town("Lviv", 100, birth_year=2010) + town("Bar", 20)
RECENT = {who for who, *_ in PEOPLE if who.startswith("Kyiv") and who[-1] != "0"} | {f"Lviv{n:03d}" for n in range(10)}


def test_each_value_is_set_against_all_others_of_its_dimension() -> None:
    frame = cuts(PEOPLE, RECENT)
    assert list(frame) == COLUMNS
    assert list(dict.fromkeys(frame["dimension"])) == ["city", "gender", "age"]
    city = frame[(frame["dimension"] == "city") & (frame["rfm_segment"] == "New")].set_index("value")
    assert city["n"].to_dict() == {"Kyiv": 100, "Lviv": 100, "small groups": 20}
    kyiv = city.loc["Kyiv"]
    assert (kyiv["customers"], kyiv["customers_share"]) == (90, 0.9)
    assert kyiv["others_share"] == pytest.approx(10 / 120)
    assert kyiv["difference"] == pytest.approx(0.9 - 10 / 120)
    assert kyiv["is_different"]
    assert (
        frame.groupby(["dimension", "rfm_segment"])["customers"].sum().groupby("dimension").sum().tolist() == [220] * 3
    )


def test_below_thirty_no_share_is_told() -> None:
    small = cuts(PEOPLE, RECENT).query("value == 'small groups'")
    assert small["n"].tolist() == [20] * len(RULES.names)
    assert small[["customers_share", "others_share", "difference", "q_value"]].isna().all(axis=None)
    assert not small["is_different"].any()


def test_ages_are_bands_of_what_is_reached_in_the_year_and_impossible_ones_are_not_known() -> None:
    births = [2009, 2008, 2002, 2001, 1992, 1991, 1962, 1961, 1900, 2030, None]
    people = [person for year in births for person in town(f"y{year}", 30, birth_year=year)]
    found = cuts(people, {people[0][0]}).query("dimension == 'age'")
    sizes = found.drop_duplicates("value").set_index("value")["n"].to_dict()
    assert sizes == {
        "0-17": 30, "18-24": 60, "25-34": 60, "35-44": 30, "55-64": 30, "65+": 30, "unassigned": 90,
    }  # fmt: skip
    assert list(sizes) == sorted(sizes)


def test_chance_makes_no_difference() -> None:
    people = [person for n in range(12) for person in town(f"town{n:02d}", 50)]
    rng = np.random.default_rng(1)
    frame = cuts(people, {who for who, *_ in people if rng.random() < 0.4})
    assert not frame["is_different"].any()


def test_a_company_that_knows_nothing_of_its_customers_has_an_empty_answer_of_the_same_form() -> None:
    nobody = cuts([("a", None, None, None, None, None), ("b", None, None, None, None, None)], {"a"})
    assert nobody.empty
    assert (nobody.dtypes == cuts(PEOPLE, RECENT).dtypes).all()
