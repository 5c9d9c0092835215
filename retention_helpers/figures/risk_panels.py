"""A risk model on one sheet: how many stand at which risk, whether it comes true, whom contacting would reach."""

from dataclasses import dataclass, field

import pandas as pd

from retention_helpers.words import Words

from .calibration import CalibrationOptions, calibration_note, calibration_panel
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .gains import GainsOptions, gains_note, gains_panel
from .histogram import HistogramOptions, risk_histogram
from .panels import Panel, draw_panels


@dataclass(frozen=True, eq=False)
class RiskTables:
    """The tables of `histogram`, `calibration_plot` and `gains_curve`."""

    histogram: pd.DataFrame
    calibration: pd.DataFrame
    gains: pd.DataFrame


@dataclass(frozen=True)
class RiskOptions:
    """The options of the three panels."""

    histogram: HistogramOptions = field(default_factory=HistogramOptions)
    calibration: CalibrationOptions = field(default_factory=CalibrationOptions)
    gains: GainsOptions = field(default_factory=GainsOptions)


def risk_panels(tables: RiskTables, finding: Finding, words: Words, *, options: RiskOptions | None = None) -> Figure:
    """How many customers are at high risk, can the risk be believed, and what does acting on it reach?

    Three panels side by side, on a phone below each other; a panel without data is left out. The data table holds the
    rows of all three.

    Columns needed: those of `histogram`, `calibration_plot` and `gains_curve`, each in its own table.

    Raises `ParameterError` as the three do.
    """
    options = options or RiskOptions()
    name = finding.name
    built = [
        (*risk_histogram(tables.histogram, name, words, options.histogram), ""),
        (*calibration_panel(tables.calibration, name, words, options.calibration), calibration_note(words)),
        (*gains_panel(tables.gains, name, words, options.gains), gains_note(words)),
    ]
    panels = [panel for panel, _, _ in built if panel is not None]
    table = _table([(panel, rows) for panel, rows, _ in built if panel is not None], words)
    if not panels:
        return compose_without_data(finding, table, words)
    finding = finding.noting(*[note for panel, _, note in built if panel is not None])
    return compose(finding, table, lambda width: draw_panels(panels, width), words)


def _table(parts: list[tuple[Panel, pd.DataFrame]], words: Words) -> pd.DataFrame:
    """The rows of all panels below each other: which panel, where on its x, the value, and n where there is one."""
    names = [words.say("Panel"), words.say("At"), words.say("Value"), words.say("n")]
    rows = [
        (panel.title, *row, *[""] * (len(names) - 1 - len(row)))
        for panel, table in parts
        for row in table.itertuples(index=False, name=None)
    ]
    return pd.DataFrame(rows, columns=names, dtype="object")
