"""What failed: kept apart under reports/_failed, never over a good report, and shown on the history page beside it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from retention_helpers.words import Words

from . import versions
from .execution import CellError
from .history import history_index
from .manifest import as_json
from .notebook import clean, title_of, write
from .versions import Place


def keep(place: Place, fault: CellError, parameters: Mapping[str, object], now: datetime) -> Path:
    """Write the executed notebook with failure.json (cell, message) beside it; the folder of an older failure goes.

    Both are there or neither is: a disk that fills meanwhile leaves the older failure as it was.
    """
    folder = _folder(place) / fault.notebook
    beside = folder.with_name(f".{folder.name}.new")
    with versions.machine_errors(place.reports):
        try:
            versions.remove(beside)
            beside.mkdir(parents=True)
            if fault.executed is not None:
                write(clean(fault.executed), beside / "executed.ipynb")
            (beside / "failure.json").write_text(as_json(_said(place, fault, parameters, now)), encoding="utf-8")
            versions.remove(folder)
            beside.rename(folder)
        finally:
            versions.remove(beside)
            _remove_empty(place)
    return folder


def _said(place: Place, fault: CellError, parameters: Mapping[str, object], now: datetime) -> dict[str, Any]:
    return {
        "notebook": fault.notebook,
        "title": title_of(fault.executed) if fault.executed is not None else "",
        "period": place.period,
        "cell": fault.cell,
        "reason": fault.reason,
        "run_id": place.run_id,
        "failed_at": now.isoformat(timespec="seconds"),
        "parameters": dict(parameters),
    }


def failed_in(place: Place) -> list[str]:
    """The notebooks that failed for this period and are not answered yet."""
    return sorted(path.parent.name for path in _folder(place).glob("[!.]*/failure.json"))


def forget(place: Place, notebooks: Iterable[str]) -> None:
    """Remove the failures of notebooks that have succeeded since, or that nobody will run again."""
    for name in notebooks:
        versions.remove(_folder(place) / name)
    _remove_empty(place)


def failures_of(reports: Path, profile: str) -> list[dict[str, Any]]:
    """The failures of a profile that no later success has answered."""
    files = sorted((reports / "_failed" / profile).glob("*/[!.]*/failure.json"))
    return [found for found in map(_read, files) if found]


def has_failed(place: Place, notebook: str) -> bool:
    """Whether a notebook failed for this period and no later success has answered it."""
    return (_folder(place) / notebook / "failure.json").is_file()


def manifest_of(published: Path) -> dict[str, Any]:
    """The manifest.json of a published month; empty when there is none, or none that can be read."""
    return _read(published / "manifest.json")


def write_history(place: Place, company: str, words: Words) -> None:
    """Write reports/<profile>/index.html anew from what lies on disk."""
    with versions.machine_errors(place.reports):
        place.profile_folder.mkdir(parents=True, exist_ok=True)
        folders = [place.profile_folder / period for period in versions.periods_in(place.profile_folder)]
        months = [_found(folder) | manifest_of(folder) for folder in folders]
        failed = failures_of(place.reports, place.profile)
        page = history_index(company or place.profile, months, failed, _titles(folders, failed), words)
        versions.write_whole(place.profile_folder / "index.html", page)


def _found(folder: Path) -> dict[str, Any]:
    """What can be told of a month whose manifest cannot be read: its pages still can."""
    names = sorted(path.stem for path in folder.glob("*.html") if path.stem != "index")
    return {"period": folder.name, "notebooks": {name: {} for name in names}, "is_complete": True, "failed": []}


def _titles(folders: Sequence[Path], failed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What each notebook asks: as its last published month has it, else as it stood when it failed."""
    titles = {failure["notebook"]: failure.get("title", "") for failure in failed}
    for folder in reversed(folders):
        records = _read(folder / "headline.json").get("notebooks", ())
        titles |= {record["notebook"]: record["title"] for record in records}
    return titles


def _folder(place: Place) -> Path:
    return place.reports / "_failed" / place.profile / place.period


def _remove_empty(place: Place) -> None:
    versions.remove_if_empty(_folder(place), _folder(place).parent, place.reports / "_failed")


def _read(path: Path) -> dict[str, Any]:
    """A file of ours; empty when there is none, or when what is there is no JSON object in UTF-8."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
