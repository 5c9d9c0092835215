"""The facts that a run stands on: reused, or built where the source has changed; and what is said of them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import pandas as pd

from retention_helpers.errors import MachineError, PeriodError
from retention_helpers.facts import Facts, open_facts
from retention_helpers.params import Profile
from retention_helpers.periods import Period
from retention_helpers.report import (
    build,
    clear_damaged,
    facts_folder,
    ready_facts,
    resolve_period,
    survey,
    untold_restatements,
)

from .run_request import RunRequest, Say


def facts_and_periods(profile: Profile, request: RunRequest, say: Say) -> tuple[Facts, list[Period]]:
    """The facts, built where the source has changed, and the periods: refused before anything is built."""
    facts = ready_facts(profile)
    if facts is not None:
        say("Facts: unchanged, reused.")
        _say_restatements(profile, say)
        return facts, _periods(request, facts.months, facts.data_through)
    say("Facts: reading the source.")
    with survey(profile) as seen:
        periods = _periods(request, seen.months, seen.data_through)
        done = build(profile, seen, facts_folder(profile))
        if seen.undated:
            say(f"{seen.undated} rows have no usable date and belong to no month: make data-check lists them.")
    for table, rows in done.forgotten.items():
        say(f"Forgotten, and named in the source: {table}: {rows} rows. Counted under a pseudonym; clean the source.")
    if done.damaged:
        say(f"Facts: gone or damaged, and made again: {_first(done.damaged)}.")
    say(f"Facts: months built: {len(done.written)}, unchanged: {len(done.unchanged)}.")
    if done.is_history_lost:
        say("Facts: which months were restated before is lost with the damaged files; they are not named any more.")
    _say_restatements(profile, say)
    return open_facts(facts_folder(profile)), periods


def _say_restatements(profile: Profile, say: Say) -> None:
    """Name what no run has named: a plan, or a notebook in JupyterLab, may have built the facts."""
    for change in untold_restatements(profile).itertuples():
        what = f"Restated: {Period(change.month)}: rows {change.rows_before:,} before, {change.rows_after:,} now; "
        if pd.isna(change.customers):
            say(f"{what}what they came to before is not known, for the month's earlier file is gone or damaged.")
            continue
        say(
            f"{what}customers concerned: {change.customers:,}; "
            f"revenue {change.amount_before_cents / 100:,.2f} before, {change.amount_after_cents / 100:,.2f} now."
        )


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _periods(request: RunRequest, months: list[int], through: date) -> list[Period]:
    """The months that are asked for, each once, in order; raises `PeriodError` for one that cannot be reported."""
    labels = list(request.periods) or [""]
    if request.first:
        last = resolve_period(request.last, months, through, allow_incomplete=request.allow_incomplete)
        first = Period.parse(request.first)
        labels = [Period(index).label for index in range(first.index, last.index + 1)]
        if not labels:
            raise PeriodError(f"{first} comes after {last}: give the earlier month first.")
    return sorted(
        {resolve_period(label, months, through, allow_incomplete=request.allow_incomplete) for label in labels}
    )


def look_for_damage(profile: Profile, say: Say) -> None:
    """A notebook may have failed on facts whose disk fails: such files must not be there at the next start."""
    names = []
    with suppress(MachineError):  # that the notebook failed is what is to be told
        names = clear_damaged(profile)
    if names:
        say(
            f"Facts: gone or damaged: {_first(names)}. Removed; the next start makes them again. "
            "If it happens twice, have the disk checked."
        )
