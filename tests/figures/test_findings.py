"""The sentences over the suite's own figures say what the numbers under them say."""

from datetime import date

import pandas as pd
import pytest

from retention_helpers.figures import cohort_findings, month_findings
from retention_helpers.words import Words
from tests.figures.walk.cohort_findings import backtest, curve, details, differences, projected
from tests.figures.walk.month_findings import ledger, revenue

WORDS = Words("en", "EUR")
NAN = float("nan")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("end", "headline"),
    [
        (120, "The active base grew by 20"),
        (90, "The active base shrank by 10"),
        (100, "The active base stayed the same"),
    ],
)
def test_the_ledger_says_whether_the_base_grew(end, headline):
    finding = month_findings.ledger_finding(ledger(end), WORDS, active_months=6)
    assert finding.headline == headline
    assert f"100 active before, 30 lost, 5 returned, {end - 75} new: {end} active now." in finding.sentence
    assert finding.caption == "Active: ordered in the last 6 months."


def test_revenue_names_the_largest_part_of_a_reliable_change():
    assert (
        month_findings.revenue_finding(revenue(50, 150), WORDS).headline
        == "Revenue rose by €100, mostly the number of buyers"
    )
    down = revenue(-150, -50, from_buyers=-10.0, from_frequency=-80.0)
    assert month_findings.revenue_finding(down, WORDS).headline == "Revenue fell by €100, mostly orders per buyer"


def test_revenue_within_noise_names_no_part():
    assert (
        plain(month_findings.revenue_finding(revenue(-50, 250), WORDS).headline)
        == "Revenue shows no reliable change (+€100)"
    )


def test_revenue_without_a_month_before_is_not_known():
    assert month_findings.revenue_finding(revenue(0, 0, from_buyers=NAN), WORDS).headline == "Not known for this month"


@pytest.mark.parametrize(
    ("suggested", "beginning"),
    [
        (None, "The data are too short"),
        (211, "A customer silent for 180 days is rightly called lapsed"),
        (149, "A customer silent for 180 days is rightly called lapsed"),
        (212, "The data suggest 212 days until a customer is lapsed, not 180"),
        (148, "The data suggest 148 days until a customer is lapsed, not 180"),
    ],
)
def test_the_report_says_when_suggested_and_frozen_lapse_days_part(suggested, beginning):
    assert month_findings.lapse_finding(suggested, WORDS, lapse_days=180).headline.startswith(beginning)


@pytest.mark.parametrize(
    ("verdict", "words_of_it"),
    [
        ("inside", "as the 5 to 25"),
        ("below", "less than the 5 to 25"),
        ("above", "more than the 5 to 25"),
        ("cannot tell", "nobody can tell"),
    ],
)
def test_the_cost_of_winning_is_held_against_the_claim(verdict, words_of_it):
    row = {
        "month": "2026-10",
        "ratio": 7.0,
        "ratio_low": 6.0,
        "ratio_high": 8.0,
        "cost_per_new": 20.0,
        "cost_per_kept": 2.9,
    }
    assert words_of_it in month_findings.cost_finding(pd.DataFrame([{**row, "verdict": verdict}]), WORDS).headline


def test_without_costs_nothing_is_claimed():
    assert month_findings.cost_finding(pd.DataFrame(columns=["ratio"]), WORDS).headline == "Costs are not known"


def test_the_cohort_spoken_of_is_one_of_really_new_customers():
    finding = cohort_findings.later_finding(details(["2026-01", "2026-02", "2026-03"]), WORDS, since=date(2026, 2, 1))
    assert finding.headline == "60.0% of the February 2026 cohort ordered again at some time"


def test_no_cohort_of_really_new_customers_is_not_known():
    finding = cohort_findings.later_finding(details(["2026-01"]), WORDS, since=date(2026, 2, 1))
    assert finding.headline == "Not known for this month"


def test_the_grid_names_the_cohort_that_differs_most_or_none():
    none = cohort_findings.grid_finding(curve(), differences([False, False]), WORDS)
    assert none.headline == "20.0% of customers order again in the month after their first order"
    assert "No cohort reliably differs" in none.sentence
    both = cohort_findings.grid_finding(curve(), differences([True, True]), WORDS)
    assert "2 of 2 cohorts reliably differ, most of all February 2026 (−8.0 pp)" in plain(both.sentence)


def test_a_channel_is_named_only_when_it_differs():
    found = cohort_findings.dimension_finding("by_channel", differences([False, True]), WORDS, dimension="channel")
    assert found.headline == "Customers who came through app return less often"
    none = cohort_findings.dimension_finding("by_channel", differences([False, False]), WORDS, dimension="channel")
    assert none.headline == "No channel reliably keeps more or fewer customers than the others"


def test_a_projection_that_beats_no_rule_says_so():
    good = cohort_findings.projection_finding(projected(), backtest(True), WORDS)
    assert good.headline == "About 31 customers of these cohorts will order next month"
    poor = cohort_findings.projection_finding(projected(), backtest(False), WORDS)
    assert poor.headline.endswith("the projection is no better than the last rate")
    assert "not reliably worse" in cohort_findings.backtest_finding(backtest(False), WORDS).headline


def test_without_a_back_test_nothing_is_projected():
    nothing = backtest(True).head(0)
    assert (
        cohort_findings.projection_finding(projected().head(0), nothing, WORDS).headline == "Not known for this month"
    )
    assert cohort_findings.backtest_finding(nothing, WORDS).headline == "Not known for this month"
