"""Survival curves by group."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import CurvesOptions, survival_curves
from tests.figures.samples import channels, finding, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def _curves(frame: pd.DataFrame, **options):
    return survival_curves(frame, finding("curves"), speak(), options=CurvesOptions(**options))


def _two() -> pd.DataFrame:
    shares = {"web": [1.0, 0.5, 0.25], "shop": [1.0, 0.75]}
    frames = [
        pd.DataFrame({"channel": channel, "days": np.arange(len(share)) * 10, "survival": share})
        for channel, share in shares.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_each_curve_carries_its_name_and_its_last_value_at_its_end():
    svg = _curves(_two(), names={"web": "Web", "shop": "Shop"}).wide_svg
    for text in ("Web", "25.0%", "Shop", "75.0%"):
        assert f">{text}</text>" in svg


def test_at_a_marked_day_the_values_there_stand_beside_the_names_and_the_caption_says_so():
    figure = _curves(_two(), marked=12, marked_label="12 days")
    assert ">50.0%</text>" in figure.wide_svg
    assert ">12 days</text>" in figure.wide_svg
    assert "Beside each name stands its value at: 12 days." in figure.caption


def test_a_curve_is_not_carried_on_beyond_its_end():
    table = _curves(_two(), names={"web": "Web", "shop": "Shop"}).table
    assert table["Web"].tolist() == ["100.0%", "50.0%", "25.0%"]
    assert table["Shop"].tolist() == ["100.0%", "75.0%", "–"]
    assert ">–</text>" in _curves(_two(), marked=20).wide_svg


def test_a_mark_beyond_all_curves_is_left_out():
    figure = _curves(_two(), marked=500, marked_label="500 days")
    assert "500 days" not in figure.wide_svg + figure.caption


def test_one_curve_is_in_the_accent_colour_the_others_are_grey():
    by_default, chosen = _curves(_two()).wide_svg, _curves(_two(), accent="shop").wide_svg
    assert by_default != chosen
    assert by_default.count("stroke:var(--accent)") == chosen.count("stroke:var(--accent)") == 1


def test_bands_are_told_only_where_they_are_drawn():
    assert "95% intervals" in _curves(channels()).caption
    assert "interval" not in _curves(_two()).caption


def test_more_than_four_groups_are_refused():
    frame = pd.concat([_two().assign(channel=f"{index}") for index in range(5)])
    with pytest.raises(ParameterError, match="5 groups; at most 4"):
        _curves(frame)


def test_curves_that_end_together_keep_their_names_apart():
    frame = pd.concat([_two().query("channel == 'web'").assign(channel=name) for name in ("a", "b", "c", "d")])
    places = [line.split('y="')[1].split('"')[0] for line in _curves(frame).wide_svg.split("<text") if "25.0%" in line]
    assert len(set(places)) == 4


def test_a_group_without_a_value_is_in_the_table_only():
    frame = pd.concat([_two(), pd.DataFrame({"channel": ["app"], "days": [0], "survival": [None]})])
    figure = _curves(frame)
    assert "app" in figure.table.columns
    assert ">app</text>" not in figure.wide_svg


def test_the_order_of_rows_does_not_matter_when_the_order_of_groups_is_given():
    names = {"web": "Web", "shop": "Shop", "app": "App", "phone": "Phone"}
    shuffled = channels().sample(frac=1, random_state=3)
    assert _curves(shuffled, names=names).wide_svg == _curves(channels(), names=names).wide_svg


def test_a_single_point_is_drawn():
    assert _curves(_two()[:1]).wide_svg


@pytest.mark.parametrize("frame", [channels()[:0], channels().assign(survival=None)])
def test_without_values_it_says_so(frame):
    assert "No data" in _curves(frame).wide_svg
