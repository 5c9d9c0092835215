"""The map of a customer's journey."""

import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import Column, JourneyOptions, journey_map
from tests.figures.samples import finding, journey, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def _map(frame: pd.DataFrame, **options):
    return journey_map(frame, finding("journey"), speak(), options=JourneyOptions(**options))


BARE = pd.DataFrame({"stage": ["see", "buy"], "customers": [100, 40]})


def test_stages_carry_customers_conversion_days_and_what_else_is_known():
    figure = _map(journey())
    assert list(figure.table.columns) == [
        "Stage",
        "Customers",
        "Go on to the next stage",
        "Median days until the next stage",
        "Satisfaction",
        "Complaints",
        "Weakest stage",
    ]
    second = figure.table.iloc[1].tolist()
    assert second == ["consideration", "15,072", "31.0% (29.8% – 32.2%)", "11", "3.6 (3.5 – 3.7)", "12", "yes"]
    for svg in (figure.wide_svg, figure.narrow_svg):
        for text in (">15,072</text>", ">31.0%</text>", ">(29.8% – 32.2%)</text>", ">3.6</text>"):
            assert text in svg


def test_the_weakest_stage_is_outlined_and_named():
    figure = _map(journey())
    for svg in (figure.wide_svg, figure.narrow_svg):
        assert svg.count("fill:none;stroke:var(--warn)") == 1
        assert ">weakest stage</text>" in svg


def test_without_a_weakest_stage_nothing_is_outlined():
    figure = _map(BARE)
    assert "var(--warn)" not in figure.wide_svg
    assert "Weakest stage" not in figure.table.columns


def test_what_is_missing_is_not_drawn():
    figure = _map(journey().assign(complaints=None))
    assert "Complaints" not in figure.table.columns
    assert "–</text>" not in figure.wide_svg
    assert figure.table["Satisfaction"].iloc[0] == "–"
    assert list(_map(BARE).table.columns) == ["Stage", "Customers"]


def test_stages_stand_in_the_given_order():
    assert _map(BARE, names={"buy": "Buy", "see": "See"}).table["Stage"].tolist() == ["Buy", "See"]


def test_a_stage_without_a_number_of_customers_keeps_its_place():
    figure = _map(BARE.assign(customers=[100, None]))
    assert ">buy</text>" in figure.wide_svg
    assert "nan" not in figure.wide_svg


def test_other_lanes_are_asked_for_with_their_titles():
    lanes = {"nps": Column("NPS", "integer")}
    figure = _map(BARE.assign(nps=[20, 55]), lanes=lanes)
    assert figure.table["NPS"].tolist() == ["20", "55"]
    with pytest.raises(ParameterError, match="no column nps"):
        _map(BARE, lanes=lanes)


def test_a_stage_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match='"see" stands twice'):
        _map(BARE.assign(stage="see"))


@pytest.mark.parametrize("frame", [BARE[:0], BARE.assign(customers=None)])
def test_without_customers_it_says_so(frame):
    assert "No data" in _map(frame).wide_svg


def test_a_journey_that_nobody_took_is_drawn():
    assert ">0</text>" in _map(BARE.assign(customers=0)).wide_svg
