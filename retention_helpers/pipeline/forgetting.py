"""Forgetting a customer who asks for it: out of the facts, the lists, the tables, pages and letters of every month.

The customer's orders stay under a pseudonym, so that no number of a past month moves. The note of it (a salted digest)
keeps the next builds from naming the person again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from retention_helpers.errors import CallError, MachineError, RetentionError, SourceError
from retention_helpers.facts import (
    FORGOTTEN,
    HISTORY,
    ID_COLUMNS,
    Forgotten,
    keep_only_current,
    open_facts,
    read_forgotten,
    write_forgotten,
)
from retention_helpers.params import REPORTS, Profile, load_profile
from retention_helpers.publishing import versions
from retention_helpers.publishing.erasing import erase
from retention_helpers.publishing.letters import printed_letters
from retention_helpers.publishing.naming import names_in
from retention_helpers.publishing.person import Person
from retention_helpers.report import build, facts_folder, survey
from retention_helpers.words import LOCALES, catalogue

from .lock import lock
from .places import absolute_places

_ADDRESSES = ("email", "phone", "email_hash")
_NAMED = ("customer_id", "referred_by", "alias_id", "unit_id")
# What pages write over a column of customers, in their language.
_TITLE = "Customer"

Say = Callable[[str], None]


@dataclass(frozen=True)
class ForgetRequest:
    """Whom to forget, by an id of theirs, and where."""

    profile: str
    customer: str
    reports: Path = REPORTS


def forget(request: ForgetRequest, say: Say) -> None:
    """Take a customer out of facts and reports, under the lock of a run; ``say`` hears what was done and what remains.

    It may be started again at any time and then does what is left. Raises `CallError` where nothing names the customer:
    an id with a slip of the pen is not to be remembered, nor a word that stands in the text of a page. A source that
    cannot be read is no hindrance: the facts then go and are made again by the next run. Nor is a damaged file of the
    reports: all others are cleaned, and `MachineError` names it at the end.
    """
    profile = load_profile(request.profile)
    if not request.customer.strip() or not request.customer.isprintable():
        raise CallError("the id of the customer is empty or cannot be printed.")
    with absolute_places(profile), lock(request.reports / profile.name):
        folder = facts_folder(profile)
        before = read_forgotten(folder)
        person, is_known = _look_up(profile, request.customer, before)
        after = before.adding(person.names)
        if after == before:
            say("The customer was forgotten before; what was left is done.")
        elif not is_known and not names_in(_places(request.reports, profile.name), person):
            raise CallError(
                f'{profile.name}: nothing names a customer "{request.customer}": no row of the source or the facts, '
                "no column of customers in what was published. Give the id as it is there."
            )
        # First, for all that follows can be made up for: the next run builds without the person.
        write_forgotten(folder, after)
        named = _forget_facts(profile, say)
        left = _forget_reports(request.reports, profile.name, person, say)
    _say_what_remains(person, named, say)
    if left:
        lines = "\n".join(f"  {path}: {why}" for path, why in left.items())
        raise MachineError(
            f"Files that may still name the customer, for they could not be cleaned: {len(left)}.\n{lines}\n"
            "Restore them or remove them, then start forget again: all others are clean."
        )


def _look_up(profile: Profile, customer: str, forgotten: Forgotten) -> tuple[Person, bool]:
    """All ids and addresses of a customer, by the source as it is and the facts as built; whether one knows."""
    ids, addresses, is_known = {customer}, set(), False
    try:
        with survey(profile) as seen:
            ids |= _aliases(seen.con, customer)
            addresses |= _addresses(seen.con, "staged_customers", ids)
            is_known |= any(_is_in(seen.con, f"staged_{table}", names, ids) for table, names in ID_COLUMNS.items())
    except RetentionError:
        pass  # a source that is gone has nothing to tell
    try:
        facts = open_facts(facts_folder(profile))
        addresses |= _addresses(facts.con, "addresses", ids)
        is_known |= _is_in(facts.con, "customers", ("customer_id",), ids)
        facts.close()
    except (RetentionError, duckdb.Error):
        pass  # nothing was built, or it is damaged
    theirs = {target.columns["customer_id"] for target in profile.audiences.destinations.values()}
    names = {one: forgotten.pseudonym_of(one) for one in sorted(ids)}
    columns = frozenset({*_NAMED, *theirs, *(catalogue(locale).gettext(_TITLE) for locale in LOCALES)})
    return Person(names, frozenset(one.casefold() for one in addresses), columns), is_known


def _aliases(con: duckdb.DuckDBPyConnection, customer: str) -> set[str]:
    """The customer's own id and its aliases, whichever of them was given."""
    own = con.execute("SELECT customer_id FROM staged_identities WHERE alias_id = ?", [customer]).fetchall()
    main = {customer, *(one for (one,) in own if one)}
    found = con.execute("SELECT alias_id FROM staged_identities WHERE list_contains(?, customer_id)", [sorted(main)])
    return main | {one for (one,) in found.fetchall() if one}


def _addresses(con: duckdb.DuckDBPyConnection, table: str, ids: Iterable[str]) -> set[str]:
    query = f"SELECT {', '.join(_ADDRESSES)} FROM {table} WHERE list_contains(?, customer_id)"
    return {address for row in con.execute(query, [sorted(ids)]).fetchall() for address in row if address}


def _is_in(con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], ids: Iterable[str]) -> bool:
    named = " OR ".join(f"list_contains($ids, {column})" for column in columns)
    return con.execute(f"SELECT 1 FROM {table} WHERE {named} LIMIT 1", {"ids": sorted(ids)}).fetchone() is not None


def _forget_facts(profile: Profile, say: Say) -> Mapping[str, int]:
    """Build the facts without the person and remove every file of before; the source's rows that name somebody."""
    folder = facts_folder(profile)
    try:
        with survey(profile) as seen:
            done = build(profile, seen, folder)
        keep_only_current(folder)
    except SourceError as error:
        for part in folder.iterdir():
            if part.name not in (FORGOTTEN, HISTORY):
                versions.remove(part)
        say(f"Facts: removed, for the source cannot be read ({error}); the next run makes them anew.")
        return {}
    say("Facts: built anew, under a pseudonym and without what describes the person.")
    return done.forgotten


def _forget_reports(reports: Path, name: str, person: Person, say: Say) -> Mapping[Path, str]:
    """Clean what was published and what waits to be sent; the files that could not be, and why."""
    erased = erase(_places(reports, name), person)
    touched = list(erased.touched)
    # Their paths are <profile>/.versions/<month>/.. and _failed/<profile>/<month>/..
    pages = [path for path in (*touched, *erased.left) if path.suffix in (".html", ".ipynb")]
    inside = [path.relative_to(reports).parts for path in pages]
    months = {parts[2] for parts in inside if len(parts) > 3}
    for month in sorted(months):
        # Nobody can look into a printed page, so those of a month that named the person go.
        printed = [
            *(reports / "_pdf" / name / month).rglob("*.pdf"),
            *printed_letters(reports / "_outbox" / name / month),
        ]
        for path in printed:
            path.unlink()
        touched += printed
    say(f"Reports: files changed or removed: {len(touched)}.")
    return erased.left


def _places(reports: Path, name: str) -> list[Path]:
    return [reports / name, reports / "_failed" / name, reports / "_outbox" / name]


def _say_what_remains(person: Person, named: Mapping[str, int], say: Say) -> None:
    (first, *_) = person.names.values()
    say(
        f"The customer's orders stay, as {first}: what months count and add up does not move. "
        "Gender, age, city, manager and comments are gone."
    )
    for table, rows in named.items():
        say(f"Yours to clean: {table}: {rows} rows of the source name somebody who was forgotten.")
    say("Not reached: mails that were sent, lists that were imported elsewhere, copies of this folder.")
