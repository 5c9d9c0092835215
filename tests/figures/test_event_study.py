"""Before and after a step."""

import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import EventOptions, event_study
from tests.figures.samples import events, finding, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def _events(frame: pd.DataFrame, **options):
    return event_study(frame, finding("events"), speak(), options=EventOptions(**options))


def _few(**values) -> pd.DataFrame:
    return pd.DataFrame({"months_since_joining": [-2, -1, 0, 1], "effect": [0.0, 0.1, 0.3, 0.4], **values})


def test_before_is_grey_and_after_in_the_accent_colour():
    svg = _events(_few()).wide_svg
    assert svg.count("stroke:var(--muted);stroke-width:1.75") == 1
    assert svg.count("stroke:var(--accent);stroke-width:2.25") == 1
    assert ">joined</text>" in svg
    assert ">before</text>" in svg


def test_months_that_cannot_be_compared_are_hatched_ringed_told_and_named_in_the_table():
    figure = _events(_few(is_comparable=[True, False, True, True]), not_comparable_label="joined because of these")
    assert ">joined because of these</text>" in figure.wide_svg
    assert "fill:var(--bg);stroke:var(--muted)" in figure.wide_svg
    assert "Hatched months are not comparable" in figure.caption
    assert figure.table["Comparable"].tolist() == ["yes", "no", "yes", "yes"]


def test_without_such_months_nothing_is_said_of_them():
    figure = _events(_few())
    assert "comparable" not in figure.caption + figure.wide_svg
    assert "Comparable" not in figure.table.columns


def test_both_bands_are_told_and_stand_in_the_table():
    figure = _events(events(), digits=2)
    assert "95% interval of each month" in figure.caption
    assert "for all months together" in figure.caption
    assert list(figure.table.columns) == ["Month", "Difference", "All months together", "Comparable"]
    row = figure.table.set_index("Month").loc["+12"]
    assert (row["Difference"], row["All months together"]) == ("+0.31 (+0.21 – +0.41)", "+0.31 (+0.16 – +0.46)")


def test_the_mean_after_is_dashed_and_written():
    assert "average after: +0.35</text>" in _events(_few(), mean=0.35, digits=2).wide_svg
    assert "on average +0.35</text>" in _events(_few(), mean=0.35, mean_label="on average +0.35").wide_svg
    assert "average" not in _events(_few()).wide_svg


def test_differences_of_rates_are_written_in_points():
    figure = _events(_few(), unit="percent")
    assert figure.table["Difference"].tolist()[-1] == "+40.0\u00a0pp"
    assert "pp</text>" in figure.wide_svg


def test_a_missing_month_leaves_a_gap():
    frame = pd.DataFrame({"months_since_joining": [0, 1, 3, 4], "effect": [0.1, 0.2, 0.3, 0.4]})
    assert _events(frame).wide_svg.count("stroke:var(--accent);stroke-width:2.25") == 2


def test_without_months_before_nothing_is_shaded():
    frame = _few().query("months_since_joining >= 0")
    svg = _events(frame).wide_svg
    assert "var(--page)" not in svg
    assert ">before</text>" not in svg


def test_a_month_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match="month 1 stands twice"):
        _events(pd.concat([_few(), _few()[3:]]))


def test_the_order_of_rows_does_not_matter():
    assert _events(events().iloc[::-1], mean=0.3).wide_svg == _events(events(), mean=0.3).wide_svg


@pytest.mark.parametrize("frame", [_few()[:1], _few()[2:3], _few(effect=0.0), _few(effect=[-1.0, -2.0, -3.0, -4.0])])
def test_any_effect_is_drawn(frame):
    assert "nan" not in _events(frame, mean=0.0).wide_svg


@pytest.mark.parametrize("frame", [events()[:0], events().assign(effect=None)])
def test_without_values_it_says_so(frame):
    assert "No data" in _events(frame).wide_svg
