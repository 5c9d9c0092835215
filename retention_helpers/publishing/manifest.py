"""The files that machines read: headline.json (what mail and index say), manifest.json (how the month was made)."""

import hashlib
import json
import math
import platform
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nbformat

from .notebook import code_cells, tags
from .style import TEMPLATES

PACKAGE = Path(__file__).resolve().parents[1]
# All that requirements-render.txt names: each can change a number, a word or a picture.
_LIBRARIES = (
    "babel",
    "brotli",
    "css-inline",
    "duckdb",
    "fontpkg-inter",
    "fonttools",
    "great-tables",
    "ipykernel",
    "ipython",
    "jinja2",
    "jupyter-client",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "nh3",
    "numpy",
    "openpyxl",
    "pandas",
    "papermill",
    "pillow",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "rich",
    "scikit-learn",
    "scipy",
    "seaborn",
    "setuptools",
    "traitlets",
)
_ABOUT = ("notebook", "title", "purpose", "data_through", "is_complete", "figures", "tables")


def as_json(content: Mapping[str, Any]) -> str:
    """Sorted keys, two spaces, a newline at the end; a missing number is null.

    >>> as_json({"b": float("nan"), "a": 1})
    '{\\n  "a": 1,\\n  "b": null\\n}\\n'
    """
    return json.dumps(_finite(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def headline(month: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the month says, from the records of its notebooks: each thing said with the notebook it comes from."""
    records = list(records)
    said = {
        kind: [{**item, "notebook": record["notebook"]} for record in records for item in record.get(kind, ())]
        for kind in ("findings", "kpis", "alerts", "actions")
    }
    watch = next(({**record["watch"], "notebook": record["notebook"]} for record in records if record.get("watch")), {})
    about = [{key: record.get(key) for key in _ABOUT} for record in records]
    lists = [{"audiences": record.get("audiences", [])} for record in records]
    return {**month, "notebooks": [a | b for a, b in zip(about, lists, strict=True)], "watch": watch, **said}


def alerts_file(said: Mapping[str, Any]) -> dict[str, Any]:
    """What alerts.json holds, of a month's headline.json: for whatever program wants to know what is up."""
    about = ("profile", "company", "period", "locale", "currency", "as_of", "data_through", "is_complete")
    return {key: said[key] for key in about} | {"watch": said["watch"], "alerts": said["alerts"]}


def without_files(manifest: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """The manifest of a month from which files were taken on purpose: each notebook names its own as ``pruned``.

    >>> without_files({"notebooks": {"risk": {"files": {"risk.html": "a", "tables/b.csv": "c"}}}}, {"tables/b.csv"})
    {'notebooks': {'risk': {'files': {'risk.html': 'a'}, 'pruned': ['tables/b.csv']}}}
    """
    return {**manifest, "notebooks": {name: _without(made, gone) for name, made in manifest["notebooks"].items()}}


def _without(made: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    files = made.get("files", {})
    pruned = {*made.get("pruned", ()), *(name for name in files if name in gone)}
    left = {name: digest for name, digest in files.items() if name not in gone}
    return {**made, "files": left, "pruned": sorted(pruned)} if pruned else dict(made)


def code_hashes(nodes: Mapping[str, nbformat.NotebookNode]) -> dict[str, Any]:
    """Fingerprints of all that decides how a page comes out, data and libraries aside."""
    return {
        "notebooks": {name: notebook_hash(node) for name, node in nodes.items()},
        "helpers": _tree_hash(PACKAGE, (".py", ".sql")),
        "templates": _tree_hash(TEMPLATES, (".j2", ".css", ".json")),
    }


def notebook_hash(node: nbformat.NotebookNode) -> str:
    """The fingerprint of a notebook's code: its text may change without it."""
    sources = [cell.source for cell in code_cells(node) if "injected-parameters" not in tags(cell)]
    return hashlib.sha256("\x00".join(sources).encode()).hexdigest()


def library_versions() -> dict[str, str]:
    """What was installed, of what can change a number or a picture; Python too."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _tree_hash(folder: Path, endings: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in endings and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\x00" + path.read_bytes() + b"\x00")
    return digest.hexdigest()


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
