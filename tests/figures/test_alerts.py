"""What an alert says and in which order; what it hands over to machines; what its table shows."""

import pandas as pd
import pytest

from retention_helpers.figures.alert_figures import watch_table
from retention_helpers.figures.alert_findings import alerts, change_text, watch_finding
from retention_helpers.words import Words
from tests.figures.walk.alert_findings import AIMS, CALM, LISTS, MISSED, drivers, rate, watched

EN = Words("en", "EUR")


def test_an_alert_names_the_key_figure_its_size_with_interval_who_moved_it_and_whom_to_act_on() -> None:
    (alert,) = alerts(watched(), drivers(("channel", "web")), EN, audiences=LISTS)
    assert alert["headline"] == "Net revenue fell to €100,000"
    assert alert["size"] == "−16.7% (−25.0 – −8.3) vs Oct 2025"
    assert alert["sentence"] == (
        "Most of it: customers of the channel web, −€16,000, with 30% of the base. "
        "Usual for the month: €120,000 to €140,000."
    )
    assert (alert["audience"], alert["kpi"], alert["is_worse"]) == ("raise_to_vip.csv", "revenue", True)
    assert (alert["change"], alert["change_low"], alert["change_high"]) == (-20_000, -30_000, -10_000)
    assert [(part["dimension"], part["value"], part["part"]) for part in alert["drivers"]] == [
        ("channel", "web", -16_000)
    ]


def test_a_rate_is_told_in_points_and_the_group_with_the_most_beyond_its_size_is_named() -> None:
    parts = drivers(("segment", "Loyal"), ("channel", "web"), kpi="churn_rate").assign(part=0.01)
    parts.loc[parts["value"] == "Loyal", "share_of_customers"] = 0.1
    (alert,) = alerts(rate(), parts, EN, audiences=LISTS)
    assert alert["headline"] == "More customers were lost: 13.0% of the active ones"
    assert alert["size"] == "+3.0\u00a0pp (+1.0 – +5.0) vs Oct 2025"
    assert alert["sentence"].startswith("Most of it: the segment Loyal, +1.0\u00a0pp, with 10% of the base.")


def test_what_got_worse_comes_first_then_missed_targets_then_what_got_better_which_asks_for_no_list() -> None:
    better = rate(moved="down", is_worse=False, change=-0.03, change_low=-0.05, change_high=-0.01, q_value=1e-9)
    missed = watched("new_customers", **MISSED, **AIMS)
    found = alerts(pd.concat([better, missed, watched(), CALM], ignore_index=True), drivers(), EN, audiences=LISTS)
    assert [alert["kpi"] for alert in found] == ["revenue", "new_customers", "churn_rate"]
    assert [alert["is_worse"] for alert in found] == [True, True, False]
    assert [alert["audience"] for alert in found] == ["raise_to_vip.csv", "", ""]


def test_a_change_without_an_interval_stands_alone_and_a_level_is_said_as_it_is() -> None:
    unknown = watched(change_low=float("nan"), change_high=float("nan"))
    assert change_text(unknown.iloc[0], "change", EN) == "−16.7%"
    assert watch_finding(CALM, EN, level=0.025).sentence.startswith("At most 2.5% of the months")
    assert watch_finding(CALM, EN, level=0.07).sentence.startswith("At most 7% of the months")


@pytest.mark.parametrize("locale", ["en", "ru", "uk"])
def test_a_calm_month_is_one_sentence(locale: str) -> None:
    words = Words(locale, "EUR")
    assert alerts(CALM, drivers(), words, audiences=LISTS) == []
    headline = watch_finding(pd.concat([CALM] * 8), words, level=0.05).headline
    assert "8" in headline
    assert not headline.endswith(".")


def test_the_table_has_a_row_for_each_key_figure_and_names_who_stands_out_where_somebody_does() -> None:
    both = pd.concat([watched(), CALM.assign(kpi="nrr", value=0.3, low=0.2, high=0.4)], ignore_index=True)
    shown = watch_table(both, drivers(("channel", "web")), EN, level=0.05).table
    assert shown["Verdict"].tolist() == ["fell", "calm"]
    assert shown["Who stands out"].tolist() == ["customers of the channel web", ""]
    assert list(shown)[3] == "Change vs Oct 2025 (95% interval)"
    months = both.assign(compared_with=["2025-10", "2026-09"])
    assert watch_table(months, drivers(), EN, level=0.05).table["Compared with"].tolist() == ["Oct 2025", "Sep 2026"]
    assert "Who stands out" not in watch_table(both, drivers(), EN, level=0.05).table
    assert watch_table(both.iloc[:0], drivers(), EN, level=0.05).table.empty
