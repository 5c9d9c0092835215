"""From a profile to its facts: the source is read only when it changed, the facts are built only when the rows did."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from retention_helpers import __version__
from retention_helpers.engine import connect, quote
from retention_helpers.errors import MachineError, ProfileError, SourceError
from retention_helpers.facts import (
    FACTS_LINK,
    Build,
    Built,
    Facts,
    build_facts,
    damaged,
    no_restatements,
    open_facts,
    open_facts_file,
    read_built,
    read_forgotten,
    read_history,
    remove_damaged,
    sql_digest,
    write_built,
    write_history,
)
from retention_helpers.params import Profile, cache_folder
from retention_helpers.schema import CONTRACT
from retention_helpers.scratch import scratch_folder
from retention_helpers.staging import Staged, order_problems, source_files, stage, table_problems

FACTS_VARIABLE = "RETENTION_FACTS"


@dataclass(frozen=True)
class Survey:
    """A source that has been read and checked but not yet turned into facts; nothing has been written."""

    con: duckdb.DuckDBPyConnection
    staged: Staged
    problems: pd.DataFrame
    months: list[int]
    data_through: date
    written_at: datetime
    signature: str

    @property
    def undated(self) -> int:
        """How many order rows have no usable date: they belong to no month, so no report counts them."""
        is_date = self.problems["check"].isin(("unreadable_date", "placeholder_date", "future_date"))
        return int(self.problems.loc[is_date, "rows"].sum())


def facts_folder(profile: Profile) -> Path:
    return cache_folder() / profile.name


def ready_facts(profile: Profile) -> Facts | None:
    """The facts of the profile when they are those of its source as it is now; None when they must be built."""
    folder = facts_folder(profile)
    with _readable():
        signature = _signature(profile)
    built = read_built(folder)
    if built is None or built.signature != signature or damaged(folder, built.seals):
        return None
    try:
        facts = open_facts(folder)
        if facts.description["digest"] == built.digest and facts.is_whole():
            return facts
        facts.close()
    except (KeyError, MachineError, duckdb.Error):
        pass  # whatever is damaged in a cache is made again
    return None


@contextmanager
def survey(profile: Profile) -> Iterator[Survey]:
    """Read and check the source without writing anything that stays. Raises `SourceError`, `ProfileError`."""
    with scratch_folder() as scratch, _scratch_database(scratch) as con:
        with _readable():
            # Taken before the rows are read: what is written meanwhile makes these facts old, not ready.
            signature = _signature(profile)
            written_at = _written_at(profile)
            staged = stage(con, profile, written_at=written_at, scratch=scratch)
        problems = [table_problems(con, profile, staged)]
        if "orders" in profile.tables:
            problems.insert(0, order_problems(con, profile, staged))
        yield Survey(
            con,
            staged,
            pd.concat([frame for frame in problems if not frame.empty] or problems[:1], ignore_index=True),
            _months(con, profile),
            _data_through(con, profile, staged),
            written_at,
            signature,
        )


@contextmanager
def _readable() -> Iterator[None]:
    """Tell of a source file that went, or was shut, after it had been found."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise MachineError(
                f"there is no room to read the source: {error}. Free the disk, or set TMPDIR."
            ) from error
        raise SourceError(
            f"{error.filename or 'a file of the source'} cannot be read: {error.strerror}. "
            "Put it back, or correct its rights, and start again."
        ) from error


def _scratch_database(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database on disk: staged rows may be larger than memory."""
    return connect(scratch / "staged.duckdb", spill=scratch / "spill")


def build(profile: Profile, seen: Survey, folder: Path) -> Build:
    """Build the facts of a survey into ``folder``; one builder at a time, the others wait."""
    with _alone(folder):
        done = build_facts(seen.con, profile, folder, written_at=seen.written_at, data_through=seen.data_through)
        write_built(folder, Built(seen.signature, done.digest, done.seals))
    return done


def clear_damaged(profile: Profile) -> list[str]:
    """Remove the files of the facts that are no longer as they were written; their names.

    Reads them all: for when a notebook has failed on them.
    """
    folder = facts_folder(profile)
    with _alone(folder):
        built = read_built(folder)
        return remove_damaged(folder, built, read_bytes=inf) if built else []


def untold_restatements(profile: Profile) -> pd.DataFrame:
    """The restatements that no run has named yet, whoever built the facts: columns as in the facts."""
    folder = facts_folder(profile)
    history = read_history(folder, folder / FACTS_LINK)
    return history.untold if history else no_restatements()


def mark_told(profile: Profile) -> None:
    """Remember that a run has named all restatements that there are; raises `MachineError`."""
    if untold_restatements(profile).empty:
        return
    folder = facts_folder(profile)
    with _alone(folder):
        history = read_history(folder, folder / FACTS_LINK)
        if history is not None:
            write_history(folder, replace(history, told=len(history.restatements)))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else writes into the folder of the facts meanwhile; raises `MachineError` where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # what is in it, also for a moment, is about persons
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except (OSError, duckdb.IOException) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0].rstrip(" .")
        raise MachineError(
            f"{folder}: the facts cannot be written: {why}. Free the disk or set RETENTION_CACHE."
        ) from error


def ensure_facts(profile: Profile) -> Facts:
    """The facts of the profile, built first where they are missing or the source has changed."""
    facts = ready_facts(profile)
    if facts is None:
        with survey(profile) as seen:
            build(profile, seen, facts_folder(profile))
        facts = open_facts(facts_folder(profile))
    return facts


def pinned_facts(profile: Profile) -> Facts | None:
    """The facts that a run has chosen for all of its notebooks; None where it has not, as in JupyterLab.

    The source is not looked at: what arrives during a run is for the next one. Raises `MachineError` when they went.
    """
    path = Path(os.environ.get(FACTS_VARIABLE, ""))
    # A notebook may open another profile's report beside its own.
    return open_facts_file(path) if path.parent == facts_folder(profile).resolve() else None


def _months(con: duckdb.DuckDBPyConnection, profile: Profile) -> list[int]:
    """The months that have orders; of a company without orders, those that have answers."""
    query = "SELECT DISTINCT month FROM staged_orders WHERE month IS NOT NULL ORDER BY month"
    if "orders" not in profile.tables:
        answered = 'SELECT DISTINCT "at" FROM staged_feedback WHERE NOT is_filtered AND "at" IS NOT NULL'
        query = f'SELECT DISTINCT year("at") * 12 + month("at") - 1 AS month FROM ({answered}) ORDER BY month'
    return [month for (month,) in con.execute(query).fetchall()]


def _data_through(con: duckdb.DuckDBPyConnection, profile: Profile, staged: Staged) -> date:
    if profile.data_through is not None:
        return profile.data_through
    if staged.latest is not None:
        return staged.latest.date()
    ends = []
    for name in staged.tables:
        when = CONTRACT[name].when
        if when is not None and when != "month":
            ends += con.execute(
                f"SELECT max({quote(when)}) FROM staged_{name} HAVING max({quote(when)}) IS NOT NULL"
            ).fetchall()
    if not ends:
        raise ProfileError(f"profile {profile.name}: no table says how far the data reach. Set data_through.")
    return max(ends)[0].date()


def _written_at(profile: Profile) -> datetime:
    """When the newest source file was written, in business time: no row of it can be later."""
    newest = max((Path(file).stat().st_mtime for file in _files(profile)), default=0.0)
    return datetime.fromtimestamp(newest, tz=ZoneInfo(profile.timezone)).replace(tzinfo=None)


def _files(profile: Profile) -> list[str]:
    return [
        file
        for name, sources in profile.tables.items()
        for source in sources
        for file in source_files(name, profile.path_of(source))
    ]


def _signature(profile: Profile) -> str:
    """Changes whenever the facts could: a source file, the profile, our own SQL, or who was forgotten."""
    files = [(file, Path(file).stat().st_size, Path(file).stat().st_mtime_ns) for file in _files(profile)]
    hidden = read_forgotten(facts_folder(profile)).key
    text = json.dumps([files, profile.model_dump(mode="json"), sql_digest(), duckdb.__version__, __version__, hidden])
    return hashlib.sha256(text.encode()).hexdigest()
