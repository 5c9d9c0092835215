"""Publishing one month of one profile: run, judge, render, inspect, and swap it in whole, or leave it as it was."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from retention_helpers.errors import CallError, NotebookError

from . import audiences, failures, versions
from .drawings import drawings_of
from .execution import CellError, Progress, Run, execute
from .front import Front
from .index import month_index
from .inspection import problems_of
from .manifest import alerts_file, as_json, code_hashes, headline, library_versions
from .notebook import asked, clean, read, record_of, translated, write
from .page import render
from .parameters import check_parameters
from .request import Edition, MonthRequest, MonthResult, Notebook
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
                for edition in request.editions:
                    given = _of(edition, values[notebook.name], request)
                    _make(notebook, given, (request, edition), staged, progress)
            except CellError as fault:
                _discard(request, staged, fault.notebook)
                failures.keep(place, fault, given, request.now)
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


def _of(edition: Edition, values: Mapping[str, object], request: MonthRequest) -> dict[str, object]:
    """The parameters of a run for one edition: the default one takes them as they are."""
    is_default = edition.words.locale == request.words.locale
    return dict(values) if is_default else {**values, "locale": edition.words.locale}


def _make(
    notebook: Notebook,
    values: Mapping[str, object],
    wanted: tuple[MonthRequest, Edition],
    staged: Path,
    progress: Progress | None,
) -> None:
    """Execute one notebook in one language and put its page, tables and executed form into the staged folder."""
    request, edition = wanted
    folder = request.folder(edition, staged)
    waiting = staged / audiences.WAITING / notebook.name
    run = Run(notebook.path, values, folder / "tables" / notebook.name, waiting, request.cell_seconds)
    if progress is not None and folder != staged:
        progress = partial(_named, progress, edition.words.locale)
    node = clean(execute(run, progress), _places(notebook, staged))
    record = record_of(node) or {}
    page = render(node, request.frame_of(edition), record)
    problems = problems_of(page, record["figures"])
    if problems:
        raise CellError(notebook.name, None, f"its page was not accepted: {'; '.join(problems)}.", node)
    _settle(notebook, waiting, (folder, staged), node)
    (folder / "executed").mkdir(exist_ok=True)
    write(node, folder / "executed" / f"{notebook.name}.ipynb")
    (folder / f"{notebook.name}.html").write_text(page, encoding="utf-8")
    if folder != staged and versions.is_same(run.tables, staged / "tables" / notebook.name):
        # Numbers have no language: one copy serves all.
        versions.remove(run.tables)
        versions.remove_if_empty(run.tables.parent)


def _settle(notebook: Notebook, waiting: Path, places: tuple[Path, Path], node: nbformat.NotebookNode) -> None:
    """Take a notebook's lists into the month; customers have no language, so those of the default one serve all."""
    folder, staged = places
    if folder != staged:
        audiences.discard(waiting)
        return
    try:
        audiences.accept(waiting, staged)
    except FileExistsError as taken:
        raise CellError(notebook.name, None, str(taken), node) from taken


def _named(progress: Progress, locale: str, notebook: str, cell: int, cells: int) -> None:
    progress(f"{notebook} ({locale})", cell, cells)


def _places(notebook: Notebook, staged: Path) -> dict[str, str]:
    folder = notebook.path.resolve().parent
    return {str(staged.resolve()): "reports", str(folder): folder.name, str(folder.parent): ".", str(Path.home()): "~"}


def _parts(request: MonthRequest, month: Path, name: str) -> list[Path]:
    """All that a month's folder holds of one notebook, in every language."""
    executed = month / "executed" / f"{name}.ipynb"
    lists = audiences.files_of(record_of(read(executed))) if executed.exists() else []
    pages = [
        request.folder(edition, month) / part
        for edition in request.editions
        for part in (f"{name}.html", f"executed/{name}.ipynb", f"tables/{name}")
    ]
    return [*pages, *(month / part for part in lists)]


def _discard(request: MonthRequest, staged: Path, name: str) -> None:
    for part in _parts(request, staged, name):
        versions.remove(part)
    audiences.discard(staged / audiences.WAITING / name)
    versions.remove_if_empty(staged / audiences.FOLDER)


def _carry_over(request: MonthRequest, staged: Path, done: Sequence[str]) -> tuple[str, ...]:
    """Copy what the period's last version holds of notebooks that this run did not make."""
    last = request.place.published
    gone = {*done, *(item.notebook for item in request.left_out)}
    if _locales(failures.manifest_of(last), request) != request.locales:
        return ()
    names = [path.stem for path in sorted((last / "executed").glob("*.ipynb")) if path.stem not in gone]
    for name in names:
        for part in _parts(request, last, name):
            versions.copy(part, staged / part.relative_to(last))
    return tuple(names)


def _finish(
    request: MonthRequest, staged: Path, failed: tuple[str, ...], runs: Mapping[str, tuple[Mapping, float]]
) -> None:
    """Write the front pages, headline.json and manifest.json over all notebooks of the version."""
    for edition in request.editions:
        _front(request, edition, request.folder(edition, staged), failed)
    nodes = _executed(staged)
    (staged / "manifest.json").write_text(as_json(_manifest(request, nodes, failed, runs)), encoding="utf-8")


def _executed(folder: Path) -> dict[str, nbformat.NotebookNode]:
    return {path.stem: read(path) for path in sorted((folder / "executed").glob("*.ipynb"))}


def _front(request: MonthRequest, edition: Edition, folder: Path, failed: tuple[str, ...]) -> None:
    """Write the front page and headline.json of one edition."""
    frame = request.frame_of(edition)
    nodes = {name: translated(node, edition.words) for name, node in _executed(folder).items()}
    records = [record_of(nodes[name]) or {} for name in sorted(nodes, key=_rank(request))]
    front = Front(
        left_out=edition.left_out,
        restatements=request.data.restatements,
        failed={item.name: asked(item.path, edition.words) for item in request.notebooks if item.name in failed},
        shared=[name for name in nodes if frame.is_further and not (folder / "tables" / name).is_dir()],
        drawings={name: drawings_of(node, name) for name, node in nodes.items()},
        audiences=[path.name for path in (folder / frame.above / "audiences").glob("*.csv")],
    )
    said = headline(_about(request, edition), records)
    page = month_index(said, frame, front)
    problems = problems_of(page)
    if problems:
        raise NotebookError(f"index: its page was not accepted: {'; '.join(problems)}.")
    (folder / "index.html").write_text(page, encoding="utf-8")
    (folder / "headline.json").write_text(as_json(said), encoding="utf-8")
    (folder / "alerts.json").write_text(as_json(alerts_file(said)), encoding="utf-8")


def _rank(request: MonthRequest) -> Any:
    order = list(dict.fromkeys((*request.order, *(notebook.name for notebook in request.notebooks))))
    return lambda name: (order.index(name) if name in order else len(order), name)


def _about(request: MonthRequest, edition: Edition) -> dict[str, Any]:
    frame = request.frame_of(edition)
    return {
        "profile": request.place.profile,
        "company": frame.company,
        "period": request.place.period,
        "locale": edition.words.locale,
        "currency": edition.words.currency,
        "as_of": request.data.as_of.isoformat(),
        "data_through": frame.data_through.isoformat(),
        "is_complete": request.data.is_complete,
        "left_out": [asdict(item) for item in edition.left_out],
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
        "locales": request.locales,
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
