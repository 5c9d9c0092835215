"""What a notebook starts with: `open_report` joins the rooms, so that a cell is one line."""

from retention_helpers.metrics.watch import WatchTables

from .audiences import customer_labels, write_lists
from .campaigns import Campaigns, measured_campaigns
from .counted import booking_problems, who_is_counted
from .notebook import Report, open_report
from .period import resolve_period
from .source import (
    Survey,
    build,
    clear_damaged,
    ensure_facts,
    facts_folder,
    mark_told,
    ready_facts,
    survey,
    untold_restatements,
)
from .watching import watch_month

__all__ = [
    "Campaigns",
    "Report",
    "Survey",
    "WatchTables",
    "booking_problems",
    "build",
    "clear_damaged",
    "customer_labels",
    "ensure_facts",
    "facts_folder",
    "mark_told",
    "measured_campaigns",
    "open_report",
    "ready_facts",
    "resolve_period",
    "survey",
    "untold_restatements",
    "watch_month",
    "who_is_counted",
    "write_lists",
]
