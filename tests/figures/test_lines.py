"""Lines over the months."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import LineOptions, retention_lines
from tests.figures.samples import EXISTING, NEW, finding, marked_monthly, monthly, speak

pytestmark = pytest.mark.usefixtures("without_picture")

TWO = LineOptions({NEW: "New customers", EXISTING: "Existing customers"}, accent=EXISTING)


def _lines(frame: pd.DataFrame, options: LineOptions = TWO):
    return retention_lines(frame, finding(), speak(), options=options)


def test_the_last_month_and_the_same_month_last_year_are_written_with_their_values():
    frame = monthly(24)
    svg = _lines(frame).wide_svg
    for name in (NEW, EXISTING):
        assert f"{frame[name].iloc[-1]:.1%}" in svg
        assert f"{frame[name].iloc[-13]:.1%}" in svg


def test_series_are_named_on_the_picture():
    figure = _lines(monthly())
    for svg in (figure.wide_svg, figure.narrow_svg):
        assert "New customers</text>" in svg
        assert "Existing customers</text>" in svg


def test_a_missing_month_breaks_the_line_rather_than_being_bridged():
    whole, holed = monthly(12), monthly(12).drop(index=6)
    one = LineOptions({"rate": "Rate"})
    frames = [frame.assign(rate=frame[NEW])[["month", "rate"]] for frame in (whole, holed)]
    pieces = [_lines(frame, one).wide_svg.count("stroke:var(--accent);stroke-width:2.25") for frame in frames]
    assert pieces == [1, 2]


def test_a_missing_row_and_a_missing_value_look_the_same():
    frame = monthly(12)
    emptied = frame.copy()
    emptied.loc[6, [NEW, f"{NEW}_low", f"{NEW}_high"]] = np.nan
    options = LineOptions({NEW: "New"})
    assert _lines(emptied, options).wide_svg == _lines(frame.drop(index=6), options).wide_svg


def test_an_interval_without_a_value_is_not_drawn():
    frame = monthly(12)
    frame.loc[3:8, NEW] = np.nan
    without = frame.copy()
    without.loc[3:8, [f"{NEW}_low", f"{NEW}_high"]] = np.nan
    assert _lines(frame).wide_svg == _lines(without).wide_svg


def test_an_incomplete_month_is_hatched_named_and_told():
    figure = _lines(marked_monthly())
    assert "incomplete month" in figure.wide_svg
    assert "Hatched: the month is not complete yet." in figure.caption
    assert figure.table.iloc[-1, 0] == "October 2026 (incomplete)"


def test_left_censored_months_are_shaded_and_told():
    figure = _lines(marked_monthly())
    assert "var(--page)" in figure.wide_svg
    assert "history starts" in figure.wide_svg
    assert "Shaded: " in figure.caption


def test_complete_months_carry_no_marks():
    figure = _lines(monthly())
    assert "incomplete" not in figure.wide_svg + figure.caption
    assert "var(--page)" not in figure.wide_svg


def test_the_data_table_holds_every_month_with_interval_and_n():
    frame = monthly(40).iloc[::-1]
    figure = _lines(frame, LineOptions({NEW: "New"}, bases={NEW: "new_base"}, months=12))
    assert len(figure.table) == 40
    assert list(figure.table.columns) == ["Month", "New", "New: n"]
    last = frame.set_index("month").loc["2026-10"]
    expected = f"{last[NEW]:.1%} ({last[f'{NEW}_low']:.1%} – {last[f'{NEW}_high']:.1%})"
    assert figure.table.iloc[-1].tolist() == ["October 2026", expected, "300"]


def test_a_small_base_is_marked_in_the_table():
    figure = _lines(monthly(3).assign(new_base=12), LineOptions({NEW: "New"}, bases={NEW: "new_base"}))
    assert figure.table["New: n"].tolist() == ["12 (small)"] * 3


def test_the_order_of_rows_does_not_matter():
    frame = marked_monthly()
    assert _lines(frame).wide_svg == _lines(frame.sample(frac=1, random_state=1)).wide_svg


def test_rates_start_at_zero():
    assert ">0%</text>" in _lines(monthly()).wide_svg


def test_negative_values_are_inside_the_picture():
    frame = monthly(6)[["month"]].assign(growth=[-0.1, 0.05, -0.02, 0.1, 0.0, -0.05])
    svg = _lines(frame, LineOptions({"growth": "Growth"})).wide_svg
    assert ">−10%</text>" in svg


@pytest.mark.parametrize("series", [{}, {f"s{index}": "x" for index in range(4)}], ids=["none", "four"])
def test_one_to_three_series_are_taken(series):
    with pytest.raises(ParameterError, match="1 to 3"):
        _lines(monthly(), LineOptions(series))


def test_an_accent_that_is_no_series_is_refused():
    with pytest.raises(ParameterError, match="not one of the series"):
        _lines(monthly(), LineOptions({NEW: "New"}, accent="other"))


def test_a_month_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match="2026-10 stands twice"):
        _lines(pd.concat([monthly(3), monthly(1)]))
