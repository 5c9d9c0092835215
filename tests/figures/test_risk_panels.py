"""Histogram, calibration and gains, each alone and together."""

import re

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import (
    CalibrationOptions,
    GainsOptions,
    HistogramOptions,
    RiskOptions,
    RiskTables,
    calibration_plot,
    gains_curve,
    histogram,
    risk_panels,
)
from tests.figures.samples import finding, risk, speak

pytestmark = pytest.mark.usefixtures("without_picture")

WORDS = speak()
SAMPLE = risk()


def _histogram(frame: pd.DataFrame = SAMPLE.histogram, **options):
    return histogram(frame, finding("histogram"), WORDS, options=HistogramOptions(**options))


def _calibration(frame: pd.DataFrame = SAMPLE.calibration, **options):
    return calibration_plot(frame, finding("calibration"), WORDS, options=CalibrationOptions(**options))


def _gains(frame: pd.DataFrame = SAMPLE.gains, **options):
    return gains_curve(frame, finding("gains"), WORDS, options=GainsOptions(**options))


def _heights(svg: str) -> list[float]:
    """Of the drawn bars, in pixels, from left to right."""
    bars = [path for path in svg.split("<path")[1:] if "stroke:var(--bg);stroke-width:1.5" in path]
    ends = [re.search(r"M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)", path).groups() for path in bars]
    return [abs(float(low) - float(high)) for low, high in ends]


def test_bars_are_as_high_as_they_have_customers():
    frame = SAMPLE.histogram.query("customers > 100")
    heights = np.array(_heights(_histogram(frame, high_from=0.7).wide_svg))
    assert heights / heights.max() == pytest.approx(frame["customers"] / frame["customers"].max(), abs=0.001)


def test_the_high_ones_are_counted_and_in_the_warning_colour():
    svg = _histogram(high_from=0.7).wide_svg
    assert ">high risk: 909</text>" in svg
    assert svg.count("fill:var(--warn)") >= 1
    assert "var(--warn)" not in _histogram().wide_svg


def test_classes_and_their_customers_stand_in_the_table():
    table = _histogram().table
    assert table.iloc[3].tolist() == ["30% – 40%", "550"]


def test_a_limit_inside_a_class_is_refused():
    with pytest.raises(ParameterError, match=r"high_from 0\.75 lies inside the class 0\.7 to 0\.8"):
        _histogram(high_from=0.75)


def test_a_limit_that_is_an_edge_but_for_a_rounding_error_is_taken():
    edge = np.arange(10) * 0.1  # 0.30000000000000004 and the like
    frame = pd.DataFrame({"risk_low": edge, "risk_high": edge + 0.1, "customers": 5})
    assert ">high risk: 20</text>" in _histogram(frame, high_from=0.6).wide_svg


def test_points_carry_their_interval_and_n_and_the_diagonal_its_name():
    figure = _calibration(y_title="did not order")
    assert figure.table["Did not order"].iloc[0] == "16.6% (12.1% – 21.1%)"
    assert figure.table["n"].iloc[0] == "400"
    assert ">as predicted</text>" in figure.wide_svg
    assert "95% intervals" in figure.caption


def test_the_marked_point_of_the_gains_is_written():
    reached = f"{0.2**0.72:.0%}"
    for svg in (_gains(marked=0.2).wide_svg, _gains(marked=0.2).narrow_svg):
        assert f">{reached}</text>" in svg
        assert ">20%</text>" in svg
    assert f">{reached}</text>" not in _gains().wide_svg


def test_the_gains_begin_at_nobody_and_end_at_everybody():
    few = pd.DataFrame({"contacted": [0.5], "reached": [0.8]})
    whole = pd.DataFrame({"contacted": [0.0, 0.5, 1.0], "reached": [0.0, 0.8, 1.0]})
    assert _gains(few).wide_svg == _gains(whole).wide_svg


def test_curve_and_diagonal_are_named():
    figure = _gains()
    assert ">model</text>" in figure.wide_svg
    assert ">at random</text>" in figure.wide_svg
    assert "at random" in figure.caption


def test_the_three_stand_on_one_sheet_and_their_rows_in_one_table():
    figure = risk_panels(SAMPLE, finding("risk"), WORDS, options=RiskOptions(HistogramOptions(high_from=0.7)))
    assert list(figure.table.columns) == ["Panel", "At", "Value", "n"]
    assert figure.table["Panel"].nunique() == 3
    assert len(figure.table) == 10 + 9 + 41
    for title in ("Predicted against seen", "How many customers at each", "Leavers reached by share"):
        assert f">{title}" in figure.wide_svg


def test_a_panel_without_data_is_left_out():
    figure = risk_panels(RiskTables(SAMPLE.histogram, SAMPLE.calibration[:0], SAMPLE.gains), finding(), WORDS)
    assert "Predicted against seen" not in figure.wide_svg + "".join(figure.table["Panel"])
    assert "as many leave as predicted" not in figure.caption


def test_without_any_data_it_says_so():
    nothing = RiskTables(SAMPLE.histogram[:0], SAMPLE.calibration[:0], SAMPLE.gains[:0])
    assert "No data" in risk_panels(nothing, finding(), WORDS).wide_svg
    assert "No data" in _histogram(SAMPLE.histogram.assign(customers=0)).wide_svg
    assert "No data" in _calibration(SAMPLE.calibration.assign(observed=None)).wide_svg
    assert "No data" in _gains(SAMPLE.gains[:0]).wide_svg


def test_the_order_of_rows_does_not_matter():
    turned = RiskTables(SAMPLE.histogram[::-1], SAMPLE.calibration[::-1], SAMPLE.gains[::-1])
    assert risk_panels(turned, finding(), WORDS).wide_svg == risk_panels(SAMPLE, finding(), WORDS).wide_svg
