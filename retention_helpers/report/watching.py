"""What is watched this month: the profile's choices, the month's tables and the facts behind them, joined."""

from typing import TYPE_CHECKING

import pandas as pd

from retention_helpers.metrics.driver_counts import DriverRules
from retention_helpers.metrics.drivers import drivers
from retention_helpers.metrics.watch import WatchTables, watch

if TYPE_CHECKING:
    from .notebook import Report


def watch_month(report: "Report", tables: WatchTables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which key figures are alerts, a `metrics.watch`, and which groups moved them, a `metrics.drivers`."""
    rules, as_of = report.profile, report.as_of
    watched = watch(
        tables,
        as_of=as_of,
        watched=list(rules.alerts.watched),
        level=rules.alerts.level,
        history_starts=report.history_starts,
    )
    counted_by = DriverRules(rules.months_active, rules.segment_rules, rules.existing_base_rule)
    return watched, drivers(report.con, watched, as_of=as_of, rules=counted_by)
