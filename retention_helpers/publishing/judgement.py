"""Whether an executed notebook succeeded, by what is in it and beside it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from .notebook import code_cells, own_code_cells, parts, record_of

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
_RECORD_KEYS = frozenset(
    ("notebook", "title", "period", "data_through", "is_complete", "findings", "kpis", "tables", "figures")
)


@dataclass(frozen=True)
class NotebookFault:
    """Why a notebook does not count as done. ``cell`` counts code cells from 1, as in JupyterLab's brackets."""

    reason: str
    cell: int | None = None


def fault_of(node: nbformat.NotebookNode, name: str, tables: Path) -> NotebookFault | None:
    """The first fault of an executed notebook, or nothing: then it succeeded."""
    for fault in _faults(node, name, tables):
        return fault
    return None


def _faults(node: nbformat.NotebookNode, name: str, tables: Path) -> Iterator[NotebookFault]:
    yield from _error_outputs(node)
    yield from _cells_not_run(node)
    record = record_of(node)
    if record is None:
        yield NotebookFault("the record was never displayed. End the notebook with `report.record()`.")
        return
    missing = sorted(_RECORD_KEYS - record.keys())
    if missing:
        yield NotebookFault(f"its record lacks {', '.join(missing)}.")
        return
    if record["notebook"] != name:
        yield NotebookFault(f'it opens its report as "{record["notebook"]}". Call `open_report("{name}", ...)`.')
    yield from _missing_results(node, record, tables)


def _error_outputs(node: nbformat.NotebookNode) -> Iterator[NotebookFault]:
    for number, cell in _numbered(node):
        for output in cell.outputs:
            if output.output_type == "error":
                what = output.evalue or _failing_line(output.traceback)
                yield NotebookFault(told(f"{output.ename}: {what}"), number)


def _failing_line(traceback: list[str]) -> str:
    """The line that IPython marks in a traceback: a bare assert says nothing else."""
    marked = [line for line in _ANSI.sub("", "\n".join(traceback)).splitlines() if line.startswith("-")]
    return next((line.lstrip("-> 0123456789") for line in reversed(marked) if "->" in line), "")


def _cells_not_run(node: nbformat.NotebookNode) -> Iterator[NotebookFault]:
    for number, cell in _numbered(node):
        if cell.source.strip() and cell.execution_count is None:
            yield NotebookFault(f"it never ran (`{cell.source.strip().splitlines()[0][:80]}`).", number)


def _missing_results(node: nbformat.NotebookNode, record: dict, tables: Path) -> Iterator[NotebookFault]:
    for name in sorted({*tables_named(node), *record["tables"]}):
        if not (tables / f"{name}.csv").is_file():
            yield NotebookFault(f'its table "{name}" was not written.')
    for file in record.get("customer_tables", ()):
        if not (tables / file).is_file():
            yield NotebookFault(f'its table "{file}" was not written.')
    shown = {part.get("name") for part in parts(node, "figure")}
    for name in record["figures"]:
        if name not in shown:
            yield NotebookFault(f'its record names the figure "{name}", which no cell displays.')


def tables_named(node: nbformat.NotebookNode) -> list[str]:
    """The tables that the source promises: the literal names in ``report.table("name", ...)``."""
    return [name for cell in code_cells(node) for name in _table_names(cell.source)]


def _table_names(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except SyntaxError:
        # It ran, so IPython read it: some magic that plain Python does not know.
        return
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "report.table" and call.args:
            name = call.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def _numbered(node: nbformat.NotebookNode) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    yield from enumerate(own_code_cells(node), start=1)


def told(text: str, lines: int = 3) -> str:
    """The first lines of an error message, without the colours of a terminal."""
    kept = [line.rstrip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return "\n".join(kept[:lines])[:600]
