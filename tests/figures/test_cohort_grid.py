"""Cohorts x months since the first purchase."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import GridOptions, cohort_grid
from retention_helpers.figures.cut_points import round_cuts, step_of
from tests.figures.samples import cohorts, finding, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def _grid(frame: pd.DataFrame, **options):
    return cohort_grid(frame, finding("grid"), speak(), options=GridOptions(**options))


def _cells(svg: str) -> list[str]:
    """The colours of the cells: paths edged in the colour of the paper; what all share is said once on their group."""
    found = []
    for group in ElementTree.fromstring(svg).iter():
        for path in group.iterfind("{*}path"):
            style = f"{group.get('style', '')};{path.get('style', '')}"
            if "stroke:var(--bg)" in style:
                found += re.findall(r"fill:var\(--(step-\d)\)", style)
    return found


def test_twelve_cohorts_show_twelve_months_and_never_month_zero():
    figure = _grid(cohorts().assign(is_complete=True, is_projected=False))
    assert len(_cells(figure.wide_svg)) == len(_cells(figure.narrow_svg)) == 144
    assert ">100</text>" not in figure.wide_svg
    assert "Oct 2025</text>" in figure.wide_svg
    assert "Oct 25</text>" in figure.narrow_svg
    assert "11,000</text>" in figure.wide_svg


def test_the_table_holds_the_cells_that_are_drawn_and_says_where_the_others_are():
    figure = _grid(cohorts(20), months=6)
    assert figure.table["First purchase"].tolist()[:: len(figure.table) - 1] == ["Oct 2025", "Sep 2026"]
    assert list(figure.table)[2:] == ["1", "2", "3", "4", "5", "6"]
    assert "Sep 2025</text>" not in figure.wide_svg
    assert "Sep 2026</text>" in figure.wide_svg
    older = "Older cohorts and later months are in the CSV."
    assert older in figure.caption
    assert older not in _grid(cohorts(3)).caption


def test_a_cell_that_was_not_observed_stays_empty():
    seen = cohorts(4).query("not is_projected")
    figure = _grid(seen)
    assert len(_cells(figure.wide_svg)) == 4 + 3 + 2 + 1
    assert figure.table.iloc[-1].tolist()[3:] == ["", "", ""]


def test_a_missing_value_inside_the_grid_has_no_colour_and_no_number():
    frame = cohorts(4).query("not is_projected").reset_index(drop=True)
    frame.loc[(frame["cohort"] == "2026-06") & (frame["months_since_first"] == 2), "retention_rate"] = np.nan
    assert len(_cells(_grid(frame).wide_svg)) == 9


def test_a_projected_cell_is_an_outline_with_an_italic_number():
    figure = _grid(cohorts(3))
    assert len(_cells(figure.wide_svg)) == 3 + 2 + 1
    # month 12 of three cohorts, ...: 36 cells, 6 of them observed, plus the sample in the key
    assert figure.wide_svg.count("font-style:italic") == 31
    assert "projected</text>" in figure.wide_svg
    assert figure.table.iloc[-1, -1].endswith("(projected)")


def test_an_open_month_is_hatched_with_drawn_lines_not_with_a_pattern():
    frame = cohorts(3).query("not is_projected")
    svg = _grid(frame).wide_svg
    assert "month not complete yet" in svg
    assert "<pattern" not in svg
    closed = _grid(frame.assign(is_complete=True)).wide_svg
    assert "month not complete yet" not in closed


def test_the_legend_prints_its_cut_points():
    svg = _grid(cohorts(), cuts=(0.05, 0.1, 0.15, 0.2, 0.25, 0.3)).wide_svg
    for cut in ("5", "10", "15", "20", "25", "30"):
        assert f">{cut}</text>" in svg
    assert svg.count("fill:var(--step-6)") >= 1


def test_other_cohorts_keep_their_names_and_their_order():
    figure = _grid(cohorts(names=["Web", "Shop", "Direct mail"]), header="Channel")
    assert figure.table["Channel"].tolist() == ["Web", "Shop", "Direct mail"]
    assert figure.wide_svg.index("Web</text>") < figure.wide_svg.index("Direct mail</text>")


def test_money_per_customer_can_stand_in_the_cells():
    frame = cohorts(5).assign(revenue=lambda table: table["retention_rate"] * 800)
    figure = _grid(frame, value="revenue", unit="money", legend="Revenue per customer")
    assert "€" in figure.wide_svg
    assert "Revenue per customer</text>" in figure.wide_svg


def test_flags_missing_after_a_join_mean_complete_and_observed():
    frame = cohorts(3).query("not is_projected").astype({"is_complete": object, "is_projected": object})
    frame[["is_complete", "is_projected"]] = None
    svg = _grid(frame).wide_svg
    assert "font-style:italic" not in svg
    assert "hatch" not in svg


def test_a_cell_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match="stands twice"):
        _grid(pd.concat([cohorts(2), cohorts(2)]))


@pytest.mark.parametrize("cuts", [(0.1, 0.2), (0.1, 0.2, 0.2, 0.3, 0.4, 0.5)])
def test_cut_points_must_be_six_and_rise(cuts):
    with pytest.raises(ParameterError, match="6 rising numbers"):
        _grid(cohorts(), cuts=cuts)


@pytest.mark.parametrize("values", [[], [0.2], [0.2] * 9, [0.0, 1.0], [0.001, 0.002], list(np.linspace(0, 0.6, 50))])
def test_cut_points_always_rise_and_are_whole_points(values):
    cuts = round_cuts(values, 0.01)
    assert len(cuts) == 6
    assert all(low < high for low, high in pairwise(cuts))
    assert all(abs(cut * 200 - round(cut * 200)) < 1e-9 for cut in cuts)


def test_a_value_on_a_cut_point_belongs_to_the_stronger_colour():
    cuts = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    assert [step_of(value, cuts) for value in (0.0, 0.0999, 0.1, 0.1 + 0.2, 0.6, 9)] == [0, 0, 1, 3, 6, 6]
