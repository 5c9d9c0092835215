"""Customers who asked to be forgotten: remembered by a salted digest alone, and recognised should the source name them.

Every id of theirs becomes a pseudonym that follows from the digest, the same at each build, so that orders keep hanging
together and no past number moves. What describes the person goes: addresses, e-mail consent, gender, year of birth,
city, manager, comments.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import duckdb

from retention_helpers.engine import literal
from retention_helpers.errors import MachineError

from .notes import write_note

FILE = "forgotten.json"
_PSEUDONYM, _LENGTH = "forgotten-", 16
# table -> columns that hold the id of a customer
ID_COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": ("customer_id",),
    "customers": ("customer_id", "referred_by"),
    "identities": ("alias_id", "customer_id"),
    "memberships": ("customer_id",),
    "contacts": ("customer_id",),
    "outcomes": ("unit_id",),
    "feedback": ("customer_id",),
    "touchpoints": ("customer_id",),
}
# Consents are withdrawn rather than missing: a company may take a missing one for given.
_REMOVED = {
    "customers": {
        **dict.fromkeys(("gender", "birth_year", "city", "email", "phone", "email_hash", "manager"), "NULL"),
        **dict.fromkeys(("consent_email", "consent_sms", "consent_push"), "false"),
    },
    "feedback": {"comment": "NULL"},
}


@dataclass(frozen=True)
class Forgotten:
    """The salt of one cache, and the digests of the ids that it must not name again."""

    salt: str
    digests: frozenset[str] = field(default_factory=frozenset)

    def digest_of(self, identifier: str) -> str:
        return hashlib.sha256((self.salt + identifier).encode()).hexdigest()

    def pseudonym_of(self, identifier: str) -> str:
        """What stands in the place of an id; who has not the salt cannot find the id behind it, even by trying all.

        It lies in the id's bucket of customers (see customer_months.sql): intervals by resampling stay as they were.
        """
        bucket = _bucket_of(identifier)
        names = (f"{_PSEUDONYM}{self.digest_of(identifier)[:_LENGTH]}-{number}" for number in count())
        return next(name for name in names if _bucket_of(name) == bucket)

    def adding(self, identifiers: Iterable[str]) -> "Forgotten":
        return replace(self, digests=self.digests | {self.digest_of(one) for one in identifiers})

    @property
    def key(self) -> str:
        """Changes with every person: facts made before are other facts. Empty while there is nobody."""
        return hashlib.sha256("".join(sorted(self.digests)).encode()).hexdigest()[:16] if self.digests else ""


def _bucket_of(identifier: str) -> str:
    return hashlib.md5(identifier.encode(), usedforsecurity=False).hexdigest()[:2]


def read_forgotten(folder: Path) -> Forgotten:
    """Who was forgotten in this cache; nobody, with a new salt, where there is no note yet."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Forgotten(said["salt"], frozenset(said["digests"]))
    except (FileNotFoundError, NotADirectoryError):
        return Forgotten(secrets.token_hex(16))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MachineError(
            f"{folder / FILE} cannot be read, so who was forgotten is not known, and nothing is built. Restore it."
        ) from error


def write_forgotten(folder: Path, forgotten: Forgotten) -> None:
    """Keep the note, whole or not at all, for its owner's eyes."""
    write_note(folder / FILE, {"salt": forgotten.salt, "digests": sorted(forgotten.digests)})


def hide_forgotten(con: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> Mapping[str, int]:
    """Put pseudonyms into the staged tables, and take away what describes the person.

    An alias of somebody forgotten is forgotten, too. Returns the rows of each table that named one of them: what the
    company has yet to clean in its source. A rule that left out a customer's orders as tests still does.
    """
    if not forgotten.digests:
        return {}
    _name_hidden(con, forgotten)
    found = {}
    for table, columns in ID_COLUMNS.items():
        named = " OR ".join(f"{column} IN (SELECT id FROM hidden)" for column in columns)
        rows = con.execute(f"SELECT count(*) FROM staged_{table} WHERE {named}").fetchone()
        if not rows or not rows[0]:
            continue
        found[table] = rows[0]
        removed = _REMOVED.get(table, {})
        if removed:
            gone = ", ".join(f"{column} = {value}" for column, value in removed.items())
            con.execute(f"UPDATE staged_{table} SET {gone} WHERE {columns[0]} IN (SELECT id FROM hidden)")
        for column in columns:
            con.execute(f"UPDATE staged_{table} SET {column} = hidden.name FROM hidden WHERE {column} = hidden.id")
    con.execute("DROP TABLE hidden")
    return found


def _name_hidden(con: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> None:
    """Make ``hidden`` (id, name): the ids in the staged tables that are not to be named, each with its pseudonym."""
    salt, digests = literal(forgotten.salt), ", ".join(map(literal, sorted(forgotten.digests)))
    ids = " UNION ".join(
        f"SELECT {column} AS id FROM staged_{table}" for table, columns in ID_COLUMNS.items() for column in columns
    )
    found = con.execute(f"""
        WITH ids AS MATERIALIZED ({ids}),  -- each once: a digest costs more than all else here
        named AS (SELECT id FROM ids WHERE id IS NOT NULL AND sha256({salt} || id) IN ({digests}))
        SELECT id FROM named
        UNION
        SELECT alias_id FROM staged_identities WHERE alias_id IS NOT NULL AND customer_id IN (SELECT id FROM named)
    """).fetchall()
    con.execute("CREATE OR REPLACE TEMP TABLE hidden (id VARCHAR, name VARCHAR)")
    if found:
        con.executemany("INSERT INTO hidden VALUES (?, ?)", [(one, forgotten.pseudonym_of(one)) for (one,) in found])
    con.execute("""
        INSERT INTO rule_values
        SELECT DISTINCT 'test_customer', hidden.name, false FROM hidden
        INNER JOIN rule_values AS listed
            ON listed.rule = 'test_customer'
            AND (listed.value = hidden.id OR (listed.is_prefix AND starts_with(hidden.id, listed.value)))
    """)
