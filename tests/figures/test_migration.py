"""From group to group."""

import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import MigrationOptions, migration_grid
from tests.figures.samples import finding, speak

pytestmark = pytest.mark.usefixtures("without_picture")

NAMES = {"a": "Alpha", "b": "Beta", "c": "Gamma"}


def _moves(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_segment", "to_segment", "customers"])


def _grid(frame: pd.DataFrame, **options):
    options = MigrationOptions(**{"names": NAMES, **options})
    return migration_grid(frame, finding("moves"), speak(), options=options)


FEW = _moves(("b", "b", 60), ("b", "a", 40), ("a", "a", 999), ("a", "b", 1))


def test_cells_are_shares_of_their_row_and_counts_stand_in_the_data_table():
    figure = _grid(FEW)
    assert figure.table.to_dict("list") == {
        "From": ["Alpha", "Beta"],
        "Customers": ["1,000", "100"],
        "Alpha": ["999: 99.9%", "40: 40.0%"],
        "Beta": ["1: 0.1%", "60: 60.0%"],
    }
    for text in (">100</text>", ">40</text>", ">60</text>"):
        assert text in figure.wide_svg


def test_few_are_never_rounded_to_nobody_and_nobody_is_a_dot():
    svg = _grid(FEW).wide_svg
    assert "&lt;1</text>" in svg
    assert "·</text>" not in svg
    assert "·</text>" in _grid(_moves(("a", "a", 5), ("b", "b", 5))).wide_svg


def test_groups_stand_in_the_given_order_under_their_shown_names():
    figure = _grid(FEW, names={"b": "Beta", "a": "Alpha"})
    assert figure.table["From"].tolist() == ["Beta", "Alpha"]
    assert list(figure.table.columns[2:]) == ["Beta", "Alpha"]
    assert _grid(FEW, names={}).table["From"].tolist() == ["b", "a"]


def test_a_group_that_nobody_was_in_has_no_row_and_one_that_nobody_went_to_no_column():
    figure = _grid(_moves(("a", "b", 3), ("a", "c", 0)))
    assert figure.table["From"].tolist() == ["Alpha"]
    assert list(figure.table.columns) == ["From", "Customers", "Beta"]


def test_those_who_stayed_are_outlined_once_a_group_and_in_the_key():
    outlined = _grid(FEW).wide_svg.count("fill:none;stroke:var(--ink)")
    assert outlined == 3


def test_a_missing_group_is_called_unassigned():
    figure = _grid(_moves(("a", None, 3), ("a", "a", 5)))
    assert "unassigned" in figure.table.columns


def test_the_interval_of_a_share_stands_in_the_data_table():
    figure = _grid(FEW.assign(share_low=0.5, share_high=[0.7, 0.6, 1.0, 0.9]))
    assert figure.table.iloc[1]["Beta"] == "60: 60.0% (50.0% – 70.0%)"


def test_a_small_row_is_marked():
    assert _grid(_moves(("a", "a", 12))).table["Customers"].tolist() == ["12 (small)"]


def test_a_pair_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match='from "a" to "b" stands twice'):
        _grid(_moves(("a", "b", 3), ("a", "b", 4)))


def test_names_that_do_not_fit_over_the_columns_become_numbers_before_the_names_of_the_rows():
    many = {key: f"Customers of the kind {key}" for key in "abcdefghij"}
    frame = _moves(*((key, key, 40) for key in many))
    assert ">1 Customers of" in _grid(frame, names=many).wide_svg
    assert ">Alpha</text>" in _grid(FEW).wide_svg
    assert ">1 Alpha</text>" in _grid(FEW).narrow_svg


def test_the_order_of_rows_does_not_matter():
    assert _grid(FEW).wide_svg == _grid(FEW.iloc[::-1]).wide_svg


@pytest.mark.parametrize("frame", [FEW[:0], FEW.assign(customers=0), FEW.assign(customers=None)])
def test_without_customers_it_says_so(frame):
    assert "No data" in _grid(frame).wide_svg
