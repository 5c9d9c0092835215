"""Putting away what nobody needs any more: old versions of months, lists and letters about persons, idle facts.

A published month keeps its pages and numbers whatever is asked for; sent.json (who has which mail) and the notes of who
was forgotten and which months were restated always stay.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from retention_helpers.errors import LockedError
from retention_helpers.facts import FORGOTTEN, HISTORY
from retention_helpers.params import REPORTS, cache_folder, load_profile
from retention_helpers.periods import Period
from retention_helpers.publishing import versions
from retention_helpers.publishing.failures import manifest_of
from retention_helpers.publishing.manifest import as_json, without_files

from .lock import lock

KEEP = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class PruneRequest:
    """What the command line asks for; every profile with reports unless one is named.

    ``keep`` counts the versions of a month, the published one among them. Files about persons go from months that ended
    more than ``personal_days`` ago, facts that no build has touched for ``cache_days``; neither where it is None.
    """

    today: date
    profile: str = ""
    keep: int = KEEP
    personal_days: int | None = None
    cache_days: int | None = None
    reports: Path = REPORTS


def prune(request: PruneRequest, say: Say) -> int:
    """Remove what the request allows, profile by profile under its lock; returns how many bytes that freed.

    A profile at which a run is at work is left out, and `LockedError` names it once all others are pruned.
    """
    names = [load_profile(request.profile).name] if request.profile else _with_reports(request.reports)
    freed, busy = 0, []
    for name in names:
        try:
            with lock(request.reports / name), versions.machine_errors(request.reports):
                freed += _prune_one(request, name, say)
        except LockedError:
            busy.append(name)
    if busy:
        raise LockedError(
            f"not pruned, for a run is at work: {', '.join(busy)}. Wait until it ends, then start again: "
            "all others are pruned."
        )
    if not freed:
        say("Nothing to remove.")
    return freed


def _prune_one(request: PruneRequest, name: str, say: Say) -> int:
    versions.tidy(request.reports / name)
    freed = 0
    for what, find in (
        ("old versions", partial(_old_versions, request, name, say)),
        ("files about persons", partial(_personal, request, name)),
        ("idle facts", partial(_idle_facts, request, name)),
    ):
        paths = list(find())
        _note(request.reports / name / ".versions", paths)
        size = sum(map(_size, paths))
        for path in paths:
            versions.remove(path)
        if paths:
            say(f"{name}: {what}: {len(paths)} removed, {size / 1e6:,.1f} MB")
        freed += size
    return freed


def _note(folder: Path, paths: Iterable[Path]) -> None:
    """Say in the manifests of versions which of their files go, first: what is missing on purpose is not damaged."""
    gone: dict[Path, set[str]] = {}
    for path in paths:
        if path.is_file() and path.is_relative_to(folder):
            month, run, *inside = path.relative_to(folder).parts
            gone.setdefault(folder / month / run, set()).add("/".join(inside))
    for version, names in gone.items():
        manifest = manifest_of(version)
        if "notebooks" in manifest:
            versions.write_whole(version / "manifest.json", as_json(without_files(manifest, names)))


def _with_reports(reports: Path) -> list[str]:
    return sorted(folder.parent.name for folder in reports.glob("*/.versions"))


def _old_versions(request: PruneRequest, name: str, say: Say) -> Iterator[Path]:
    """The versions of each month beyond the newest ones; names of runs begin with their time."""
    for month in sorted((request.reports / name / ".versions").glob("*")):
        link = request.reports / name / month.name
        if link.is_symlink() and not link.exists():
            say(f"{name}: {month.name} leads to a version that is not there: its versions are left alone.")
            continue
        published = link.resolve().name if link.is_symlink() else ""
        others = sorted((path for path in month.iterdir() if path.name != published), reverse=True)
        yield from others[request.keep - bool(published) :]


def _personal(request: PruneRequest, name: str) -> Iterator[Path]:
    """Lists, tables with a row per customer and letters of months that are long over."""
    if request.personal_days is None:
        return
    limit = request.today - timedelta(days=request.personal_days)
    places = (request.reports / name / ".versions", request.reports / "_outbox" / name)
    for month in sorted(path for place in places for path in place.glob("[0-9]*-[0-9]*")):
        if Period.parse(month.name).as_of < limit:
            # Only their owner may read such files, and that is how they are known.
            private = (path for path in sorted(month.rglob("*")) if path.is_file() and not path.stat().st_mode & 0o077)
            yield from (path for path in private if path.name != "sent.json")


def _idle_facts(request: PruneRequest, name: str) -> Iterator[Path]:
    if request.cache_days is None:
        return
    parts = [path for path in (cache_folder() / name).glob("*") if path.name not in (FORGOTTEN, HISTORY, ".lock")]
    touched = [file.stat().st_mtime for part in parts for file in (part, *part.rglob("*"))]
    limit = datetime.combine(request.today, time(), UTC) - timedelta(days=request.cache_days)
    if touched and max(touched) < limit.timestamp():
        yield from sorted(parts)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(file.lstat().st_size for file in files if file.is_symlink() or file.is_file())
