"""A published month as the mail reads it: its headline, and the figures of its executed notebooks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from retention_helpers.errors import CallError, NotebookError, PeriodError

from ..notebook import parts, read


@dataclass(frozen=True)
class Published:
    """One month in one language. ``inside`` is its folder seen from the month's ("" or a language)."""

    folder: Path
    inside: str
    headline: dict[str, Any]
    manifest: dict[str, Any]

    @property
    def locale(self) -> str:
        return self.headline["locale"]

    @cached_property
    def notebooks(self) -> tuple[str, ...]:
        """The notebooks of the month, in the order of its front page."""
        return tuple(record["notebook"] for record in self.headline["notebooks"])

    def chosen(self, names: Sequence[str] | str) -> tuple[str, ...]:
        """Of the notebooks that a list names, those that the month has, in the list's order."""
        return self.notebooks if names == "all" else tuple(name for name in names if name in self.notebooks)

    def of(self, notebook: str, kind: str) -> list[dict[str, Any]]:
        """The ``findings``, ``kpis`` or ``actions`` of one notebook."""
        return [item for item in self.headline.get(kind, ()) if item["notebook"] == notebook]

    def figures(self, notebook: str) -> dict[str, dict[str, Any]]:
        """The figures that one notebook showed, by name, in its order."""
        return {part["name"]: part for part in parts(self.executed(notebook), "figure")}

    def executed(self, notebook: str) -> nbformat.NotebookNode:
        """One notebook as it ran, in this language."""
        return read(self.folder / "executed" / f"{notebook}.ipynb")


def concerning(items: Iterable[Mapping[str, Any]], notebooks: Sequence[str]) -> list[Mapping[str, Any]]:
    """Of alerts or actions those that come from one of these notebooks, or from none."""
    return [item for item in items if not item.get("notebook") or item["notebook"] in notebooks]


def open_published(month: Path, language: str | None = None) -> Published:
    """The month in the language asked for, or in its own.

    Raises `PeriodError` for a month that is not over, `NotebookError` for one that is partial, and `CallError` where
    there is none, none in this language, or none that can be read: none of these is ever mailed.
    """
    manifest = _json(month / "manifest.json")
    if not manifest:
        raise CallError(f"{month.name} was not published: there is nothing to mail. Publish it first: make report")
    if manifest["failed"]:
        raise NotebookError(f"{month.name} is partial ({', '.join(manifest['failed'])} failed), so it is not mailed.")
    if not manifest["is_complete"]:
        raise PeriodError(f"{month.name} is not over in the data: its numbers will change, so it is not mailed.")
    own = _json(month / "headline.json")
    if language in (None, own["locale"]):
        return Published(month, "", own, manifest)
    other = _json(month / language / "headline.json")
    if not other:
        raise CallError(
            f'{month.name} was published in "{own["locale"]}", not in "{language}". '
            f"Publish it in this language too, or change the list's language."
        )
    return Published(month / language, language, other, manifest)


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise CallError(
            f"{path} is damaged ({error}), so nothing is mailed. Run the month again, then mail it."
        ) from error
