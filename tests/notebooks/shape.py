"""The form of a notebook, as a list of what departs from it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from retention_helpers.errors import RetentionError
from retention_helpers.publishing.notebook import code_cells, read, tags, title_of
from retention_helpers.publishing.parameters import check_parameters, model_of
from retention_helpers.publishing.parameters_cell import parameters_cell

MAX_CELLS, MAX_LINES = 16, 8
_FORBIDDEN = {
    "def": (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    "loop": (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    "branch": (ast.If, ast.Try, ast.With, ast.Match),
}
_PLACES = {"pathlib", "os", "glob", "shutil", "tempfile"}
_PATH = re.compile(r"^[~.]{0,2}/|^[A-Za-z]:\\|\.(csv|parquet|xlsx|yaml|json|duckdb)$")
_DATE = re.compile(r"\b(19|20)\d{2}-\d{2}(-\d{2})?\b")
_CLOCKS = {"datetime", "time", "date"}


def flaws(path: Path) -> list[str]:
    """Everything about a notebook that is not of the house's form."""
    node = read(path)
    return [*_file(node), *_order(node), *_parameters(path), *_code(node, path.stem)]


def _file(node: nbformat.NotebookNode) -> Iterator[str]:
    if node.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not python3"
    if not title_of(node).endswith("?"):
        yield "its title is no question"
    for number, cell in enumerate(node.cells, 1):
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield f"cell {number} holds outputs"
        if not cell.source.strip():
            yield f"cell {number} is empty"


def _order(node: nbformat.NotebookNode) -> Iterator[str]:
    kinds = [_kind(cell) for cell in node.cells]
    if kinds[:4] != ["title", "parameters", "setup", "in short"]:
        yield f"it begins with {', '.join(kinds[:4])}"
    if kinds[-4:] != ["section", "checks", "record", "definitions"]:
        yield f"it ends with {', '.join(kinds[-4:])}"
    if kinds[4:5] != ["code"]:
        yield "nothing is computed for In short"
    for kind in ("title", "parameters", "setup", "in short", "checks", "record", "definitions"):
        if kinds.count(kind) > 1:
            yield f"it has {kind} twice"


def _kind(cell: nbformat.NotebookNode) -> str:
    if cell.cell_type == "code":
        technical = tags(cell) & {"parameters", "setup", "checks", "record"}
        return min(technical, default="code")
    first = cell.source.partition("\n")[0]
    named = {"## In short": "in short", "## Definitions and sources": "definitions"}
    return named.get(first) or {"# ": "title", "##": "section"}.get(first[:2], "text")


def _parameters(path: Path) -> Iterator[str]:
    try:
        cell, model = parameters_cell(path), model_of(path)
        defaults = check_parameters(path, {}).model_dump()
    except RetentionError as error:
        yield str(error)
        return
    for parameter in cell:
        annotation = getattr(model.model_fields[parameter.name].annotation, "__name__", "")
        if not parameter.comment:
            yield f"parameter {parameter.name} has no comment"
        default = defaults[parameter.name]
        if (type(parameter.default), parameter.default) != (type(default), default):
            yield f"parameter {parameter.name} has another default than its model"
        if parameter.type not in (type(default).__name__, annotation):
            yield f"parameter {parameter.name} has another type than its model"


def _code(node: nbformat.NotebookNode, name: str) -> Iterator[str]:
    cells = code_cells(node)
    if len(cells) > MAX_CELLS:
        yield f"it has {len(cells)} code cells, more than {MAX_CELLS}"
    for number, cell in enumerate(cells, 1):
        lines = cell.source.strip().count("\n") + 1
        if lines > MAX_LINES:
            yield f"code cell {number} has {lines} lines, more than {MAX_LINES}"
        if "parameters" not in tags(cell):
            yield from (f"code cell {number} has a {what}" for what in _found(ast.parse(cell.source)))
        if "checks" in tags(cell):
            yield from _checks(ast.parse(cell.source))
    if [cell.source.strip() for cell in cells[-1:]] != ["report.record()"]:
        yield "its last code is not report.record()"
    opened = re.findall(r'open_report\(\s*"([^"]*)"', "\n".join(cell.source for cell in cells))
    if opened != [name]:
        yield f"it opens its report as {', '.join(opened) or 'nothing'}"


def _found(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        yield from (what for what, kinds in _FORBIDDEN.items() if isinstance(node, kinds))
        for module in _modules(node):
            yield from ["path"] * (module in _PLACES) + ["date"] * (module in _CLOCKS)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ["path"] * bool(_PATH.search(node.value)) + ["date"] * bool(_DATE.search(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open":
            yield "path"


def _modules(node: ast.AST) -> list[str]:
    """The top packages that a line imports."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return [name.partition(".")[0] for name in names]


def _checks(tree: ast.Module) -> Iterator[str]:
    if not any(isinstance(line, ast.Assert) for line in tree.body):
        yield "its checks assert nothing"
    for line in tree.body:
        if not isinstance(line, ast.Assert | ast.Assign):
            yield f"its checks do something else: {ast.unparse(line)[:60]}"
