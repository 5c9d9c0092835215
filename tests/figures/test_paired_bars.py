"""Two bars a group."""

import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import PairedOptions, paired_bars
from tests.figures.samples import finding, pairs, speak

pytestmark = pytest.mark.usefixtures("without_picture")

SAID = {"first_name": "customers", "second_name": "revenue", "change_title": "since Sep 2026"}


def _bars(frame: pd.DataFrame, **options):
    return paired_bars(frame, finding("pairs"), speak(), options=PairedOptions(**{**SAID, **options}))


def _one(**row) -> pd.DataFrame:
    return pd.DataFrame([{"segment": "vip", "customers_share": 0.06, "revenue_share": 0.38, **row}])


def _change(low: float, high: float, better: object = None):
    change = {"customers_share_change": (low + high) / 2}
    change |= {"customers_share_change_low": low, "customers_share_change_high": high, "better": better}
    return _bars(_one(**change))


@pytest.mark.parametrize(
    ("low", "high", "better", "text", "token", "word"),
    [
        (0.01, 0.03, "up", "▲ +2.0", "accent", "better"),
        (0.01, 0.03, "down", "▲ +2.0", "warn", "worse"),
        (-0.03, -0.01, "down", "▼ −2.0", "accent", "better"),
        (0.01, 0.03, None, ">+2.0", "ink", "more"),
        (-0.01, 0.03, "up", "≈ +1.0", "muted", "within noise"),
        (0.0, 0.03, "up", "≈ +1.5", "muted", "within noise"),
    ],
)
def test_a_change_has_a_colour_only_when_the_table_says_which_way_is_better(low, high, better, text, token, word):
    figure = _change(low, high, better)
    (line,) = [line for line in figure.wide_svg.split("<text") if text in line]
    assert f"var(--{token})" in line
    assert f"({word})" in figure.table["Since Sep 2026"].iloc[0]


def test_a_change_without_an_interval_is_grey_and_claims_nothing():
    figure = _bars(_one(customers_share_change=0.02))
    assert figure.table["Since Sep 2026"].tolist() == ["+2.0\u00a0pp"]
    assert "▲" not in figure.wide_svg
    assert "≈" not in figure.caption


def test_without_changes_the_bars_have_the_width():
    figure = _bars(_one())
    assert "since Sep 2026" not in figure.wide_svg
    assert "Since Sep 2026" not in figure.table.columns


def test_both_bars_have_their_value_and_the_first_pair_with_room_says_what_they_are():
    figure = _bars(pd.concat([_one(), _one(segment="new", revenue_share=0.05)]))
    for text in (">6.0%</text>", ">38.0%</text>", ">6.0%  customers</text>", ">5.0%  revenue</text>"):
        assert text in figure.wide_svg


def test_what_the_bars_are_moves_to_a_key_where_no_row_has_room_for_it():
    long = "customers who ordered at least once in the last twelve months"
    figure = _bars(_one(), first_name=long, second_name=long)
    assert f">6.0%  {long}" not in figure.wide_svg
    assert figure.wide_svg.count(f">{long}</text>") == 2


def test_groups_stand_in_the_given_order_and_the_others_follow():
    figure = _bars(pairs(), names={"lost": "Lost", "vip": "VIP"})
    assert figure.table["Group"].tolist()[:3] == ["Lost", "VIP", "loyal"]


def test_a_missing_value_is_a_dash_and_n_stands_in_the_table():
    figure = _bars(pairs())
    assert figure.table["Revenue"].tolist()[-2:] == ["0.0%", "–"]
    assert figure.table["n"].tolist()[0] == "1,458"


def test_intervals_of_the_shares_stand_in_the_table():
    figure = _bars(_one(customers_share_low=0.05, customers_share_high=0.07))
    assert figure.table["Customers"].tolist() == ["6.0% (5.0% – 7.0%)"]


def test_a_group_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match='"vip" stands twice'):
        _bars(pd.concat([_one(), _one()]))


def test_other_units_and_columns_are_drawn_too():
    frame = pd.DataFrame({"tier": ["gold"], "before": [10.0], "after": [120.0], "gap": [110.0]})
    options = PairedOptions("tier", "before", "after", unit="money", change="gap")
    figure = paired_bars(frame, finding(), speak(), options=options)
    assert ">€120</text>" in figure.wide_svg
    assert figure.table["Change"].tolist() == ["+€110"]


@pytest.mark.parametrize("frame", [_one()[:0], _one(customers_share=None, revenue_share=None)])
def test_without_values_it_says_so(frame):
    assert "No data" in _bars(frame).wide_svg


def test_all_zero_is_drawn():
    assert ">0.0%" in _bars(_one(customers_share=0.0, revenue_share=0.0)).wide_svg
