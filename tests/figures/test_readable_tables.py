"""Tables as results."""

import numpy as np
import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import MIME, Column, TableOptions, readable_table
from tests.figures.samples import EVIL, finding, speak


def _table(frame: pd.DataFrame, **options):
    return readable_table(frame, finding("table"), speak(), options=TableOptions(**options))


def test_units_are_told_from_the_columns():
    frame = pd.DataFrame(
        {
            "month": ["2026-10", None],
            "retention_rate": [0.123, np.nan],
            "rows": [1200.0, np.nan],
            "score": [1.25, 2.0],
            "is_complete": [True, False],
        }
    )
    table = _table(frame).table
    assert table.iloc[0].tolist() == ["October 2026", "12.3%", "1,200", "1.2", "yes"]
    assert table.iloc[1].tolist() == ["–", "–", "–", "2.0", "no"]


def test_words_stand_left_and_numbers_right():
    html = _table(pd.DataFrame({"reason": ["x"], "rows": [1]})).html()
    assert 'class="gt_row gt_left">x' in html
    assert 'class="gt_row gt_right">1' in html


def test_rows_left_out_are_counted():
    table = _table(pd.DataFrame({"id": range(5)}), max_rows=2)
    assert len(table.table) == 2
    assert "2 of 5 rows." in table.caption


def test_the_style_sheet_of_great_tables_stays_out_of_the_page():
    html = _table(pd.DataFrame({"a": [1]})).html()
    assert "<style" not in html
    assert "#" not in html.replace("&#", "")
    assert '<div class="scroll" tabindex="0" role="region"' in html


def test_columns_with_the_same_title_are_both_shown():
    options = {"a": Column("Customers"), "b": Column("Customers")}
    html = _table(pd.DataFrame({"a": [1], "b": [2]}), columns=options).html()
    assert html.count(">Customers") == 2


def test_a_table_has_a_part_without_a_picture():
    part = _table(pd.DataFrame({EVIL: [EVIL]}))._repr_mimebundle_()[MIME]
    assert part["png"] is None
    assert part["table"] == {"columns": [EVIL], "rows": [[EVIL]]}


def test_an_unknown_column_is_refused():
    with pytest.raises(ParameterError, match="no column rows"):
        _table(pd.DataFrame({"row": [1]}), columns={"rows": Column("Rows")})
