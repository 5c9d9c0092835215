"""The data check: who is counted, and every problem of the source. It writes nothing that stays."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from retention_helpers.errors import PeriodError
from retention_helpers.facts import open_facts
from retention_helpers.params import Profile
from retention_helpers.periods import Period
from retention_helpers.report import Survey, booking_problems, build, resolve_period, survey, who_is_counted
from retention_helpers.scratch import scratch_folder

from .check_lines import counted_lines, problem_lines


@dataclass(frozen=True)
class DataCheck:
    """What the check found: rows in, where they went, the problems, and how far the data reach."""

    rows: int
    counted: pd.DataFrame
    problems: pd.DataFrame
    first_month: str
    data_through: date
    last_complete: str

    def lines(self, width: int | None = None) -> list[str]:
        """All of it for a reader, at most ``width`` wide where one is given."""
        rows = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        reach = f"data from {self.first_month} through {self.data_through}"
        return [
            f"{rows}; {reach}; last complete month: {self.last_complete or 'none'}",
            "",
            "Who is counted",
            *counted_lines(self.counted),
            "",
            "Problems, and what was done",
            *problem_lines(self.problems, width),
        ]


def check_data(profile: Profile) -> DataCheck:
    """Read the source, build its facts in a scratch folder, and say what became of every row.

    Raises `SourceError` or `ProfileError` as a run would.
    """
    with survey(profile) as seen, scratch_folder() as scratch:
        build(profile, seen, scratch)
        facts = open_facts(scratch)
        counted = who_is_counted(facts.frame("row_ledger", as_of=date(9998, 12, 31)))
        undated = seen.con.execute(
            "SELECT date_problem AS reason, count(*) AS rows, count(DISTINCT order_id) AS orders, "
            "count(DISTINCT customer_id) AS customers, coalesce(sum(amount_cents), 0) / 100 AS amount "
            "FROM staged_orders WHERE month IS NULL GROUP BY date_problem ORDER BY date_problem"
        ).df()
        seen_later = booking_problems(facts.con)
        facts.close()
        everyone = pd.concat([counted, undated], ignore_index=True) if len(undated) else counted
        return DataCheck(
            rows=int(everyone["rows"].sum()),
            counted=everyone,
            problems=pd.concat([seen.problems, seen_later], ignore_index=True),
            first_month=Period(seen.months[0]).label if seen.months else "",
            data_through=seen.data_through,
            last_complete=_last_complete(seen),
        )


def _last_complete(seen: Survey) -> str:
    """The month that a run would report."""
    try:
        return resolve_period("", seen.months, seen.data_through).label
    except PeriodError:
        return ""
