"""Survival curves."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.figures import CurveOptions, survival_curve
from tests.figures.samples import finding, speak, survival

pytestmark = pytest.mark.usefixtures("without_picture")


def _curve(frame: pd.DataFrame, **options):
    return survival_curve(frame, finding("curve"), speak(), options=CurveOptions(**options))


def test_one_point_is_marked_with_its_label():
    figure = _curve(survival(), marked=185, marked_label="185 days: 10% come back")
    for svg in (figure.wide_svg, figure.narrow_svg):
        assert "185 days: 10% come back</text>" in svg
        assert "fill:var(--accent);stroke:var(--bg)" in svg


def test_without_a_label_the_marked_value_is_written():
    value = survival().set_index("days")["survival"].loc[100]
    assert f"{value:.1%}</text>" in _curve(survival(), marked=104).wide_svg


def test_a_mark_before_the_curve_begins_is_left_out():
    assert "stroke:var(--bg)" not in _curve(survival().query("days > 50"), marked=10).wide_svg


def test_the_band_is_told_only_where_it_is_drawn():
    assert "95% interval" in _curve(survival()).caption
    assert "interval" not in _curve(survival()[["days", "survival"]]).caption


def test_a_long_curve_is_thinned_in_the_table_but_keeps_both_ends():
    frame = pd.DataFrame({"days": np.arange(500), "survival": np.linspace(1, 0, 500)})
    table = _curve(frame).table
    assert len(table) == 60
    assert (table.iloc[0, 0], table.iloc[-1, 0]) == ("0", "499")


def test_a_single_point_is_drawn():
    assert _curve(survival()[:1], marked=0).wide_svg


def test_the_order_of_rows_does_not_matter():
    shuffled = survival().sample(frac=1, random_state=3)
    assert _curve(shuffled, marked=90).wide_svg == _curve(survival(), marked=90).wide_svg
