"""Publishing one month of one profile: run, judge, render, inspect, and swap it in whole, or leave it as it was."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from retention_helpers.errors import CallError, NotebookError

from . import failures, versions
from .execution import CellError, Progress, Run, execute
from .index import Front, month_index
from .inspection import problems_of
from .manifest import as_json, code_hashes, headline, library_versions
from .notebook import clean, read, record_of, write
from .page import render
from .parameters import check_parameters
from .request import MonthRequest, MonthResult, Notebook
from .versions import Place


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
        seconds, faults = {}, []
        for notebook in request.notebooks:
            start = time.perf_counter()
            try:
                _make(notebook, values[notebook.name], request, staged, progress)
            except CellError as fault:
                _discard(staged, fault.notebook)
                failures.keep(request.place, fault, values[notebook.name], request.now)
                faults.append(fault)
            seconds[notebook.name] = round(time.perf_counter() - start, 3)
        done = tuple(name for name in values if name not in {fault.notebook for fault in faults})
        if faults and not (request.allow_partial and done):
            failures.write_history(place, request.company, request.words)
            raise NotebookError(_told(faults, place))
        carried = _carry_over(request, staged, done)
        failed = tuple(fault.notebook for fault in faults)
        _finish(request, staged, failed, {name: (values[name], seconds[name]) for name in done})
        versions.publish(place)
    failures.forget(place, done)
    failures.write_history(place, request.company, request.words)
    return MonthResult(place.published, done, carried, failed)


def _checked(request: MonthRequest) -> dict[str, dict[str, object]]:
    """The full parameters of every notebook by name."""
    values: dict[str, dict[str, object]] = {}
    for notebook in request.notebooks:
        if versions.check_name(notebook.name) in ("index", *values):
            raise CallError(f'"{notebook.name}" cannot be the name of two pages of one month.')
        values[notebook.name] = check_parameters(notebook.path, notebook.parameters).model_dump()
    if not values:
        raise CallError(f"{request.place.period}: there is no notebook to run.")
    return values


def _make(
    notebook: Notebook, values: Mapping[str, object], request: MonthRequest, staged: Path, progress: Progress | None
) -> None:
    """Execute one notebook and put its page, tables and executed form into the staged folder."""
    run = Run(notebook.path, values, staged / "tables" / notebook.name, request.cell_seconds)
    node = clean(execute(run, progress), _places(notebook, staged))
    record = record_of(node) or {}
    page = render(node, request.frame, record)
    problems = problems_of(page, record["figures"])
    if problems:
        raise CellError(notebook.name, None, f"its page was not accepted: {'; '.join(problems)}.", node)
    (staged / "executed").mkdir(exist_ok=True)
    write(node, staged / "executed" / f"{notebook.name}.ipynb")
    (staged / f"{notebook.name}.html").write_text(page, encoding="utf-8")


def _places(notebook: Notebook, staged: Path) -> dict[str, str]:
    folder = notebook.path.resolve().parent
    return {str(staged.resolve()): "reports", str(folder): folder.name, str(folder.parent): ".", str(Path.home()): "~"}


def _discard(staged: Path, name: str) -> None:
    versions.remove(staged / "tables" / name)
    versions.remove(staged / "executed" / f"{name}.ipynb")
    versions.remove(staged / f"{name}.html")


def _carry_over(request: MonthRequest, staged: Path, done: Sequence[str]) -> tuple[str, ...]:
    """Copy what the period's last version holds of notebooks that this run did not make."""
    last = request.place.published
    gone = {*done, *(item.notebook for item in request.left_out)}
    names = [path.stem for path in sorted((last / "executed").glob("*.ipynb")) if path.stem not in gone]
    for name in names:
        for part in (f"{name}.html", f"executed/{name}.ipynb", f"tables/{name}"):
            versions.copy(last / part, staged / part)
    return tuple(names)


def _finish(
    request: MonthRequest, staged: Path, failed: tuple[str, ...], runs: Mapping[str, tuple[Mapping, float]]
) -> None:
    """Write the front page, headline.json and manifest.json over all notebooks of the version."""
    nodes = {path.stem: read(path) for path in sorted((staged / "executed").glob("*.ipynb"))}
    records = [record_of(nodes[name]) or {} for name in sorted(nodes, key=_rank(request))]
    front = Front(request.left_out, request.data.restatements, failed)
    said = headline(_about(request, records), records)
    page = month_index(said, request.frame, front)
    problems = problems_of(page)
    if problems:
        raise NotebookError(f"index: its page was not accepted: {'; '.join(problems)}.")
    (staged / "index.html").write_text(page, encoding="utf-8")
    (staged / "headline.json").write_text(as_json(said), encoding="utf-8")
    (staged / "manifest.json").write_text(as_json(_manifest(request, nodes, failed, runs)), encoding="utf-8")


def _rank(request: MonthRequest) -> Any:
    order = list(dict.fromkeys((*request.order, *(notebook.name for notebook in request.notebooks))))
    return lambda name: (order.index(name) if name in order else len(order), name)


def _about(request: MonthRequest, records: Sequence[Mapping]) -> dict[str, Any]:
    return {
        "profile": request.place.profile,
        "company": request.frame.company,
        "period": request.place.period,
        "locale": request.words.locale,
        "currency": request.words.currency,
        "as_of": request.data.as_of.isoformat(),
        "data_through": request.frame.data_through.isoformat(),
        "is_complete": request.data.is_complete,
        "left_out": [asdict(item) for item in request.left_out],
        "restatements": [asdict(item) for item in request.data.restatements],
    }


def _manifest(
    request: MonthRequest,
    nodes: Mapping[str, nbformat.NotebookNode],
    failed: tuple[str, ...],
    runs: Mapping[str, tuple[Mapping, float]],
) -> dict[str, Any]:
    data, place = request.data, request.place
    before = failures.manifest_of(place.published).get("notebooks", {})
    now = {
        name: {
            "run_id": place.run_id,
            "published_at": request.now.isoformat(timespec="seconds"),
            "parameters": values,
            "data_through": data.data_through.isoformat(),
            "seconds": seconds,
        }
        for name, (values, seconds) in runs.items()
    }
    return {
        "profile": place.profile,
        "period": place.period,
        "run_id": place.run_id,
        "published_at": request.now.isoformat(timespec="seconds"),
        "as_of": data.as_of.isoformat(),
        "data_through": data.data_through.isoformat(),
        "is_complete": data.is_complete,
        "fingerprints": dict(data.fingerprints),
        "row_counts": dict(data.row_counts),
        "notebooks": {name: now.get(name) or before.get(name, {}) for name in nodes},
        "failed": list(failed),
        "code": code_hashes(nodes),
        "versions": library_versions(),
    }


def _told(faults: Sequence[CellError], place: Place) -> str:
    lines = "\n".join(f"  {fault}" for fault in faults)
    kept = place.reports / "_failed" / place.profile / place.period
    return (
        f"{place.period}: {len(faults)} of its notebooks failed, so the month stays as it was.\n{lines}\n"
        f"The executed notebooks are in {kept}."
    )
