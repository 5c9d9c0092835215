"""Online Retail from its file to the published tables, against the numbers that its description lists."""

from pathlib import Path

import pandas as pd
import pytest

from tests.calls import Place
from tests.end_to_end.conftest import Published

pytestmark = pytest.mark.slow

NAMES = ["online_retail", "online_retail_positive_lines"]
SIZES = [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323]
DECEMBER_2010 = [36.6, 32.3, 38.4, 36.3, 39.8, 36.3, 34.9, 35.4, 39.5, 37.4, 50.3]


@pytest.fixture(params=NAMES)
def november(request: pytest.FixtureRequest) -> tuple[Place, str]:
    fixture = {"online_retail": "online_retail", "online_retail_positive_lines": "positive_lines"}[request.param]
    return request.getfixturevalue(fixture).place, request.param


def test_both_months_are_published_without_a_word_of_trouble(
    online_retail: Published, positive_lines: Published
) -> None:
    for published in (online_retail, positive_lines):
        assert (published.calls[0].code, published.calls[0].err) == (0, "")
        assert "Published: " in published.calls[0].out


def test_the_cohort_table_has_the_promised_columns(november: tuple[Place, str]) -> None:
    place, name = november
    assert list(place.table(name, "2011-11", "cohorts/cohort_retention")) == [
        "cohort", "months_since_first", "cohort_customers", "active_customers", "retention_rate", "revenue",
        "cumulative_revenue_per_customer", "is_complete",
    ]  # fmt: skip


def test_cohorts_of_positive_lines_are_the_published_ones(positive_lines: Published) -> None:
    table = positive_lines.place.table("online_retail_positive_lines", "2011-11", "cohorts/cohort_retention")
    firsts = table[table["months_since_first"] == 0]
    assert firsts["cohort"].tolist() == ["2010-12", *(f"2011-{month:02d}" for month in range(1, 12))]
    assert firsts["cohort_customers"].tolist() == SIZES
    oldest = table[(table["cohort"] == "2010-12") & (table["months_since_first"] >= 1)]
    assert oldest["months_since_first"].tolist() == list(range(1, 12))
    assert (oldest["retention_rate"] * 100).round(1).tolist() == DECEMBER_2010
    january = table[(table["cohort"] == "2011-01") & table["months_since_first"].between(1, 5)]
    assert (january["retention_rate"] * 100).round(1).tolist() == [22.1, 26.6, 23.0, 32.1, 28.8]


def test_cohorts_of_a_complete_month_are_complete_and_bring_all_revenue(november: tuple[Place, str]) -> None:
    place, name = november
    table = place.table(name, "2011-11", "cohorts/cohort_retention")
    assert table["is_complete"].all()
    booked = place.table(name, "2011-11", "summary/who_is_counted").set_index("reason")["amount"]
    outside = place.table(name, "2011-11", "cohorts/revenue_outside_cohorts")["revenue"].sum()
    kinds = ["counted", "cancelled_in_month", "refund_later", "refund_unmatched"]
    assert round(table["revenue"].sum() + outside, 2) == round(booked.reindex(kinds).sum(), 2)


def test_who_is_counted_holds_every_row_up_to_the_end_of_the_month(
    november: tuple[Place, str], retention_data: Path
) -> None:
    place, name = november
    counted = place.table(name, "2011-11", "summary/who_is_counted")
    assert list(counted) == ["reason", "rows", "orders", "customers", "amount"]
    source = pd.read_parquet(retention_data / "online_retail" / "online_retail.parquet")
    amounts = source["Quantity"] * source["UnitPrice"]
    assert round(amounts.sum(), 2) == 9_747_747.93
    until = source["InvoiceDate"] < "2011-12-01"
    assert counted["rows"].sum() == until.sum()
    assert round(counted["amount"].sum(), 2) == round(amounts[until].sum(), 2)


def test_the_kpis_have_the_promised_columns(november: tuple[Place, str]) -> None:
    place, name = november
    kpis = place.table(name, "2011-11", "summary/kpis")
    assert list(kpis) == [
        "kpi", "value", "low", "high", "n", "previous", "previous_low", "previous_high", "last_year", "change",
        "change_low", "change_high",
    ]  # fmt: skip
    values = kpis.set_index("kpi")
    assert (values["low"] <= values["value"]).all()
    assert (values["value"] <= values["high"]).all()
    assert ((values["value"] - values["previous"] - values["change"]).abs() < 1e-6).all()


def test_the_ledger_balances_every_month(november: tuple[Place, str]) -> None:
    place, name = november
    ledger = place.table(name, "2011-11", "summary/ledger")
    assert len(ledger) == 12
    ends = ledger["customers_start"] - ledger["lost"] + ledger["returned"] + ledger["new_customers"]
    assert ends.tolist() == ledger["customers_end"].tolist()
    assert ledger["customers_start"].tolist()[1:] == ledger["customers_end"].tolist()[:-1]


def test_december_is_refused_because_the_data_stop_on_the_ninth(positive_lines: Published) -> None:
    refused = positive_lines.calls[1]
    assert refused.code == 2
    for part in ("2011-12 is not complete", "2011-12-09", "Report 2011-11", "--allow-incomplete"):
        assert part in refused.err


def test_december_asked_for_is_marked_everywhere(positive_lines: Published) -> None:
    place, name = positive_lines.place, "online_retail_positive_lines"
    assert positive_lines.calls[2].code == 0
    folder = place.published(name, "2011-12")
    for page in ("index", "summary", "cohorts"):
        assert "Incomplete month: the numbers will change." in (folder / f"{page}.html").read_text(encoding="utf-8")
        ended = place.published(name, "2011-11") / f"{page}.html"
        assert "Incomplete month" not in ended.read_text(encoding="utf-8")
    table = place.table(name, "2011-12", "cohorts/cohort_retention")
    months = pd.PeriodIndex(table["cohort"], freq="M") + table["months_since_first"]
    assert (table["is_complete"].to_numpy() == (months != "2011-12")).all()
    assert table.loc[table["cohort"] == "2011-12", "cohort_customers"].tolist() == [41]
    for file in ("manifest.json", "headline.json"):
        assert '"is_complete": false' in (folder / file).read_text(encoding="utf-8")
    history = (place.reports / name / "index.html").read_text(encoding="utf-8")
    assert history.count(">incomplete<") == 1
    assert history.index(">December 2011<") < history.index(">incomplete<") < history.index(">November 2011<")
