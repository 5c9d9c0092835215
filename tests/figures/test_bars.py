"""Ranked bars."""

import pandas as pd
import pytest

from retention_helpers.figures import BarOptions, ranked_bars
from tests.figures.samples import finding, groups, speak

pytestmark = pytest.mark.usefixtures("without_picture")

PERCENT = BarOptions(unit="percent")


def _bars(frame: pd.DataFrame, options: BarOptions = PERCENT):
    return ranked_bars(frame, finding("bars"), speak(), options=options)


def test_bars_are_ranked_and_equal_values_keep_their_order():
    frame = pd.DataFrame({"label": ["a", "b", "c", "d"], "value": [0.1, 0.3, 0.3, 0.2]})
    figure = _bars(frame)
    assert figure.table["Group"].tolist() == ["b", "c", "d", "a"]
    places = [figure.wide_svg.index(f">{label}</text>") for label in "bcda"]
    assert places == sorted(places)


def test_the_interval_is_in_picture_table_and_caption():
    figure = _bars(groups())
    assert "The thin line is a 95% interval." in figure.caption
    assert figure.table["Value"].iloc[0] == "40.0% (35.0% – 45.0%)"


def test_without_an_interval_nothing_is_said_of_one():
    assert "interval" not in _bars(groups()[["label", "value"]]).caption


def test_bars_beyond_the_top_are_counted_and_stay_in_the_table():
    figure = _bars(groups([f"g{index}" for index in range(9)]), BarOptions(unit="percent", top=4))
    assert len(figure.table) == 9
    assert "5 more are in the data table." in figure.caption
    assert ">g4</text>" not in figure.wide_svg


def test_a_group_without_a_value_is_in_the_table_only():
    frame = groups()
    frame.loc[1, "value"] = None
    figure = _bars(frame)
    assert figure.table["Value"].iloc[-1] == "–"
    assert ">Shop</text>" not in figure.wide_svg


def test_a_highlighted_group_stands_out_from_grey():
    figure = _bars(groups(), BarOptions(unit="percent", highlight=("Web",)))
    assert figure.wide_svg.count("fill:var(--context)") == 3
    assert _bars(groups()).wide_svg.count("fill:var(--context)") == 0


def test_negative_values_are_drawn_to_the_left_of_zero():
    frame = pd.DataFrame({"label": ["up", "down"], "value": [10.0, -20.0]})
    assert "−€20</text>" in _bars(frame, BarOptions(unit="money")).wide_svg


def test_what_looks_like_an_answer_is_crossed_out_and_the_table_says_so():
    plain, struck = (_bars(groups(), BarOptions(unit="percent", struck=names)) for names in ((), ("Web",)))
    assert struck.wide_svg.count("stroke:var(--ink)") == plain.wide_svg.count("stroke:var(--ink)") + 1
    answers = struck.table.set_index("Group")["An answer"]
    assert answers["Web"] == "no"
    assert set(answers.drop("Web")) == {"yes"}
    assert "Crossed out" in struck.caption
    assert "An answer" not in plain.table
