"""Table in, figure out: every figure takes a tidy table, its `Finding` and the reader's `Words`.

    retention_lines   rates over the months, with interval
    cohort_grid       cohorts x months since the first purchase
    ranked_bars       groups, the highest first
    waterfall         what a change is made of
    survival_curve    a share that falls as time goes by
    survival_curves   the same in two to four groups
    event_study       differences before and after a step
    effect_plot       effects with their intervals, around no effect
    journey_map       stages of a journey: who goes on, how soon, how content
    risk_panels       a risk model: histogram, calibration_plot, gains_curve together; each is a figure by itself too
    paired_bars       two shares a group, and what changed
    migration_grid    from group to group: who stayed, who went where
    small_multiples   a tiny line a group, over the same months
    kpi_cards         values, with their two changes
    readable_table    rows, formatted

Displayed in a notebook, each gives the page its HTML and the mail its parts.
"""

from .bars import BarOptions, ranked_bars
from .calibration import CalibrationOptions, calibration_plot
from .cards import Cards, CardText, kpi_cards
from .cohort_grid import GridOptions, cohort_grid
from .curve import CurveOptions, survival_curve
from .curves import CurvesOptions, survival_curves
from .effects import EffectOptions, effect_plot
from .event_study import EventOptions, event_study
from .figure import MIME, Figure
from .finding import Finding
from .gains import GainsOptions, gains_curve
from .histogram import HistogramOptions, histogram
from .journey import JourneyOptions, journey_map
from .lines import LineOptions, retention_lines
from .migration import MigrationOptions, migration_grid
from .multiples import MultiplesOptions, small_multiples
from .paired_bars import PairedOptions, paired_bars
from .risk_panels import RiskOptions, RiskTables, risk_panels
from .stylesheet import stylesheet
from .tables import Column, ReadableTable, TableOptions, readable_table
from .waterfall import WaterfallOptions, decomposition_steps, ledger_steps, waterfall

__all__ = [
    "MIME",
    "BarOptions",
    "CalibrationOptions",
    "CardText",
    "Cards",
    "Column",
    "CurveOptions",
    "CurvesOptions",
    "EffectOptions",
    "EventOptions",
    "Figure",
    "Finding",
    "GainsOptions",
    "GridOptions",
    "HistogramOptions",
    "JourneyOptions",
    "LineOptions",
    "MigrationOptions",
    "MultiplesOptions",
    "PairedOptions",
    "ReadableTable",
    "RiskOptions",
    "RiskTables",
    "TableOptions",
    "WaterfallOptions",
    "calibration_plot",
    "cohort_grid",
    "decomposition_steps",
    "effect_plot",
    "event_study",
    "gains_curve",
    "histogram",
    "journey_map",
    "kpi_cards",
    "ledger_steps",
    "migration_grid",
    "paired_bars",
    "ranked_bars",
    "readable_table",
    "retention_lines",
    "risk_panels",
    "small_multiples",
    "stylesheet",
    "survival_curve",
    "survival_curves",
    "waterfall",
]
