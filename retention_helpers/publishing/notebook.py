"""An executed notebook as a document: its parts, its record, and its reproducible form."""

import copy
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

from retention_helpers.errors import CallError, NotebookError
from retention_helpers.words import Words

MIME = "application/vnd.retention-report+json"

# Cells for those who ask how it was made; a reader sees them only with the code.
TECHNICAL = frozenset({"parameters", "injected-parameters", "setup", "checks", "record"})

_VOLATILE_METADATA = ("papermill", "execution", "ExecuteTime")
_KERNEL_FILE = re.compile(r"/[^\s\"'<>]*ipykernel_\d+/\d+\.py")
_MARKS = re.compile(r"[*_`]|\[(?P<text>[^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook in ``path``; raises `CallError` when there is none and `NotebookError` when it cannot be read."""
    try:
        with warnings.catch_warnings():
            # Cells copied by hand share an id, old notebooks have none: nbformat repairs both, and says so each time.
            warnings.simplefilter("ignore", DuplicateCellId)
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError as error:
        raise CallError(f"{path.name}: there is no such notebook in {path.parent}.") from error
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path.name}: is no notebook ({type(error).__name__}).") from error


def write(node: nbformat.NotebookNode, path: Path) -> None:
    """Write the notebook; equal notebooks give equal bytes."""
    path.write_text(nbformat.writes(node) + "\n", encoding="utf-8")


def tags(cell: Mapping) -> frozenset[str]:
    return frozenset(cell.get("metadata", {}).get("tags", ()))


def code_cells(node: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code cells that have something to run, in order."""
    return [cell for cell in node.cells if cell.cell_type == "code" and cell.source.strip()]


def own_code_cells(node: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The analyst's code cells, empty ones too, without the one that papermill puts in: counted as JupyterLab does."""
    return [cell for cell in node.cells if cell.cell_type == "code" and "injected-parameters" not in tags(cell)]


def parts(node: nbformat.NotebookNode, kind: str) -> list[dict]:
    """The parts of one kind (``figure``, ``record``) that the cells displayed, in order."""
    return [part for part in _all_parts(node) if part.get("kind") == kind]


def record_of(node: nbformat.NotebookNode) -> dict | None:
    """What mail and index read of a notebook: its last record with its title and purpose, or nothing without one."""
    found = parts(node, "record")
    return {"title": title_of(node), "purpose": purpose_of(node), **found[-1]} if found else None


def title_of(node: nbformat.NotebookNode) -> str:
    """The question that the notebook asks: its first heading; nothing when it has none."""
    for cell in node.cells:
        first = cell.source.strip().split("\n")[0]
        if cell.cell_type == "markdown" and first.startswith("# "):
            return first[2:].strip()
    return ""


def purpose_of(node: nbformat.NotebookNode) -> str:
    """For whom a notebook is and what it decides: the paragraph under its first heading, without its marks."""
    for cell in node.cells:
        if cell.cell_type == "markdown" and cell.source.strip().startswith("# "):
            paragraph = cell.source.strip().partition("\n")[2].strip().split("\n\n")[0]
            return plain_markdown(" ".join(paragraph.split()))
    return ""


def asked(path: Path, words: Words) -> str:
    """The question of a notebook that has not run, in the reader's language; its name when it has none."""
    return title_of(translated(read(path), words)) or path.stem


def plain_markdown(text: str) -> str:
    """A line of Markdown as the text that it stands for.

    >>> plain_markdown("**Who** stays, [see](#x)?")
    'Who stays, see?'
    """
    return _MARKS.sub(lambda found: found["text"] or "", text).strip()


def translated(node: nbformat.NotebookNode, words: Words) -> nbformat.NotebookNode:
    """A copy with the Markdown cells in the reader's language, where the catalogue has them."""
    node = copy.deepcopy(node)
    for cell in node.cells:
        # The empty text is the catalogue's own header.
        if cell.cell_type == "markdown" and cell.source.strip():
            cell.source = words.say(cell.source.strip())
    return node


def _all_parts(node: nbformat.NotebookNode) -> Iterator[dict]:
    for cell in code_cells(node):
        for output in cell.get("outputs", ()):
            part = output.get("data", {}).get(MIME)
            if isinstance(part, dict):
                yield part


def clean(node: nbformat.NotebookNode, places: Mapping[str, str] | None = None) -> nbformat.NotebookNode:
    """A copy without what differs between two runs of the same input.

    Times, random ids, versions and addresses go; ``places`` maps absolute paths to the short names that stand for them.
    """
    node = copy.deepcopy(node)
    kernel = node.metadata.get("kernelspec", {})
    node.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "name": "python3",
                "display_name": kernel.get("display_name", "Python 3"),
                "language": "python",
            },
            "language_info": {"name": "python"},
        }
    )
    # Ids came with format 4.5; without them the writer would invent random ones.
    node.nbformat, node.nbformat_minor = 4, 5
    for number, cell in enumerate(node.cells):
        cell.id = f"cell-{number:03d}"
        for key in _VOLATILE_METADATA:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [_stable(output, places or {}) for output in _joined_streams(cell.outputs)]
            if "injected-parameters" in tags(cell):
                cell.source = _stable(cell.source, places or {})
    return node


def _joined_streams(outputs: list) -> list:
    """Text that was flushed in several pieces, as one piece: how it was cut is a matter of timing."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" == last.get("output_type") and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _stable(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        # Looked for first: in a picture's text, which is all letters and slashes, the pattern alone takes seconds.
        text = _KERNEL_FILE.sub("cell.py", value) if "ipykernel_" in value else value
        text = _ADDRESS.sub("at 0x0", text)
        # Longest first: a folder may lie in another one of the list.
        for place in sorted(places, key=len, reverse=True):
            if len(place) > 1 and place in text:
                text = re.sub(rf"(?<![\w./~-]){re.escape(place)}(?![\w.-])", places[place].replace("\\", r"\\"), text)
        return text
    if isinstance(value, list):
        return [_stable(item, places) for item in value]
    if isinstance(value, dict):
        return nbformat.from_dict({key: _stable(item, places) for key, item in value.items()})
    return value
