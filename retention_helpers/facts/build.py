"""Building the facts: month partitions where rows changed, then one facts file beside the old one, swapped in."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import connect, literal
from retention_helpers.errors import Fault, MachineError
from retention_helpers.params import Profile

from . import sql
from .forgotten import hide_forgotten, read_forgotten
from .history import HASHES, History, no_restatements, partitions_in, read_history, write_history
from .holds import is_held
from .partitions import Partition, as_frame, fingerprint_months, relation, write_partition
from .restatements import restated
from .rules import write_rules
from .seals import FILE as BUILT
from .seals import Seal, read_built, remove_damaged, sealed

FACTS_LINK = "facts.duckdb"


@dataclass(frozen=True)
class Build:
    """What a build did: the months it wrote, the ones it found unchanged, and the past months it found restated.

    ``forgotten`` counts by table the rows of the source that name somebody who was forgotten; ``damaged`` are the files
    that were no longer as they had been written, ``seals`` those of all files that the facts now have. Where the
    history is lost, months that were restated before are not known any more.
    """

    digest: str
    written: list[int]
    unchanged: list[int]
    restatements: pd.DataFrame = field(repr=False)
    forgotten: Mapping[str, int] = field(default_factory=dict)
    damaged: Sequence[str] = ()
    seals: Mapping[str, Seal] = field(default_factory=dict, repr=False)
    is_history_lost: bool = False


def build_facts(
    con: duckdb.DuckDBPyConnection, profile: Profile, folder: Path, *, written_at: datetime, data_through: date
) -> Build:
    """Build the facts of the staged tables in ``con`` into ``folder`` and swap them in.

    ``written_at`` (when the source was written) dates the restatements; those of earlier builds are kept. Months whose
    rows are unchanged keep their files, where these are as they were written; a file that nothing is known of is made
    again. A reader of the old facts file keeps reading it: the new one is written beside it and a symlink is replaced.
    Raises `Fault` when a row got lost on the way.
    """
    write_rules(con, profile)
    _show_people(con)
    forgotten = read_forgotten(folder)
    # As the source has them: that somebody was forgotten restates no month.
    partitions = fingerprint_months(con, profile, forgotten.key)
    hidden = hide_forgotten(con, forgotten)
    before = read_history(folder, folder / FACTS_LINK)
    is_lost = before is None and (folder / FACTS_LINK).is_symlink()
    broken, sound = _without_damaged(folder)
    missing = [partition for partition in partitions if not sound.keys() >= _names(folder, partition.paths(folder))]
    for partition in missing:
        write_partition(con, partition, folder, profile)
    changes = restated(con, before, partitions, folder, written_at)
    _show_months(con, partitions, folder)
    _check_balance(con, partitions)
    digest = _digest(con, partitions, profile, data_through)
    past = before.restatements if before else no_restatements()
    named = pd.concat([past, changes], ignore_index=True) if not changes.empty else past
    history = History(digest, data_through, HASHES, partitions, named, before.told if before else 0)
    path = folder / f"facts-{digest}.duckdb"
    if not changes.empty or before is None or before.digest != digest or not _serves(path, sound):
        notes = {
            "partitions": as_frame(partitions),
            "restatements": history.restatements,
            "description": _description(profile, data_through, digest),
        }
        _write_facts(con, path, partitions, notes)
    # Before the swap: should this be the end of the process, nothing is named twice or not at all.
    write_history(folder, history)
    _swap(folder, path)
    _prune_unread(folder, path, partitions + (before.partitions if before else []))
    written = [partition.month for partition in missing]
    seals = sealed(folder, [path, *(file for partition in partitions for file in partition.paths(folder))], sound)
    unchanged = [partition.month for partition in partitions if partition.month not in written]
    return Build(digest, written, unchanged, changes, hidden, broken, seals, is_lost)


def _without_damaged(folder: Path) -> tuple[list[str], dict[str, Seal]]:
    """The files that are gone or damaged, now removed, and the seals of those that are as they were written."""
    built = read_built(folder)
    if built is None:
        return [BUILT] if (folder / FACTS_LINK).is_symlink() else [], {}
    broken = remove_damaged(folder, built)
    return broken, {name: seal for name, seal in built.seals.items() if name not in broken}


def _names(folder: Path, paths: Iterable[Path]) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in paths}


def _show_people(con: duckdb.DuckDBPyConnection) -> None:
    """Whose an id is (``identities``), and who is described (``people``, by the ids that orders are booked under)."""
    con.execute("""
        CREATE OR REPLACE TEMP VIEW identities AS
        SELECT alias_id, min(customer_id) AS customer_id FROM staged_identities
        WHERE NOT is_filtered AND alias_id IS NOT NULL AND customer_id IS NOT NULL GROUP BY alias_id
    """)
    con.execute("""
        CREATE OR REPLACE TEMP VIEW people AS
        SELECT rows.* REPLACE (
            coalesce(own.customer_id, rows.customer_id) AS customer_id,
            coalesce(friend.customer_id, rows.referred_by) AS referred_by
        )
        FROM staged_customers AS rows
        LEFT JOIN identities AS own ON own.alias_id = rows.customer_id
        LEFT JOIN identities AS friend ON friend.alias_id = rows.referred_by
        WHERE NOT rows.is_filtered AND rows.customer_id IS NOT NULL
    """)


def _show_months(con: duckdb.DuckDBPyConnection, partitions: list[Partition], folder: Path) -> None:
    """The partitioned tables over all months; a company without orders has them empty."""
    if not partitions:
        con.execute("""
            CREATE OR REPLACE TEMP VIEW month_lines AS
            SELECT *, 1 AS copy_number, 1 AS line_number, false AS names_earlier_order FROM staged_orders WHERE false
        """)
    for table in sql.MONTHLY:
        rows = relation(partitions, folder, table) if partitions else sql.text(table)
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {rows}")


def _write_facts(
    con: duckdb.DuckDBPyConnection, path: Path, partitions: list[Partition], notes: dict[str, pd.DataFrame]
) -> None:
    """All tables over the months, and the ``notes`` on how they were made, as one file."""
    folder = path.parent
    beside = path.with_suffix(".tmp")
    for left_over in (beside, path.with_suffix(".tmp.wal")):
        left_over.unlink(missing_ok=True)
    con.execute(f"ATTACH {literal(str(beside))} AS facts")
    beside.chmod(0o600)  # still empty: it will hold addresses
    try:
        for table in (*sql.PASSED_ON, *sql.DERIVED):
            con.execute(f"CREATE TABLE facts.{table} AS SELECT * FROM ({sql.text(table)}) ORDER BY ALL")
            con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM facts.{table}")
        for table in ("order_lines", "orders_valid"):
            rows = relation(partitions, folder, table) if partitions else f"SELECT * FROM {table}"
            con.execute(f"CREATE {'VIEW' if partitions else 'TABLE'} facts.{table} AS {rows}")
        for name, frame in notes.items():
            con.register("frame", frame)
            con.execute(f"CREATE TABLE facts.{name} AS SELECT * FROM frame")
            con.unregister("frame")
    finally:
        for table in (*sql.PASSED_ON, *sql.DERIVED):
            con.execute(f"DROP VIEW IF EXISTS {table}")
        con.execute("DETACH facts")
    beside.replace(path)


def _description(profile: Profile, data_through: date, digest: str) -> pd.DataFrame:
    said = {"profile": profile.name, "data_through": data_through.isoformat(), "digest": digest, "hashes": HASHES}
    return pd.DataFrame(said.items(), columns=["name", "value"])


def _serves(path: Path, sound: Collection[str]) -> bool:
    """Whether the facts file is as it was written, and finds its months: a cache may have been moved."""
    if path.name not in sound:
        return False
    try:
        with connect(path, read_only=True) as con:
            con.execute("SELECT count(*) FROM order_lines").fetchone()
    except (duckdb.Error, MachineError):
        return False
    return True


def _check_balance(con: duckdb.DuckDBPyConnection, partitions: list[Partition]) -> None:
    """Rows in = rows counted + rows left out, by month: a lost or doubled row must never go unseen."""
    expected = {partition.month: partition.rows for partition in partitions}
    found = dict(con.execute("SELECT month, count(*) FROM order_lines GROUP BY month").fetchall())
    wrong = {month: (rows, found.get(month, 0)) for month, rows in expected.items() if found.get(month, 0) != rows}
    if wrong:
        raise Fault(f"facts: rows in and rows booked differ (month: in, booked): {wrong}. Please report this.")


def keep_only_current(folder: Path) -> None:
    """Remove every file of facts that the current ones do not use: what earlier ones know is not to stay."""
    facts = (folder / FACTS_LINK).resolve()
    _prune(folder, partitions_in(facts), [facts])


def _digest(con: duckdb.DuckDBPyConnection, partitions: list[Partition], profile: Profile, data_through: date) -> str:
    others = []
    for table in ("customers", *sql.PASSED_ON):
        others.append(con.execute(f"SELECT count(*), coalesce(sum(hash(t)), 0) FROM staged_{table} AS t").fetchone())
    text = json.dumps([[p.key for p in partitions], others, str(data_through), profile.name, sql.digest()], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _swap(folder: Path, path: Path) -> None:
    beside = folder / f"{FACTS_LINK}.tmp"
    beside.unlink(missing_ok=True)
    beside.symlink_to(path.name)
    beside.replace(folder / FACTS_LINK)


def _prune_unread(folder: Path, path: Path, partitions: list[Partition]) -> None:
    """Remove what nobody can be reading beside ``path``: not the facts before, nor those that a run stands on."""
    earlier = sorted(_facts_files(folder) - {path}, key=lambda file: file.stat().st_mtime_ns)
    read = [file for file in earlier if file == earlier[-1] or is_held(file)]
    _prune(folder, partitions + [partition for file in read for partition in partitions_in(file)], [path, *read])


def _facts_files(folder: Path) -> set[Path]:
    return set(folder.glob("facts-*.duckdb"))


def _prune(folder: Path, partitions: list[Partition], facts: list[Path]) -> None:
    """Remove all files but those of these partitions and these facts."""
    wanted = {file for partition in partitions for file in partition.paths(folder)}
    for table in sql.MONTHLY:
        for file in (folder / table).glob("*"):
            if file not in wanted:
                file.unlink(missing_ok=True)
    for file in _facts_files(folder) - set(facts):
        file.unlink(missing_ok=True)
