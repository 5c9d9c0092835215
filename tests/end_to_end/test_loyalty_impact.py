"""loyalty_impact from the source to the page: where the truth is known, and where the data do not bear an answer."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.programme import read_programme
from tests.calls import Place, once
from tests.end_to_end.conftest import Published

pytestmark = pytest.mark.slow


def tables(place: Place, profile: str, period: str) -> Path:
    return place.published(profile, period) / "tables" / "loyalty_impact"


def test_the_interval_of_the_sample_holds_what_is_true_of_it(sample: Published) -> None:
    """Of the orders of members the programme has made the share that the company's truth counts."""
    place = sample.place
    truth = json.loads((place.cache / "sample-company" / "truth" / "truth.json").read_text(encoding="utf-8"))
    programme = truth["loyalty_programme"]
    share = programme["extra_orders"] / programme["orders_while_member"]
    with closing(duckdb.connect(str(place.cache / "sample" / "facts.duckdb"), read_only=True)) as con:
        names = ("orders_valid", "customers", "memberships")
        trials = read_programme(*names, as_of=date(2026, 10, 31), connection=con).trials
    seen = trials.is_joiner[:, None] & (trials.seen[:, None] >= np.arange(1, trials.horizon + 1))
    true_effect = share * trials.after["orders"][seen].mean()
    ways = pd.read_csv(tables(place, "sample", "2026-10") / "programme_effects.csv").set_index(["outcome", "way"])
    ours = ways.loc["orders", "trials"]
    assert 0.04 < true_effect < 0.2
    assert ours["robust_low"] < true_effect < ours["robust_high"]
    assert ways.loc[("orders", "naive"), "effect"] > 4 * true_effect


@pytest.fixture(scope="module")
def airline(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    def make(place: Place) -> list:
        return [place.run("airline_loyalty", "--period", "2018-12", "--notebooks", "loyalty_impact")]

    return Published(*once(tmp_path_factory, "airline-loyalty", make))


def test_of_joins_known_by_their_month_nothing_is_claimed_and_all_is_counted(airline: Published) -> None:
    (call,) = airline.calls
    assert call.code == 0, call.err[-2000:]
    folder = tables(airline.place, "airline_loyalty", "2018-12")
    ways = pd.read_csv(folder / "programme_effects.csv").set_index(["outcome", "way"])
    ours = ways.loc["orders", "trials"]
    assert ours["verdict"] == "cannot_tell"
    assert {"joins_by_month", "joins_not_dated", "short_history"} <= set(ours["declined"].split(","))
    with closing(duckdb.connect(str(airline.place.cache / "airline_loyalty" / "facts.duckdb"), read_only=True)) as con:
        read = read_programme("orders_valid", "customers", "memberships", as_of=date(2018, 12, 31), connection=con)
        orders = con.execute("SELECT COUNT(*) FROM orders_valid").fetchall()
        rows = dict(con.execute("SELECT reason, CAST(SUM(rows) AS INT) FROM row_ledger GROUP BY reason").fetchall())
    assert read.counts["joined"] == read.counts["by_month"] == 16_737
    assert read.counts["ordered_before"] == 661  # members with one of the 6,637 rows of flights before joining
    # 207,632 rows with flights; a member's month that stands twice is one order.
    assert rows["counted"] + rows["duplicate"] == 207_632
    assert orders == [(206_511,)]


def test_the_promotion_shows_in_how_many_joined_and_in_nothing_else(airline: Published) -> None:
    folder = tables(airline.place, "airline_loyalty", "2018-12")
    joins = pd.read_csv(folder / "joins.csv").set_index("month")
    assert joins.index[joins["is_unusual"]].tolist() == ["2018-02", "2018-03", "2018-04"]
    assert joins.loc["2018-02":"2018-04", "joined"].tolist() == [295, 330, 346]
    assert joins["joined"].sum() == 16_737
    assert pd.read_csv(folder / "quarters.csv")["effect"].isna().all()


def test_the_points_of_the_airline_add_up_to_what_its_description_says(airline: Published) -> None:
    points = json.loads((airline.place.published("airline_loyalty", "2018-12") / "headline.json").read_text("utf-8"))
    assert points
    with closing(duckdb.connect(str(airline.place.cache / "airline_loyalty" / "facts.duckdb"), read_only=True)) as con:
        rows = con.execute(
            "SELECT event, SUM(points), CAST(SUM(value_cents) / 100 AS INT) FROM memberships GROUP BY event"
        ).fetchall()
    found = {event: (points, value) for event, points, value in rows}
    assert found["earn"][0] == pytest.approx(50_172_736.25)
    assert found["redeem"] == (12_451_388, 1_007_774)
