"""Small multiples."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import MultiplesOptions, small_multiples
from tests.figures.samples import balance, finding, months, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def _panels(frame: pd.DataFrame, **options):
    return small_multiples(frame, finding("panels"), speak(), options=MultiplesOptions(**options))


def _stages(**values: list) -> pd.DataFrame:
    frames = [
        pd.DataFrame({"life_stage": stage, "month": months(len(counts)), "customers": counts})
        for stage, counts in values.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_each_panel_has_its_name_its_last_value_and_its_change():
    svg = _panels(_stages(new=[10, 25], lapsed=[200, 190]), names={"new": "New", "lapsed": "Lapsed"}).wide_svg
    for text in ("New", "25", "+15", "Lapsed", "190", "−10"):
        assert f">{text}</text>" in svg


def test_a_change_with_an_interval_is_judged_by_it_and_by_what_is_better():
    frame = _stages(new=[10, 25]).assign(change=15, change_low=5, change_high=25, better="up")
    assert "▲ +15</text>" in _panels(frame).wide_svg
    assert "≈ +15</text>" in _panels(frame.assign(change_low=-1)).wide_svg
    assert "var(--warn)" in _panels(frame.assign(better="down")).wide_svg


def test_own_scales_are_told_and_a_shared_scale_is_the_same_in_all_panels():
    frame = _stages(new=[10, 25], lapsed=[200, 190])
    assert "own scale" in _panels(frame).caption
    shared = _panels(frame, scale="shared")
    assert "scale" not in shared.caption
    assert shared.wide_svg.count(">200</text>") == 2


def test_months_stand_once_below_each_column_of_panels():
    figure = _panels(balance())
    assert figure.wide_svg.count(">Oct 2026</text>") == 4
    assert figure.narrow_svg.count(">Oct 26</text>") == 2


def test_a_ring_stands_at_the_same_month_last_year_and_only_there():
    assert "Ring" in _panels(balance()).caption
    assert "Ring" not in _panels(balance(12)).caption


def test_a_missing_month_leaves_a_gap_and_a_group_without_the_last_month_a_dash():
    frame = _stages(a=[1, 2, 3, 4, 5, 6], b=[1, 2, 3, 4, 5, 6])
    holed = frame.drop(index=[2, 11])
    pieces = [_panels(one).wide_svg.count("stroke:var(--accent);stroke-width:2") for one in (frame, holed)]
    assert pieces == [2, 3]
    assert ">–</text>" in _panels(holed).wide_svg


def test_highlighted_panels_stand_out_from_grey():
    svg = _panels(_stages(a=[1, 2], b=[2, 3]), highlight=("a",)).wide_svg
    assert svg.count("stroke:var(--muted);stroke-width:1.5") == 1


def test_bands_are_drawn_and_told():
    frame = _stages(a=[0.2, 0.3]).assign(customers_low=0.1, customers_high=0.4)
    figure = _panels(frame, unit="percent")
    assert "var(--band)" in figure.wide_svg
    assert "95% interval" in figure.caption
    assert figure.table["a"].tolist() == ["20.0% (10.0% – 40.0%)", "30.0% (10.0% – 40.0%)"]


def test_the_table_keeps_the_months_that_are_not_drawn():
    figure = _panels(balance(24), months=6)
    assert len(figure.table) == 24
    assert "Nov 2024" not in figure.wide_svg


def test_an_incomplete_last_month_is_an_open_end():
    frame = _stages(a=[1, 2])
    done, going_on = (_panels(frame.assign(is_complete=[True, yes])).wide_svg for yes in (True, False))
    assert done != going_on
    assert "fill:var(--bg);stroke:var(--accent)" in going_on


def test_the_order_of_rows_does_not_matter_when_the_order_of_groups_is_given():
    names = {"a": "A", "b": "B"}
    frame = _stages(a=[1, 2, 4], b=[3, 2, 1])
    assert _panels(frame, names=names).wide_svg == _panels(frame.iloc[::-1], names=names).wide_svg


def test_a_month_of_a_group_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match='month 2026-10 of "a" stands twice'):
        _panels(pd.concat([_stages(a=[1]), _stages(a=[2])]))


@pytest.mark.parametrize("counts", [[5], [0, 0], [-3, 4], [np.nan, 7.0], list(range(60))])
def test_any_series_is_drawn(counts):
    figure = _panels(_stages(a=counts))
    assert "nan" not in figure.wide_svg


@pytest.mark.parametrize("frame", [balance()[:0], balance().assign(customers=None)])
def test_without_values_it_says_so(frame):
    assert "No data" in _panels(frame).wide_svg
