"""Publishing one month of one profile: run, judge, render, inspect, and swap it in whole, or leave it as it was."""

import time
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from retention_helpers.errors import CallError, NotebookError

from . import failures, parts, versions
from .execution import CellError, Progress, Run
from .month_files import write_month_files
from .parameters import check_parameters
from .request import Edition, MonthRequest, MonthResult, Notebook
from .versions import Place
from .workers import Ended, run_all


def publish_month(request: MonthRequest, progress: Progress | None = None) -> MonthResult:
    """Publish one month whole.

    Everything that can be refused is refused before a kernel starts: parameters and names (`CallError`), a folder that
    cannot be written (`MachineError`). When a notebook fails, the others are still tried, so that one run names all
    faults; then the month stays as it was and `NotebookError` is raised. With ``allow_partial`` the month is published
    and says what failed. Call it under the profile's lock.
    """
    place = request.place
    values = _checked(request)
    with versions.staging(place) as staged:
        seconds: dict[str, float] = {}
        faults: dict[str, CellError] = {}
        for notebook, ended in _all_editions(request, values, staged, progress):
            start = time.perf_counter()
            for edition, (run, outcome) in zip(request.editions, ended, strict=True):
                fault = _settled(notebook, run, outcome, (request, edition), staged)
                if fault is not None:
                    parts.discard(request, staged, notebook.name)
                    failures.keep(place, fault, run.parameters, request.now)
                    faults[notebook.name] = fault
                    break
            spent = sum(outcome.seconds for _, outcome in ended) + time.perf_counter() - start
            seconds[notebook.name] = round(spent, 3)
        done = tuple(name for name in values if name not in faults)
        failed = tuple(name for name in values if name in faults)
        if failed and not (request.allow_partial and done):
            failures.write_history(place, request.company, request.words)
            raise NotebookError(_told([faults[name] for name in failed], place))
        carried = _carry_over(request, staged, done)
        write_month_files(request, staged, failed, {name: (values[name], seconds[name]) for name in done})
        versions.publish(place)
    failures.forget(place, done)
    failures.write_history(place, request.company, request.words)
    return MonthResult(place.published, done, carried, failed)


def _all_editions(
    request: MonthRequest, values: Mapping[str, Mapping], staged: Path, progress: Progress | None
) -> Iterator[tuple[Notebook, list[tuple[Run, Ended]]]]:
    """Run every notebook in every language; gives a notebook once all its languages have come to an end."""
    asked = [(notebook, edition) for notebook in _longest_first(request) for edition in request.editions]
    runs = [parts.run_of(notebook, values[notebook.name], (request, edition), staged) for notebook, edition in asked]
    jobs = [(run, _named(progress, request, edition)) for run, (_, edition) in zip(runs, asked, strict=True)]
    ended: dict[int, Ended] = {}
    for number, outcome in run_all(jobs, request.team):
        ended[number] = outcome
        notebook = asked[number][0]
        mine = [place for place, (other, _) in enumerate(asked) if other is notebook]
        if ended.keys() >= set(mine):
            yield notebook, [(runs[place], ended[place]) for place in mine]


def _longest_first(request: MonthRequest) -> list[Notebook]:
    """So that at the end nobody waits for one that began last; as long as they took in the last month published."""
    if not request.team.workers:
        return list(request.notebooks)
    place = request.place
    with versions.machine_errors(place.reports):
        months = versions.periods_in(place.profile_folder)
        last = failures.manifest_of(place.profile_folder / months[-1]) if months else {}
    took = {name: item.get("seconds", inf) for name, item in last.get("notebooks", {}).items()}
    return sorted(request.notebooks, key=lambda notebook: -took.get(notebook.name, inf))


def _named(progress: Progress | None, request: MonthRequest, edition: Edition) -> Progress | None:
    locale = edition.words.locale
    if progress is None or locale == request.words.locale:
        return progress
    return lambda notebook, cell, cells: progress(f"{notebook} ({locale})", cell, cells)


def _settled(
    notebook: Notebook, run: Run, ended: Ended, wanted: tuple[MonthRequest, Edition], staged: Path
) -> CellError | None:
    """What is wrong with a notebook in one language; nothing where it is now part of the month."""
    if isinstance(ended.outcome, CellError):
        return ended.outcome
    try:
        parts.settle(notebook, run, ended.outcome, wanted, staged)
    except CellError as fault:
        return fault
    return None


def _checked(request: MonthRequest) -> dict[str, dict[str, object]]:
    """The full parameters of every notebook by name."""
    values: dict[str, dict[str, object]] = {}
    for notebook in request.notebooks:
        if versions.check_name(notebook.name) in ("index", *values):
            raise CallError(f'"{notebook.name}" cannot be the name of two pages of one month.')
        values[notebook.name] = check_parameters(notebook.path, notebook.parameters).model_dump()
    if not values:
        raise CallError(f"{request.place.period}: there is no notebook to run.")
    _check_languages(request, values)
    return values


def _check_languages(request: MonthRequest, values: Mapping[str, object]) -> None:
    """Refuse a run whose carried notebooks would be in other languages than its own."""
    with versions.machine_errors(request.place.reports):
        last = failures.manifest_of(request.place.published)
    kept = set(last.get("notebooks", ())) & set(request.order or last.get("notebooks", ()))
    carried = sorted(kept - set(values) - {item.notebook for item in request.left_out})
    if carried and _locales(last, request) != request.locales:
        raise CallError(
            f"{request.place.period} is published in {', '.join(_locales(last, request))}, this run would be in "
            f"{', '.join(request.locales)}, and {', '.join(carried)} could not be carried over. Run all notebooks."
        )


def _locales(manifest: Mapping[str, Any], request: MonthRequest) -> list[str]:
    """The languages of a published month, the default one first."""
    return manifest.get("locales") or request.locales


def _carry_over(request: MonthRequest, staged: Path, done: Sequence[str]) -> tuple[str, ...]:
    """Copy what the period's last version holds of notebooks that this run did not make."""
    last = request.place.published
    gone = {*done, *(item.notebook for item in request.left_out)}
    if _locales(failures.manifest_of(last), request) != request.locales:
        return ()
    names = [path.stem for path in sorted((last / "executed").glob("*.ipynb")) if path.stem not in gone]
    for name in names:
        parts.carry(request, last, staged, name)
    return tuple(names)


def _told(faults: Sequence[CellError], place: Place) -> str:
    lines = "\n".join(f"  {fault}" for fault in faults)
    kept = place.reports / "_failed" / place.profile / place.period
    return (
        f"{place.period}: {len(faults)} of its notebooks failed, so the month stays as it was.\n{lines}\n"
        f"The executed notebooks are in {kept}."
    )
