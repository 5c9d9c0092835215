"""What is said of lists and of the next product, on both sides of every turn, with hostile names."""

import math
import re

import pandas as pd
import pytest

from retention_helpers.figures import audience_figures, next_product_figures
from retention_helpers.figures.audience_findings import (
    LISTS,
    REASONS,
    STEPS,
    files_finding,
    ledger_finding,
    list_name,
    lists_finding,
    power_finding,
    step_name,
    steps_finding,
)
from retention_helpers.metrics.audiences import REASONS as ASKED
from retention_helpers.metrics.next_product import RULES
from retention_helpers.params import load_profile
from retention_helpers.words import Words

EN = Words("en", "EUR")
XSS = '<script>alert("1")</script><img src=x onerror=alert(1)>'


def ledger(**counts: int) -> pd.DataFrame:
    """One list; what is not given is zero."""
    row = dict.fromkeys(("treatment", "control", *REASONS), 0) | counts
    listed = row["treatment"] + row["control"]
    asked = listed + sum(row[reason] for reason in REASONS)
    return pd.DataFrame(
        [{"list": "win_back", "asked": asked, "members": asked, "under_way": 0, "listed": listed, **row}]
    )


def trial(hits: int, gain_low: float, customers: int = 1000) -> pd.DataFrame:
    rows = [
        ("most_popular", 20, math.nan, math.nan, math.nan),
        *((rule, 5, -0.015, -0.02, -0.01) for rule in RULES[1:3]),
    ]
    rows.append((RULES[3], hits, (hits - 20) / 1000, gain_low, gain_low + 0.02))
    frame = pd.DataFrame(rows, columns=["rule", "hits", "gain", "gain_low", "gain_high"])
    rates = dict.fromkeys(("hit_rate", "hit_rate_low", "hit_rate_high"), frame["hits"] / 1000)
    return frame.assign(customers=customers, is_better=frame["gain_low"] > 0, **rates)


def links(name: str | None = "Cup") -> pd.DataFrame:
    row = {"product_id": "p1", "product_name": name, "next_product_id": "p2", "next_product_name": XSS, "customers": 40}
    back = {
        "product_id": "p2",
        "product_name": XSS,
        "next_product_id": "p1",
        "next_product_name": name,
        "customers": 40,
    }
    shares = {"buyers": 80, "support": 0.04, "share": 0.5, "share_low": 0.4, "share_high": 0.6, "lift": 3.25}
    return pd.DataFrame([row | shares, back | shares])


def test_every_reason_list_step_and_rule_of_the_house_has_its_words() -> None:
    house = load_profile("sample").audiences
    assert tuple(REASONS) == ASKED
    assert set(LISTS) == set(house.lists)
    assert {step.name for wanted in house.lists.values() for step in wanted.steps} == set(STEPS)
    assert tuple(next_product_figures.RULES) == RULES
    assert (list_name("call_the_lapsed", EN), step_name("last_call", EN)) == ("Call the lapsed", "last call")


@pytest.mark.parametrize(
    ("counts", "headline", "sentence"),
    [
        (
            {"treatment": 80, "control": 20},
            "80 customers are to be contacted, held out: 20",
            "Nobody who fits a list was left",
        ),
        ({"treatment": 1}, "1 customer is to be contacted, held out: 0", "Nobody who fits"),
        (
            {"no_consent": 9, "came_back": 2},
            "Nobody can be put on a list this month",
            r"11 customers .* did not agree .*\(9\)",
        ),
        ({"consent_unknown": 1}, "Nobody can be put on a list", "1 customer who .* no consent on record"),
        ({}, "Nobody fits a list this month", "Nobody who fits"),
    ],
)
def test_the_headline_of_the_lists_is_computed(counts: dict, headline: str, sentence: str) -> None:
    found = lists_finding(ledger(**counts), EN)
    assert found.headline.startswith(headline)
    assert re.search(sentence, found.sentence), found.sentence


def test_the_ledger_shows_from_asked_to_listed_only_what_happened() -> None:
    table = audience_figures.ledger_table(ledger(treatment=80, control=20, no_consent=9), EN)
    assert table.table["Win back"].tolist() == ["109", "9", "100", "80", "20"]
    assert table.headline == "The longest list is Win back: 100 of 109"
    assert ledger_finding(ledger(no_consent=1), EN).headline == "Every list is empty"
    assert ledger_finding(ledger().head(0), EN).headline == "Every list is empty"


def test_steps_and_files_are_told() -> None:
    steps = pd.DataFrame(
        {"list": ["win_back"] * 2, "step": [1, 2], "step_name": ["reminder", "offer"], "days_after": [0, 14],
         "treatment": [5, 0], "control": [1, 0]}
    )  # fmt: skip
    assert steps_finding(steps, EN).headline == "Everybody is at the first step of a chain"
    assert steps_finding(steps.assign(control=[1, 1]), EN).headline == "1 customer goes on to a later step"
    table = audience_figures.steps_table(steps, EN).table
    assert table["List"].tolist() == ["Win back", ""]
    assert table["Days after the step before"].tolist() == ["–", "14"]
    files = pd.DataFrame(
        {"list": ["win_back"] * 2, "arm": ["treatment", "control"], "file": ["a.csv", "a.control.csv"], "rows": [5, 1]}
    )
    assert files_finding(files, EN).headline == "2 files are ready"
    assert audience_figures.files_table(files, EN).table.iloc[0].tolist() == ["a.csv", "5", "1"]


def test_the_power_names_the_list_that_shows_most_or_says_that_none_does() -> None:
    power = pd.DataFrame(
        {"list": ["win_back", "thank_vip"], "treatment": [80, 80], "control": [20, 20], "order_rate": [0.1, 0.3],
         "order_rate_low": [0.05, 0.2], "order_rate_high": [0.2, 0.4], "smallest_effect": [0.2, 0.3]}
    )  # fmt: skip
    assert power_finding(power, EN).headline == "The surest hold-out, Win back, shows a rise of +20.0\u00a0pp or more"
    assert power_finding(power.assign(smallest_effect=math.nan), EN).headline == "Not known for this month"
    assert audience_figures.power_table(power, EN).table.iloc[1, 3] == "30.0% (20.0% – 40.0%)"


@pytest.mark.parametrize(
    ("frame", "rule", "has_products", "headline"),
    [
        (trial(40, 0.01), "all_shares", True, "Chosen by earlier purchases, the product was in 4.0% of next orders"),
        (
            trial(22, -0.01),
            "most_popular",
            True,
            "No rule finds the next product better than the most popular one: 2.2%",
        ),
        (trial(0, 0, customers=0), "most_popular", True, "Which product comes next could not be tried"),
        (trial(0, 0, customers=0), "most_popular", False, "No product can be offered: the orders name none"),
    ],
)
def test_what_is_said_of_the_next_product_follows_from_its_trial(
    frame: pd.DataFrame, rule: str, has_products: bool, headline: str
) -> None:
    found = next_product_figures.next_product_finding(frame, rule, EN, until="2026-07", has_products=has_products)
    assert found.headline.startswith(headline)
    table = next_product_figures.trial_table(frame, found, EN)
    assert table.table.iloc[0, -1] == "–"


def test_names_of_products_stay_text_and_a_product_without_one_shows_its_id() -> None:
    table = next_product_figures.links_table(links(), EN)
    assert len(table.table) == 1
    assert "<script" not in table.html()
    assert "<img" not in table.html()
    assert next_product_figures.links_table(links(None), EN).table.iloc[0, 0] == "p1"
    assert next_product_figures.links_table(links().head(0), EN).headline.startswith("No two products")


@pytest.mark.parametrize("locale", ["en", "ru", "uk"])
def test_every_table_is_said_in_each_language(locale: str) -> None:
    words = Words(locale, "EUR")
    assert audience_figures.ledger_table(ledger(treatment=2, no_consent=1), words).html()
    assert audience_figures.lists_figure(ledger(treatment=2, no_consent=1), words).html()
