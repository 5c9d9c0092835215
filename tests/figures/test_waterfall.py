"""What a change is made of."""

import pandas as pd
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.figures import WaterfallOptions, decomposition_steps, ledger_steps, waterfall
from tests.figures.samples import DECOMPOSED, LEDGER, finding, speak

pytestmark = pytest.mark.usefixtures("without_picture")


def test_the_ledger_shows_losses_below_zero_and_balances():
    figure = waterfall(
        ledger_steps(LEDGER, speak()), finding("ledger"), speak(), options=WaterfallOptions(unit="integer")
    )
    assert figure.table["Amount"].tolist() == ["1,000", "−420", "+120", "+200", "900"]
    assert "fill:var(--warn)" in figure.wide_svg


def test_a_ledger_row_of_the_metrics_table_is_taken_as_it_is():
    row = pd.DataFrame([{**LEDGER, "month": "2026-10", "kept": 580}]).iloc[-1]
    assert ledger_steps(row, speak())["amount"].tolist() == [1000, -420, 120, 200, 900]


def test_small_changes_of_large_totals_are_drawn_on_a_cut_axis_and_said_so():
    figure = waterfall(decomposition_steps(DECOMPOSED, speak()), finding("parts"), speak())
    assert "the axis does not start at zero" in figure.caption
    assert figure.table["Amount"].tolist() == ["€1,200,000", "+€45,000", "−€12,000", "+€8,000", "€1,241,000"]


def test_large_changes_are_drawn_from_zero():
    figure = waterfall(ledger_steps(LEDGER, speak()), finding(), speak())
    assert "zero" not in figure.caption


def test_parts_that_do_not_add_up_are_refused():
    steps = decomposition_steps({**DECOMPOSED, "revenue": 1_300_000.0}, speak())
    with pytest.raises(ParameterError, match=r'add up to 1,241,000\.00, but "Revenue now" is 1,300,000\.00'):
        waterfall(steps, finding(), speak())


def test_a_missing_part_says_no_data_rather_than_drawing_a_gap_as_zero():
    steps = decomposition_steps({**DECOMPOSED, "from_buyers": float("nan")}, speak())
    assert "No data" in waterfall(steps, finding(), speak()).wide_svg


def test_all_zero_is_drawn():
    steps = ledger_steps(dict.fromkeys(LEDGER, 0), speak())
    assert waterfall(steps, finding(), speak()).table["Amount"].tolist()[0] == "€0"
