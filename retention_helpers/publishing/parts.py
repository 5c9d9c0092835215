"""What a month's folder holds of one notebook: its pages, its executed forms, its tables and its lists."""

from collections.abc import Mapping
from pathlib import Path

import nbformat

from . import audiences, versions
from .execution import CellError, Run
from .inspection import problems_of
from .keys import file_digest
from .notebook import clean, read, record_of, write
from .page import render
from .request import Edition, MonthRequest, Notebook


def values_of(values: Mapping[str, object], wanted: tuple[MonthRequest, Edition]) -> dict[str, object]:
    """The parameters of a run in one language; the default one takes them as they are."""
    request, edition = wanted
    is_default = edition.words.locale == request.words.locale
    return dict(values) if is_default else {**values, "locale": edition.words.locale}


def run_of(notebook: Notebook, values: Mapping[str, object], wanted: tuple[MonthRequest, Edition], staged: Path) -> Run:
    """The run that makes one notebook in one language."""
    request, edition = wanted
    tables = request.folder(edition, staged) / "tables" / notebook.name
    waiting = _waiting(staged, notebook.name, edition.words.locale)
    facts = request.pin.path if request.pin else None
    return Run(notebook.path, values_of(values, wanted), tables, waiting, request.cell_seconds, facts)


def settle(
    notebook: Notebook, run: Run, executed: nbformat.NotebookNode, wanted: tuple[MonthRequest, Edition], staged: Path
) -> None:
    """Put the page and the executed form of one notebook in one language into the staged folder, and its lists.

    The default language comes first. Raises `CellError` where the page breaks a rule or a list has another's name.
    """
    request, edition = wanted
    folder = request.folder(edition, staged)
    node = clean(executed, _places(notebook, staged))
    record = record_of(node) or {}
    page = render(node, request.frame_of(edition), record)
    problems = problems_of(page, record["figures"])
    if problems:
        raise CellError(notebook.name, None, f"its page was not accepted: {'; '.join(problems)}.", node)
    if folder == staged:
        _accept(notebook, run.lists, staged, node)
    # Customers have no language: the lists of the default one serve all.
    audiences.discard(run.lists)
    (folder / "executed").mkdir(exist_ok=True)
    write(node, folder / "executed" / f"{notebook.name}.ipynb")
    (folder / f"{notebook.name}.html").write_text(page, encoding="utf-8")
    if folder != staged and versions.is_same(run.tables, staged / "tables" / notebook.name):
        # Numbers have no language: one copy serves all.
        versions.remove(run.tables)
        versions.remove_if_empty(run.tables.parent)


def discard(request: MonthRequest, staged: Path, name: str) -> None:
    """Remove all of a notebook that failed."""
    for part in _parts(request, staged, name):
        versions.remove(part)
    for edition in request.editions:
        audiences.discard(_waiting(staged, name, edition.words.locale))
    versions.remove_if_empty(staged / audiences.FOLDER)


def carry(request: MonthRequest, last: Path, staged: Path, name: str) -> None:
    """Copy all that the last version holds of a notebook."""
    for part in _parts(request, last, name):
        versions.copy(part, staged / part.relative_to(last))


def _waiting(staged: Path, name: str, locale: str) -> Path:
    return staged / audiences.WAITING / f"{name}.{locale}"


def bring_back(request: MonthRequest, edition: Edition, run: Run) -> None:
    """Put the tables and the lists of the last version where a run would have written them."""
    last, name = request.place.published, run.notebook.stem
    tables = request.folder(edition, last) / "tables" / name
    # Of a further language there are none where they equal those of the default one.
    versions.copy(tables if tables.is_dir() else last / "tables" / name, run.tables)
    for file in audiences.files_of(record_of(read(request.folder(edition, last) / "executed" / f"{name}.ipynb"))):
        versions.copy(last / file, run.lists / Path(file).name)


def files_of(request: MonthRequest, month: Path, name: str) -> dict[str, str]:
    """Every file of one notebook in a month's folder -> its fingerprint."""
    found = [path for part in _parts(request, month, name) for path in (part, *part.rglob("*")) if path.is_file()]
    return {path.relative_to(month).as_posix(): file_digest(path) for path in sorted(found)}


def damaged(month: Path, files: Mapping[str, str]) -> list[str]:
    """Which of these files are gone or have changed since they were published."""
    return [
        name for name, digest in files.items() if not (month / name).is_file() or file_digest(month / name) != digest
    ]


def _accept(notebook: Notebook, waiting: Path, staged: Path, node: nbformat.NotebookNode) -> None:
    try:
        audiences.accept(waiting, staged)
    except FileExistsError as taken:
        raise CellError(notebook.name, None, str(taken), node) from taken


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


def _places(notebook: Notebook, staged: Path) -> dict[str, str]:
    folder = notebook.path.resolve().parent
    return {str(staged.resolve()): "reports", str(folder): folder.name, str(folder.parent): ".", str(Path.home()): "~"}
