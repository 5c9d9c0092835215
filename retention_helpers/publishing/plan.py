"""What a run would do with each notebook of a month, and why: run it, only render it anew, or keep what there is."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import nbformat

from . import failures, keys, parts, versions
from .notebook import own_code_cells, read, tags
from .request import MonthRequest, Notebook

Action = Literal["run", "render", "keep"]


@dataclass(frozen=True)
class Step:
    """One notebook of a month: what is to be done with it, why, and the fingerprints that say so by language."""

    notebook: str
    action: Action
    why: str
    fingerprints: Mapping[str, Mapping[str, str]]


def plan_month(request: MonthRequest, values: Mapping[str, Mapping[str, object]]) -> list[Step]:
    """One step a notebook of the request, in its order; ``values`` are their full parameters by name."""
    with versions.machine_errors(request.place.reports):
        last = failures.manifest_of(request.place.published)
        return [_step(request, notebook, values[notebook.name], last) for notebook in request.notebooks]


def rendered_anew(executed: nbformat.NotebookNode, source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What was executed, between the texts as they stand now; both must have the same code cells."""
    ran = iter(own_code_cells(executed))
    # papermill puts its own cell right below the parameters, where there is anything to put in.
    injected = [cell for cell in executed.cells if "injected-parameters" in tags(cell)]
    cells = []
    for cell in source.cells:
        cells.append(next(ran) if cell.cell_type == "code" else cell)
        if "parameters" in tags(cell):
            cells += injected
    return nbformat.from_dict({**executed, "cells": cells})


def executed_in(folder: Path, notebook: str) -> nbformat.NotebookNode:
    """The executed form of a notebook in the folder of an edition."""
    return read(folder / "executed" / f"{notebook}.ipynb")


def is_as_published(request: MonthRequest, steps: Iterable[Step]) -> bool:
    """Whether the version that is published says all that a new one would."""
    last = failures.manifest_of(request.place.published)
    gone = {item.notebook for item in request.left_out} & set(last.get("notebooks", ()))
    return (
        all(step.action == "keep" for step in steps)
        and not gone
        and not last.get("failed")
        and last.get("made_of") == front_fingerprint(request)
        and not parts.damaged(request.place.published, last.get("files", {}))
    )


def front_fingerprint(request: MonthRequest) -> str:
    """Of what only the front pages say."""
    left_out = [[asdict(item) for item in edition.left_out] for edition in request.editions]
    return keys.digest([request.company, list(request.order), left_out, keys.template()])


def _step(request: MonthRequest, notebook: Notebook, values: Mapping[str, object], last: Mapping[str, Any]) -> Step:
    now = {
        edition.words.locale: keys.fingerprints(
            notebook.path, parts.values_of(values, (request, edition)), request.data.fingerprint, request.settings
        )
        for edition in request.editions
    }
    action, why = _decided(request, notebook, now, last)
    return Step(notebook.name, action, why, now)


def _decided(
    request: MonthRequest, notebook: Notebook, now: Mapping[str, Mapping[str, str]], last: Mapping[str, Any]
) -> tuple[Action, str]:
    kept = last.get("notebooks", {}).get(notebook.name)
    if kept is None:
        return "run", "not published yet"
    if request.force:
        return "run", "asked for"
    if failures.has_failed(request.place, notebook.name):
        return "run", "failed the last time"
    before = kept.get("made_of", {})
    if before.keys() != now.keys() or last.get("locales") != request.locales:
        return "run", "other languages"
    differing = {part for locale in now for part in keys.changed(before[locale], now[locale])}
    computed = [part for part in keys.COMPUTED if part in differing]
    if computed:
        return "run", f"changed: {', '.join(computed)}"
    damaged = parts.damaged(request.place.published, kept.get("files", {}))
    if damaged:
        return "run", f"damaged: {damaged[0]}"
    rendered = [part for part in keys.RENDERED if part in differing]
    return ("render", f"changed: {', '.join(rendered)}") if rendered else ("keep", "unchanged")
