"""History: of which months the facts were made, and which past ones were restated, in a small file of its own.

The facts file says it, too, but one that is damaged would take it along, and the next correction would pass unnamed.
It holds no customer.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from retention_helpers.engine import connect
from retention_helpers.errors import MachineError

from .notes import write_note
from .partitions import Partition

FILE = "history.json"
# Of a month whose earlier file is gone it is not known what the customers' rows came to.
RESTATED = {
    "month": "int16",
    "noticed_at": "datetime64[us]",
    "rows_before": "int64",
    "rows_after": "int64",
    "customers": "Int64",
    "amount_before_cents": "Int64",
    "amount_after_cents": "Int64",
}
# Hashes of the engine may change with its version.
HASHES = f"duckdb {duckdb.__version__}"


@dataclass(frozen=True)
class History:
    """The facts as they were built last: their months, how far their data reached, all restatements up to then.

    ``hashes`` says how fingerprints were made; those of another way cannot be held against ours. ``told`` counts the
    restatements, the earliest first, that a run has named.
    """

    digest: str
    data_through: date
    hashes: str
    partitions: list[Partition]
    restatements: pd.DataFrame
    told: int

    @property
    def untold(self) -> pd.DataFrame:
        """The restatements that no run has named."""
        return self.restatements.iloc[self.told :]


def read_history(folder: Path, link: Path) -> History | None:
    """What the facts were made of; from a facts file where the note is missing; None where nothing tells it."""
    try:
        return _from_note(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        found = _from_newest(folder, link)
    # What a damaged note had as told is not known: rather twice than never. Of older facts, without one, all is told.
    return replace(found, told=0) if found and (folder / FILE).exists() else found


def _from_newest(folder: Path, link: Path) -> History | None:
    others = sorted(folder.glob("facts-*.duckdb"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in [link.resolve(), *others]:
        found = _from_facts(file) if file.exists() else None
        if found is not None:
            return found
    return None


def write_history(folder: Path, history: History) -> None:
    """Keep it, whole or not at all; raises `OSError`."""
    said = {
        "digest": history.digest,
        "data_through": history.data_through.isoformat(),
        "hashes": history.hashes,
        "partitions": [asdict(partition) for partition in history.partitions],
        "restatements": _rows(history.restatements),
        "told": history.told,
    }
    write_note(folder / FILE, said)


def no_restatements() -> pd.DataFrame:
    """An empty frame of restatements."""
    return restatements_of([])


def restatements_of(rows: list[Any]) -> pd.DataFrame:
    """Rows of restatements as a frame, typed also when there is none."""
    return pd.DataFrame(rows, columns=list(RESTATED)).astype(RESTATED)


def partitions_in(path: Path) -> list[Partition]:
    """The months that a facts file was made over; none of one that is damaged."""
    found = _from_facts(path)
    return found.partitions if found else []


def _from_note(said: dict[str, Any]) -> History:
    return History(
        said["digest"],
        date.fromisoformat(said["data_through"]),
        said["hashes"],
        [Partition(**partition) for partition in said["partitions"]],
        restatements_of(said["restatements"]),
        int(said["told"]),
    )


def _from_facts(path: Path) -> History | None:
    try:
        with connect(path, read_only=True) as facts:
            rows = facts.execute("SELECT month, rows, fingerprint, key FROM partitions ORDER BY month").fetchall()
            said = dict(facts.execute("SELECT name, value FROM description").fetchall())
            known = facts.execute(f"SELECT {', '.join(RESTATED)} FROM restatements").df().astype(RESTATED)
    except (duckdb.Error, MachineError):
        return None
    through = date.fromisoformat(said["data_through"])
    partitions = [Partition(*row) for row in rows]
    return History(said["digest"], through, said.get("hashes", ""), partitions, known, len(known))


def _rows(restatements: pd.DataFrame) -> list[dict[str, Any]]:
    texts = restatements.assign(noticed_at=[when.isoformat() for when in restatements["noticed_at"]])
    rows: list[dict[str, Any]] = texts.astype(object).where(texts.notna(), None).to_dict("records")
    return rows
