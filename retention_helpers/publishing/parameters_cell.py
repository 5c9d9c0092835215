"""The cell tagged `parameters`, read without running it: what a notebook says that it takes."""

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

import nbformat

from retention_helpers.errors import ParameterError

from .notebook import read, tags

Value = str | int | float | bool | None


@dataclass(frozen=True)
class CellParameter:
    """One line of a `parameters` cell: ``name: type = default  # comment``."""

    name: str
    type: str
    default: Value
    comment: str


def parameters_cell(notebook: Path) -> tuple[CellParameter, ...]:
    """The lines of the cell tagged `parameters`, without running it; raises `ParameterError` for any other code."""
    cells = [cell for cell in read(notebook).cells if "parameters" in tags(cell)]
    if len(cells) != 1:
        raise ParameterError(
            f'{notebook.name}: {len(cells)} cells are tagged "parameters". Tag exactly one; '
            'it holds lines like `period: str = ""  # month to report, YYYY-MM`.'
        )
    return _read_cell(notebook.name, cells[0])


def _read_cell(name: str, cell: nbformat.NotebookNode) -> tuple[CellParameter, ...]:
    try:
        body = ast.parse(cell.source).body
    except SyntaxError as error:
        raise ParameterError(f"{name}: its parameters cell is no Python ({error.msg}, line {error.lineno}).") from error
    comments = _comments(cell.source)
    found = []
    for line in body:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None):
            raise ParameterError(
                f"{name}: line {line.lineno} of its parameters cell (`{ast.unparse(line)}`) is not of the form "
                "`name: type = default  # comment`."
            )
        found.append(
            CellParameter(
                name=line.target.id,
                type=ast.unparse(line.annotation),
                default=_literal(name, line),
                comment=comments.get(line.end_lineno or line.lineno, ""),
            )
        )
    return tuple(found)


def _literal(name: str, line: ast.AnnAssign) -> Value:
    try:
        value = ast.literal_eval(line.value)
    except ValueError:
        value = ...
    if type(value) not in (str, int, float, bool, type(None)):
        raise ParameterError(
            f"{name}: the default in `{ast.unparse(line)}` is not a plain text, number, True, False or None."
        )
    return value


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
