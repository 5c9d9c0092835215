"""A published month and what comes later: new rows leave it as it was, a correction inside it is named."""

import json

import pytest

from tests.end_to_end.conftest import Editions

pytestmark = pytest.mark.slow


def changed(before: dict[str, bytes | str], after: dict[str, bytes | str]) -> list[str]:
    return [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]


def test_each_edition_was_published_without_a_word_of_trouble(shop: Editions) -> None:
    assert [(made.code, made.err) for made in shop.calls] == [(0, "")] * 4
    assert len(shop.editions) == 3


def test_later_rows_leave_a_past_month_as_it_was_to_the_byte(shop: Editions) -> None:
    before, after = shop.editions[:2]
    assert "months built: 1, unchanged: 16." in shop.calls[1].out
    assert shop.calls[1].out.splitlines()[-1].startswith("Unchanged: ")  # and when it is run all the same:
    assert changed(before, after) == ["manifest.json"]
    assert json.loads(before["manifest.json"])["data_through"] == "2024-10-31"
    assert json.loads(after["manifest.json"])["data_through"] == "2024-11-30"


def test_a_correction_inside_the_month_changes_it_and_is_named(shop: Editions) -> None:
    before, after = shop.editions[1:]
    assert "Restated: 2024-10: rows 133 before, 133 now; customers concerned: 1; revenue " in shop.calls[3].out
    paths = changed(before, after)
    assert {"index.html", "summary.html", "headline.json", "tables/summary/kpis.csv"} <= set(paths)
    index, older = after["index.html"].decode(), before["index.html"].decode()
    assert "Restated months" in index
    assert "October 2024: 1 customer, revenue " in index
    assert "Restated months" not in older
    (named,) = json.loads(after["headline.json"])["restatements"]
    assert (named["month"], named["customers"]) == ("2024-10", 1)
    assert round(named["amount_after"] - named["amount_before"], 2) == 7.5


def test_a_correction_changes_no_earlier_number(shop: Editions) -> None:
    before, after = shop.editions[1:]
    old = before["tables/summary/monthly_retention.csv"]
    assert after["tables/summary/monthly_retention.csv"] == old  # an amount is no order more or less
    assert after["tables/summary/ledger.csv"] == before["tables/summary/ledger.csv"]
    money = [edition["tables/summary/money.csv"].decode().splitlines() for edition in (before, after)]
    assert money[0][:-1] == money[1][:-1]
    assert money[0][-1] != money[1][-1]
