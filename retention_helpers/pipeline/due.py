"""Which months a start of `monthly` publishes: missed ones, those that failed or are not whole, and the last one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from retention_helpers.params import Profile
from retention_helpers.periods import Period
from retention_helpers.publishing.failures import failures_of, manifest_of
from retention_helpers.publishing.versions import periods_in
from retention_helpers.report import mark_told

from .current_facts import facts_and_periods
from .lock import lock
from .notebooks import suite_of
from .places import absolute_places
from .run_request import RunRequest, Say
from .standing import standing_of
from .writable import check_writable


@dataclass(frozen=True)
class Due:
    """The months to publish, the earliest first; those that have to wait; the last one that is complete."""

    months: Sequence[str]
    passed_over: Sequence[str]
    last: str


def due_months(run: RunRequest, profile: Profile, say: Say, most: int) -> Due:
    """What to publish of the months from the first published one to the last complete one; at first that one alone.

    Beside the last month at most ``most``: the earliest of those that were not tried, then those that failed, so that
    one which cannot be repaired does not keep the others for ever. Builds the facts where the source has changed.
    Raises the errors of `facts_and_periods`, `MachineError` and `LockedError`.
    """
    check_writable(run.reports)
    with absolute_places(profile), lock(run.reports / profile.name):
        # They are built here where the source has changed, and found ready by the runs that follow.
        facts, (last,) = facts_and_periods(profile, replace(run, periods=()), say)
        # A source that is cut off at its beginning has nothing to publish such months from.
        first = Period(min(facts.months, default=0))
        facts.close()
        mark_told(profile)
    failed = {Period.parse(item["period"]) for item in failures_of(run.reports, profile.name)}
    wanted = [month for month in _not_done(run, profile, last) | failed if first <= month <= last]
    missed = sorted((month for month in wanted if month != last), key=lambda month: (month in failed, month))
    chosen = {*missed[:most], *(month for month in wanted if month == last)}
    return Due(_labels(chosen), _labels(missed[most:]), last.label)


def _not_done(run: RunRequest, profile: Profile, last: Period) -> set[Period]:
    """The months since the first published one that are not whole, or were not over when they were made."""
    folder, suite = run.reports / profile.name, suite_of(profile, run.folder)
    manifests = {Period.parse(label): manifest_of(folder / label) for label in periods_in(folder)}
    done = {month for month, said in manifests.items() if standing_of(said, suite) == "published"}
    if _lacks(manifests.get(last, {}), suite):
        done.discard(last)
    since = min((month for month in manifests if month <= last), default=last)
    return {Period(index) for index in range(since.index, last.index + 1)} - done


def _lacks(manifest: Mapping[str, Any], suite: Collection[str]) -> bool:
    """Whether any notebook has no page. Asked of the month that is mailed: it holds all there is by now.

    Earlier months stay without the notebooks that were added after them.
    """
    return not manifest.get("notebooks", {}).keys() >= set(suite)


def _labels(months: Collection[Period]) -> list[str]:
    return [month.label for month in sorted(months)]
