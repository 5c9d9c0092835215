"""The files that speak of a whole month: its front pages, headline.json, manifest.json."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat

from retention_helpers.errors import NotebookError

from . import audiences, failures
from .drawings import drawings_of
from .front import Front
from .index import month_index
from .inspection import problems_of
from .keys import file_digest
from .manifest import alerts_file, as_json, code_hashes, headline, library_versions
from .notebook import asked, read, record_of, translated
from .parts import files_of
from .plan import Step, front_fingerprint
from .request import Edition, MonthRequest


@dataclass(frozen=True)
class Made:
    """One notebook that this run has made: by which step, with which parameters, in how long (0: rendered anew)."""

    step: Step
    parameters: Mapping[str, object]
    seconds: float


def write_month_files(request: MonthRequest, staged: Path, failed: tuple[str, ...], made: Mapping[str, Made]) -> None:
    """Write the front pages, headline.json and manifest.json of the staged version."""
    for edition in request.editions:
        _front(request, edition, request.folder(edition, staged), failed)
    manifest = as_json(_manifest(request, staged, failed, made))
    (staged / "manifest.json").write_text(manifest, encoding="utf-8")


def _executed(folder: Path) -> dict[str, nbformat.NotebookNode]:
    return {path.stem: read(path) for path in sorted((folder / "executed").glob("*.ipynb"))}


def _front(request: MonthRequest, edition: Edition, folder: Path, failed: tuple[str, ...]) -> None:
    """Write the front page and headline.json of one edition."""
    frame = request.frame_of(edition)
    nodes = {name: translated(node, edition.words) for name, node in _executed(folder).items()}
    records = [record_of(nodes[name]) or {} for name in sorted(nodes, key=_rank(request))]
    front = Front(
        left_out=edition.left_out,
        restatements=request.data.restatements,
        failed={item.name: asked(item.path, edition.words) for item in request.notebooks if item.name in failed},
        shared=[name for name in nodes if frame.is_further and not (folder / "tables" / name).is_dir()],
        drawings={name: drawings_of(node, name) for name, node in nodes.items()},
        audiences=[
            path.name for path in (folder / frame.above / audiences.FOLDER).glob("*.csv") if audiences.rows_in(path)
        ],
    )
    said = headline(_about(request, edition), records)
    for alert in said["alerts"]:
        # A list that nobody is on is nothing to act on.
        alert["audience"] = alert.get("audience") if alert.get("audience") in front.audiences else ""
    page = month_index(said, frame, front)
    problems = problems_of(page)
    if problems:
        raise NotebookError(f"index: its page was not accepted: {'; '.join(problems)}.")
    (folder / "index.html").write_text(page, encoding="utf-8")
    (folder / "headline.json").write_text(as_json(said), encoding="utf-8")
    (folder / "alerts.json").write_text(as_json(alerts_file(said)), encoding="utf-8")


def _rank(request: MonthRequest) -> Any:
    order = list(dict.fromkeys((*request.order, *(notebook.name for notebook in request.notebooks))))
    return lambda name: (order.index(name) if name in order else len(order), name)


def _about(request: MonthRequest, edition: Edition) -> dict[str, Any]:
    frame = request.frame_of(edition)
    return {
        "profile": request.place.profile,
        "company": frame.company,
        "period": request.place.period,
        "locale": edition.words.locale,
        "currency": edition.words.currency,
        "as_of": request.data.as_of.isoformat(),
        "data_through": frame.data_through.isoformat(),
        "is_complete": request.data.is_complete,
        "left_out": [asdict(item) for item in edition.left_out],
        "restatements": [asdict(item) for item in request.data.restatements],
    }


def _manifest(request: MonthRequest, staged: Path, failed: tuple[str, ...], made: Mapping[str, Made]) -> dict[str, Any]:
    data, place = request.data, request.place
    before = failures.manifest_of(place.published).get("notebooks", {})
    nodes = _executed(staged)
    fronts = [request.folder(edition, staged) for edition in request.editions]
    return {
        "profile": place.profile,
        "period": place.period,
        "run_id": place.run_id,
        "published_at": request.now.isoformat(timespec="seconds"),
        "as_of": data.as_of.isoformat(),
        "data_through": data.data_through.isoformat(),
        "is_complete": data.is_complete,
        "locales": request.locales,
        "fingerprints": dict(data.fingerprints),
        "row_counts": dict(data.row_counts),
        "notebooks": {
            name: _of_one(request, made[name], before.get(name, {}), staged) if name in made else before.get(name, {})
            for name in nodes
        },
        "failed": list(failed),
        "missing": _missing(request, {*nodes, *failed}),
        "made_of": front_fingerprint(request),
        "files": {
            path.relative_to(staged).as_posix(): file_digest(path)
            for folder in fronts
            for path in (folder / "index.html", folder / "headline.json", folder / "alerts.json")
        },
        "code": code_hashes(nodes),
        "versions": library_versions(),
    }


def _missing(request: MonthRequest, known: Collection[str]) -> list[str]:
    """The notebooks that there are and that nobody has run for this month yet."""
    left_out = {item.notebook for item in request.left_out}
    return [name for name in request.order if name not in known and name not in left_out]


def _of_one(request: MonthRequest, made: Made, before: Mapping[str, Any], staged: Path) -> dict[str, Any]:
    """How one notebook was made, so that a later run knows whether it must be made again."""
    is_run = made.step.action == "run"
    return {
        "run_id": request.place.run_id,
        "published_at": request.now.isoformat(timespec="seconds"),
        "parameters": made.parameters,
        "data_through": request.data.data_through.isoformat(),
        "seconds": made.seconds if is_run else before.get("seconds", 0.0),
        "why": made.step.why,
        "made_of": made.step.fingerprints,
        "files": files_of(request, staged, made.step.notebook),
    }
