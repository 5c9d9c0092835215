"""One run of one or more months: everything that can be refused is refused first, then facts, then publishing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from retention_helpers.errors import NotebookError, ParameterError
from retention_helpers.facts import Facts, hold
from retention_helpers.params import Profile, load_profile
from retention_helpers.periods import Period
from retention_helpers.publishing.execution import Progress
from retention_helpers.publishing.front import LeftOut, Restatement
from retention_helpers.publishing.month import publish_month, steps_of
from retention_helpers.publishing.notebook import asked
from retention_helpers.publishing.pin import Pin
from retention_helpers.publishing.plan import Step
from retention_helpers.publishing.request import Data, Edition, MonthRequest, MonthResult, Notebook
from retention_helpers.publishing.versions import Place
from retention_helpers.publishing.workers import Crew
from retention_helpers.report import mark_told
from retention_helpers.words import Words

from .current_facts import facts_and_periods, look_for_damage
from .lock import lock
from .notebooks import find_notebooks, missing_tables, share_out
from .places import absolute_places
from .run_request import RunRequest, Say
from .settings import settings_of
from .writable import check_writable

OWN = ("profile", "period", "locale", "allow_incomplete")


def run_months(
    request: RunRequest,
    say: Say,
    progress: Progress | None = None,
    ended: Callable[[MonthResult], None] | None = None,
) -> list[MonthResult]:
    """Publish the months of one profile, each whole or not at all; what is unchanged is kept as it is.

    ``say`` gets a line per step, ``progress`` the month before the notebook's name, ``ended`` each month that is
    published, at once: a later one may fail. Raises the errors of `retention_helpers.errors`; after all but a failed
    notebook nothing has changed on disk. When a month fails the others are still tried.
    """
    with _prepared(request, say) as months:
        profile = load_profile(request.profile)
        mark_told(profile)
        results: list[MonthResult] = []
        failed = []
        for month in months:
            try:
                results.append(publish_month(month, _of_month(progress, month.place.period)))
            except NotebookError as error:
                failed.append(str(error))
                continue
            if ended is not None:
                ended(results[-1])
        if failed or any(result.failed for result in results):
            look_for_damage(profile, say)
        if failed:
            raise NotebookError("\n".join(failed))
        return results


def _of_month(progress: Progress | None, period: str) -> Progress | None:
    if progress is None:
        return None
    return lambda notebook, cell, cells: progress(f"{period} {notebook}", cell, cells)


def plan_months(request: RunRequest, say: Say) -> list[tuple[str, Step]]:
    """What `run_months` would do: (period, step) of every notebook. Facts are built where the source has changed."""
    with _prepared(request, say) as months:
        return [(month.place.period, step) for month in months for step in steps_of(month)]


@contextmanager
def _prepared(request: RunRequest, say: Say) -> Iterator[list[MonthRequest]]:
    """The months to publish, under the profile's lock."""
    profile = load_profile(request.profile)
    Words(request.locale or profile.locale, profile.currency)  # raises for a language that there is not
    notebooks = find_notebooks(request.notebooks, request.folder)
    _check_parameters(request, notebooks)
    check_writable(request.reports)
    # Held before the facts are touched: a run that finds another one at work must leave the cache as it is, too.
    with absolute_places(profile), lock(request.reports / profile.name), Crew(request.team) as crew:
        facts, periods = facts_and_periods(profile, request, say)
        with hold(facts.path):
            months = [_month(request, profile, notebooks, facts, period) for period in periods]
            facts.close()
            # A process of its own, and a warm one to split it from, are worth their start from the second kernel on.
            kernels = sum(len(month.notebooks) * len(month.editions) for month in months)
            yield [replace(month, crew=crew) for month in months] if kernels > 1 else months


def _month(
    request: RunRequest, profile: Profile, notebooks: Sequence[Path], facts: Facts, period: Period
) -> MonthRequest:
    parameters = _parameters(request, notebooks, period.label)
    absent = {path: missing_tables(path, profile) for path in notebooks}
    default, *further = [_edition(locale, profile, absent) for locale in _locales(request, profile)]
    return MonthRequest(
        place=Place(request.reports, profile.name, period.label, request.now.strftime("%Y%m%dT%H%M%S%f")),
        notebooks=[Notebook(path, parameters[path.stem]) for path in notebooks if not absent[path]],
        data=_data(facts, period),
        words=default.words,
        now=request.now,
        company=profile.title,
        order=[path.stem for path in find_notebooks(folder=request.folder)],
        left_out=default.left_out,
        further=further,
        settings=settings_of(profile),
        force=request.force,
        allow_partial=request.allow_partial,
        pin=Pin.of(facts.path),
    )


def _locales(request: RunRequest, profile: Profile) -> list[str]:
    """The languages of a run: the default one, by the call or the profile, then the profile's further ones."""
    return list(dict.fromkeys((request.locale or profile.locale, *profile.locales)))


def _edition(locale: str, profile: Profile, absent: Mapping[Path, Sequence[str]]) -> Edition:
    words = Words(locale, profile.currency)
    return Edition(words, [_left_out(path, tables, words) for path, tables in absent.items() if tables])


def _check_parameters(request: RunRequest, notebooks: Sequence[Path]) -> None:
    own = [name for name in request.parameters if name in OWN]
    if own:
        raise ParameterError(f"{own[0]} is an option of the command: use --{own[0].replace('_', '-')}.")
    for label in (*request.periods, *filter(None, (request.first, request.last))):
        Period.parse(label)
    _parameters(request, notebooks, "")


def _parameters(request: RunRequest, notebooks: Sequence[Path], period: str) -> dict[str, dict]:
    # A kernel starts in the notebooks' folder, so a profile's path must not depend on ours.
    is_path = "/" in request.profile or request.profile.endswith((".yaml", ".yml"))
    common = {
        "profile": str(Path(request.profile).resolve()) if is_path else request.profile,
        "period": period,
        "locale": request.locale,
        "allow_incomplete": request.allow_incomplete,
    }
    return share_out(notebooks, common, request.parameters)


def _data(facts: Facts, period: Period) -> Data:
    partitions = facts.partitions(as_of=period.as_of)
    return Data(
        as_of=period.as_of,
        data_through=facts.data_through,
        is_complete=facts.is_complete(period),
        fingerprints={Period(row.month).label: row.fingerprint for row in partitions.itertuples()},
        row_counts={Period(row.month).label: int(row.rows) for row in partitions.itertuples()},
        others=facts.fingerprints(as_of=period.as_of),
        restatements=[_restatement(row) for row in facts.frame("restatements", as_of=period.as_of).itertuples()],
    )


def _restatement(row: Any) -> Restatement:
    is_known = not pd.isna(row.customers)
    return Restatement(
        month=Period(row.month).label,
        noticed_at=row.noticed_at.isoformat(timespec="seconds"),
        customers=int(row.customers) if is_known else None,
        amount_before=row.amount_before_cents / 100 if is_known else None,
        amount_after=row.amount_after_cents / 100 if is_known else None,
    )


def _left_out(notebook: Path, tables: Sequence[str], words: Words) -> LeftOut:
    sentence = words.say("Left out: this company gives no table {tables}.", tables=", ".join(tables))
    return LeftOut(notebook.stem, sentence, asked(notebook, words))
