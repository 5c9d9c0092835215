"""Of what a page is made: fingerprints by part, so that a later run can say what has changed, or that nothing has."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from .manifest import PACKAGE, library_versions, notebook_hash
from .notebook import read

# Parts that decide what a notebook computes; when one has changed it must run.
COMPUTED = ("code", "parameters", "data", "settings", "helpers", "libraries")
# Parts that decide how its page reads; when only these have changed, the page is rendered from what was executed.
RENDERED = ("text", "template")

# A kernel never imports the wing that runs it, nor what stands above both.
_NOT_IN_KERNELS = ("publishing", "pipeline", "sample", "cli.py", "__main__.py", "__pycache__")


def fingerprints(notebook: Path, values: Mapping[str, object], data: str, settings: str) -> dict[str, str]:
    """The fingerprint of each part: the names of `COMPUTED` and `RENDERED` -> 16 hex digits.

    ``data`` and ``settings`` are the caller's own fingerprints: of the rows up to the period, of profile and params.
    """
    node = read(notebook)
    return {
        "code": notebook_hash(node)[:16],
        "parameters": digest(values),
        "data": data,
        "settings": settings,
        "helpers": helpers(),
        "libraries": digest(library_versions()),
        "text": digest(_texts(node)),
        "template": template(),
    }


def digest(content: Any) -> str:
    """16 hex digits of anything that can be written as JSON.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts whose fingerprints differ."""
    return [part for part in (*COMPUTED, *RENDERED) if before.get(part) != now[part]]


def file_digest(path: Path) -> str:
    """The fingerprint of one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


@cache
def helpers() -> str:
    """The fingerprint of all that a kernel can import of this package, catalogues of words included."""
    return _files(path for path in PACKAGE.rglob("*") if not _is_below(path, _NOT_IN_KERNELS))


@cache
def template() -> str:
    """The fingerprint of all that turns an executed notebook into a page."""
    return _files((PACKAGE / "publishing").rglob("*"))


def _is_below(path: Path, names: Iterable[str]) -> bool:
    parts = path.relative_to(PACKAGE).parts
    return any(name in parts for name in names)


def _files(paths: Iterable[Path]) -> str:
    found = sorted(path for path in paths if path.is_file() and path.suffix != ".pyc")
    return digest([[path.relative_to(PACKAGE).as_posix(), file_digest(path)] for path in found])


def _texts(node: nbformat.NotebookNode) -> list[list[str]]:
    """Every cell by its kind: text that moves between code cells is another text."""
    return [[cell.cell_type, cell.source if cell.cell_type == "markdown" else ""] for cell in node.cells]
