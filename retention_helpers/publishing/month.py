"""Publishing one month of one profile: run, judge, render, inspect, and swap it in whole, or leave it as it was."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from retention_helpers.errors import CallError, NotebookError

from . import failures, parts, versions
from .execution import CellError, Progress, Run
from .month_files import Made, write_month_files
from .notebook import read
from .parameters import check_parameters
from .plan import Step, executed_in, is_as_published, plan_month, rendered_anew
from .request import Edition, MonthRequest, MonthResult
from .timings import seconds_before
from .versions import Place
from .workers import Ended, run_in_turn


def publish_month(request: MonthRequest, progress: Progress | None = None) -> MonthResult:
    """Publish one month whole.

    Everything that can be refused is refused before a kernel starts: parameters and names (`CallError`), a folder that
    cannot be written (`MachineError`). When a notebook fails, the others are still tried, so that one run names all
    faults; then the month stays as it was and `NotebookError` is raised. With ``allow_partial`` the month is published
    and says what failed. Where the facts went under the notebooks, `MachineError` is raised and nothing is published.
    Call it under the profile's lock.
    """
    place = request.place
    values = _checked(request)
    steps = plan_month(request, values)
    if is_as_published(request, steps):
        if gone := _gone(request):
            failures.forget(place, gone)
            failures.write_history(place, request.company, request.words)
        return MonthResult(place.published, (), tuple(values), (), is_unchanged=True)
    with versions.staging(place) as staged:
        made: dict[str, Made] = {}
        faults: dict[str, CellError] = {}
        for step, ended in _ended(request, values, steps, staged, progress):
            start = time.perf_counter()
            run, fault = _settled(request, step.notebook, ended, staged)
            if fault is not None:
                parts.discard(request, staged, step.notebook)
                failures.keep(place, fault, run.parameters, request.now)
                faults[step.notebook] = fault
                continue
            spent = sum(outcome.seconds for _, outcome in ended) + time.perf_counter() - start
            made[step.notebook] = Made(step, values[step.notebook], round(spent, 3))
        failed = tuple(name for name in values if name in faults)
        if failed and not (request.allow_partial and len(failed) < len(values)):
            failures.write_history(place, request.company, request.words)
            raise NotebookError(_told([faults[name] for name in failed], place))
        carried = _carry_over(request, staged, {*made, *failed})
        write_month_files(request, staged, failed, made)
        if request.pin is not None:
            request.pin.check()
        versions.publish(place)
    done = tuple(name for name in values if name in made)
    failures.forget(place, (*done, *_gone(request)))
    failures.write_history(place, request.company, request.words)
    return MonthResult(place.published, done, carried, failed)


def steps_of(request: MonthRequest) -> list[Step]:
    """What `publish_month` would do with each notebook; raises the same errors for what it would refuse."""
    return plan_month(request, _checked(request))


# What each language of a notebook came to, the default one first.
Editions = list[tuple[Run, Ended]]


def _ended(
    request: MonthRequest, values: Mapping[str, Mapping], steps: Sequence[Step], staged: Path, progress: Progress | None
) -> Iterator[tuple[Step, Editions]]:
    """Every notebook that is not kept, once all its languages have come to an end; first those that need no kernel."""
    runs = {
        step.notebook: [
            parts.run_of(request.notebook(step.notebook), values[step.notebook], (request, edition), staged)
            for edition in request.editions
        ]
        for step in steps
    }
    for step in steps:
        if step.action == "render":
            yield step, _rendered(request, runs[step.notebook], staged)
    asked = [step for step in _longest_first(request, steps) if step.action == "run"]
    tellers = [_named(progress, request, edition) for edition in request.editions]
    jobs = [job for step in asked for job in zip(runs[step.notebook], tellers, strict=True)]
    ended: dict[int, Ended] = {}
    for number, outcome in run_in_turn(jobs) if request.crew is None else request.crew.run_all(jobs):
        ended[number] = outcome
        first = number - number % len(tellers)
        mine = range(first, first + len(tellers))
        if ended.keys() >= set(mine):
            yield asked[first // len(tellers)], [(jobs[place][0], ended[place]) for place in mine]


def _rendered(request: MonthRequest, runs: Sequence[Run], staged: Path) -> Editions:
    """The last version's executed forms between the texts of now, with its tables and lists."""
    made = []
    for edition, run in zip(request.editions, runs, strict=True):
        folder = request.folder(edition, request.place.published)
        parts.bring_back(request, edition, run)
        made.append((run, Ended(rendered_anew(executed_in(folder, run.notebook.stem), read(run.notebook)), 0.0)))
    return made


def _longest_first(request: MonthRequest, steps: Sequence[Step]) -> list[Step]:
    """So that at the end nobody waits for one that began last; as long as they took in the last month published."""
    if request.crew is None:
        return list(steps)
    took = seconds_before(request.place.profile_folder)
    return sorted(steps, key=lambda step: -took.get(step.notebook, inf))


def _named(progress: Progress | None, request: MonthRequest, edition: Edition) -> Progress | None:
    locale = edition.words.locale
    if progress is None or locale == request.words.locale:
        return progress
    return lambda notebook, cell, cells: progress(f"{notebook} ({locale})", cell, cells)


def _settled(request: MonthRequest, name: str, ended: Editions, staged: Path) -> tuple[Run, CellError | None]:
    """Make a notebook part of the month; the first language in which anything is wrong with it, and what."""
    notebook = request.notebook(name)
    for edition, (run, end) in zip(request.editions, ended, strict=True):
        if isinstance(end.outcome, CellError):
            return run, end.outcome
        try:
            parts.settle(notebook, run, end.outcome, (request, edition), staged)
        except CellError as fault:
            return run, fault
    return run, None


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


def _carry_over(request: MonthRequest, staged: Path, done: Collection[str]) -> tuple[str, ...]:
    """Copy what the period's last version holds of notebooks that this run did not make."""
    last = request.place.published
    gone = {*done, *(item.notebook for item in request.left_out)}
    if _locales(failures.manifest_of(last), request) != request.locales:
        return ()
    names = [path.stem for path in sorted((last / "executed").glob("*.ipynb")) if path.stem not in gone]
    for name in names:
        parts.carry(request, last, staged, name)
    return tuple(names)


def _gone(request: MonthRequest) -> list[str]:
    """Those that failed and are left out by now, or no notebook any more: no success will ever answer them."""
    failed, left_out = failures.failed_in(request.place), {item.notebook for item in request.left_out}
    # Without an order nobody has said which notebooks there are.
    return [name for name in failed if name in left_out or (request.order and name not in request.order)]


def _told(faults: Sequence[CellError], place: Place) -> str:
    lines = "\n".join(f"  {fault}" for fault in faults)
    kept = place.reports / "_failed" / place.profile / place.period
    return (
        f"{place.period}: {len(faults)} of its notebooks failed, so the month stays as it was.\n{lines}\n"
        f"The executed notebooks are in {kept}."
    )
