"""Reading facts: a read-only door to the facts file, as frames up to a period."""

from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import connect, quote
from retention_helpers.errors import Fault, MachineError
from retention_helpers.periods import Period

from .build import FACTS_LINK
from .sql import PASSED_ON

# What a source says of a customer, as `customers` passes it on.
ATTRIBUTES = (
    "registered_at", "gender", "birth_year", "city", "country", "source", "referred_by", "consent_email", "consent_sms",
    "consent_push", "has_email", "has_phone", "manager",
)  # fmt: skip


class Facts:
    """The facts of one profile, read-only.

    The file is opened at once, so a build that swaps in another one does not disturb this reader.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.con = con
        self.path = path

    @cached_property
    def description(self) -> dict[str, str]:
        return dict(self.con.execute("SELECT name, value FROM description").fetchall())

    @property
    def data_through(self) -> date:
        """The last day that the source reaches."""
        return date.fromisoformat(self.description["data_through"])

    @cached_property
    def months(self) -> list[int]:
        """The months that have orders, ascending; of a company without orders, those that have answers."""
        found = self.con.execute("SELECT month FROM partitions ORDER BY month").fetchall()
        if not found:
            found = self.con.execute("SELECT DISTINCT month FROM feedback ORDER BY month").fetchall()
        return [month for (month,) in found]

    def is_complete(self, period: Period) -> bool:
        """Whether the data reach the period's last day."""
        return self.data_through >= period.as_of

    def is_whole(self) -> bool:
        """Whether the months are where this file looks for them: a cache may have been moved."""
        try:
            self.con.execute("SELECT count(*) FROM order_lines").fetchone()
        except duckdb.Error:
            return False
        return True

    def frame(self, table: str, *, as_of: date) -> pd.DataFrame:
        """A fact table's rows of months up to ``as_of``, as a frame; tables without months come whole."""
        columns = self._columns(table)
        if not columns:
            raise Fault(f"facts: there is no table {table}.")
        limit = f"WHERE month <= {Period.of(as_of).index}" if "month" in columns else ""
        return self.con.execute(f"SELECT * FROM {quote(table)} {limit} ORDER BY ALL").df()

    def partitions(self, *, as_of: date) -> pd.DataFrame:
        """One row per month up to ``as_of``: ``month, rows, fingerprint, key``."""
        return self.frame("partitions", as_of=as_of)

    def fingerprints(self, *, as_of: date) -> dict[str, str]:
        """Table -> fingerprint of its rows up to ``as_of``, for all that orders do not say.

        Of customers it is what is known of them: who came later, and what anybody bought, changes nothing.
        """
        month = Period.of(as_of).index
        known = f"coalesce(known_month, first_month, {month}) <= {month}"
        about = ", ".join(map(quote, ("customer_id", *ATTRIBUTES)))
        found = {"customers": self._fingerprint(f"SELECT {about} FROM customers WHERE {known}")}
        for table in PASSED_ON:
            limit = f"WHERE coalesce(month, {month}) <= {month}" if "month" in self._columns(table) else ""
            found[table] = self._fingerprint(f"SELECT * FROM {quote(table)} {limit}")
        return found

    def _columns(self, table: str) -> list[str]:
        found = self.con.execute(f"SELECT column_name FROM (DESCRIBE {quote(table)})").fetchall()
        return [name for (name,) in found]

    def _fingerprint(self, rows: str) -> str:
        text = (
            f"SELECT count(*), coalesce(sum(hash(t) % 1000000007), 0), coalesce(bit_xor(hash(t)), 0) FROM ({rows}) AS t"
        )
        return "-".join(map(str, self.con.execute(text).fetchone() or ()))

    def close(self) -> None:
        self.con.close()


def open_facts(folder: Path) -> Facts:
    """Open the facts in ``folder``; raises `MachineError` when there are none."""
    link = folder / FACTS_LINK
    if not link.exists():
        raise MachineError(
            f"{folder}: no facts have been built here. Run: python -m retention_helpers run --profile NAME."
        )
    return open_facts_file(link.resolve())


def open_facts_file(path: Path) -> Facts:
    """Open one facts file, whether it is the newest or not; raises `MachineError` when it is not there."""
    if not path.exists():
        raise MachineError(f"{path}: these facts are not there any more. Start again.")
    return Facts(connect(path, read_only=True), path)
