"""Segments from the source to the published tables: on three companies, against pandas on the source itself."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.calls import Place
from tests.end_to_end.conftest import Published
from tests.metrics.segment_shops import twin_segment

pytestmark = pytest.mark.slow

MONTHS = {"sample": "2026-10", "online_retail": "2011-11", "cdnow": "1998-06", "positive_lines": "2011-11"}
COLUMNS = {
    "segments": "rfm_segment customers customers_share revenue revenue_share orders average_order_value "
    "previous_customers",
    "rfm_scores": "customer_id r_score f_score m_score rfm_segment days_since_last_order orders spend_total",
    "migration": "from_segment to_segment customers",
    "cut_values": "measure score value_from value_to customers threshold",
}
# How many customers are in each segment, by the brute force below when this test was written.
CDNOW = {"VIP": 3675, "Loyal": 3782, "New": 0, "Promising": 2367, "Needs attention": 4299, "Lost loyal": 126}
CDNOW |= {"Sleeping": 4620, "Lost": 4701}


@pytest.fixture(params=["sample", "online_retail", "cdnow"])
def published(request: pytest.FixtureRequest) -> tuple[Place, str]:
    return request.getfixturevalue(request.param).place, request.param


def table(place: Place, profile: str, name: str) -> pd.DataFrame:
    period = MONTHS["positive_lines" if profile.endswith("positive_lines") else profile]
    return place.table(profile, period, f"rfm_segments/{name}")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_the_promised_columns(published: tuple[Place, str], name: str) -> None:
    assert list(table(*published, name)) == COLUMNS[name].split()


def test_all_tables_tell_of_the_same_customers(published: tuple[Place, str]) -> None:
    place, profile = published
    segments = table(place, profile, "segments").set_index("rfm_segment")
    scores, moves, cuts = (table(place, profile, name) for name in ("rfm_scores", "migration", "cut_values"))
    assert scores["customer_id"].is_unique
    by_segment = scores.groupby("rfm_segment")[["orders", "spend_total"]].sum().reindex(segments.index, fill_value=0)
    assert scores["rfm_segment"].value_counts().reindex(segments.index, fill_value=0).tolist() == (
        segments["customers"].tolist()
    )
    assert by_segment["orders"].tolist() == segments["orders"].tolist()
    assert np.allclose(by_segment["spend_total"], segments["revenue"])
    assert segments["customers_share"].sum() == pytest.approx(1)
    assert segments["revenue_share"].sum() == pytest.approx(1)
    for side, column in (("to_segment", "customers"), ("from_segment", "previous_customers")):
        sums = moves.groupby(side)["customers"].sum()
        assert sums.reindex(segments.index).tolist() == segments[column].tolist()
    assert (cuts.groupby("measure")["customers"].sum() == len(scores)).all()


def test_the_file_of_the_customers_is_for_its_owner_alone(published: tuple[Place, str]) -> None:
    place, profile = published
    folder = place.published(profile, MONTHS[profile]) / "tables" / "rfm_segments"
    assert (folder / "rfm_scores.csv").stat().st_mode & 0o777 == 0o600
    page = (place.published(profile, MONTHS[profile]) / "index.html").read_text(encoding="utf-8")
    assert "rfm_scores" not in page


def scored(people: pd.DataFrame) -> pd.DataFrame:
    """Scores and segment of (days, orders, cents), the vectorised way."""
    ranks = pd.DataFrame({"r": -people["days"], "f": people["orders"], "m": people["cents"]}).rank(method="average")
    scores = np.minimum(5, 1 + (5 * (ranks - 0.5) / len(people)).apply(np.floor)).astype(int)
    names = [
        twin_segment(*score, orders)
        for score, orders in zip(scores.itertuples(index=False), people["orders"], strict=True)
    ]
    return people.assign(**scores, segment=names).sort_index()


def assert_same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    found = found.assign(customer_id=found["customer_id"].astype(int)).set_index("customer_id").sort_index()
    assert found.index.tolist() == wanted.index.tolist()
    names = {"r_score": "r", "f_score": "f", "m_score": "m", "rfm_segment": "segment"}
    names |= {"days_since_last_order": "days", "orders": "orders"}
    for mine, theirs in names.items():
        assert found[mine].tolist() == wanted[theirs].tolist(), mine
    assert (found["spend_total"] * 100).round().astype(int).tolist() == wanted["cents"].tolist()


def test_cdnow_is_scored_as_pandas_scores_its_source(cdnow: Published, retention_data: Path) -> None:
    rows = pd.read_parquet(retention_data / "cdnow" / "cdnow_master.parquet")
    days = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d")
    rows = rows.assign(
        customer_id=rows["customer_id"].astype(int),
        days=(pd.Timestamp(1998, 6, 30) - days).dt.days,
        cents=(rows["dollar_value"].astype(float) * 100).round().astype(int),
    )
    people = rows.groupby("customer_id").agg(days=("days", "min"), orders=("days", "size"), cents=("cents", "sum"))
    wanted = scored(people)
    assert_same(table(cdnow.place, "cdnow", "rfm_scores"), wanted)
    segments = table(cdnow.place, "cdnow", "segments").set_index("rfm_segment")["customers"]
    assert segments.to_dict() == CDNOW


def test_online_retail_is_scored_as_pandas_scores_its_source(positive_lines: Published, retention_data: Path) -> None:
    rows = pd.read_parquet(retention_data / "online_retail" / "online_retail.parquet")
    kept = (rows["Quantity"] > 0) & (rows["UnitPrice"] > 0) & rows["CustomerID"].notna()
    rows = rows[kept & (rows["InvoiceDate"] < "2011-12-01")]
    rows = rows.assign(
        customer_id=rows["CustomerID"].astype(float).astype(int),
        cents=(rows["Quantity"] * rows["UnitPrice"] * 100).round().astype(int),
    )
    invoices = rows.groupby(["customer_id", "InvoiceNo"]).agg(at=("InvoiceDate", "min"), cents=("cents", "sum"))
    invoices["days"] = (pd.Timestamp(2011, 11, 30) - invoices["at"].dt.normalize()).dt.days
    people = invoices.groupby("customer_id").agg(days=("days", "min"), orders=("days", "size"), cents=("cents", "sum"))
    assert_same(table(positive_lines.place, "online_retail_positive_lines", "rfm_scores"), scored(people))
