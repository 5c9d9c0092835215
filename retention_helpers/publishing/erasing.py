"""Taking a person out of files: lists lose the row, tables and pages name a pseudonym, numbers stay.

Every file is replaced whole, with the rights that it had.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_helpers.engine import connect, literal

from .audiences import FOLDER as LISTS
from .letters import letter_texts
from .naming import columns_naming, id_columns
from .notebook import MIME
from .person import Person
from .replacing import beside, files_below, replace_file, text_of
from .versions import machine_errors

# Who has which mail: recipients, not customers.
_KEPT = "sent.json"


@dataclass(frozen=True)
class Erased:
    """The files that were changed or removed, and those that could not be cleaned, each with why."""

    touched: list[Path]
    left: dict[Path, str]


def erase(folders: Iterable[Path], person: Person) -> Erased:
    """Take the person out of every file below the folders.

    A letter that names the person is removed: it is a copy of what went out, and can be written again. What is wrong
    with one file never keeps the person in another.
    """
    done = Erased([], {})
    for path in files_below(folders):
        try:
            if _erased(path, person):
                done.touched.append(path)
            if path.suffix in _JSONS and person.may_be_in(text_of(path)) and _parsed(text_of(path)) is None:
                done.left[path] = "it is damaged, and the id may still stand in it"
        except Exception as error:  # noqa: BLE001 (a damaged file can fail in any way, and the others must be cleaned)
            done.left[path] = " ".join(str(error).split()) or type(error).__name__
    return done


def _erased(path: Path, person: Person) -> bool:
    with machine_errors(path.parent):
        if path.suffix == ".parquet":
            return _parquet(path, person)
        if path.suffix == ".eml":
            is_theirs = any(person.is_in(text) for text in letter_texts(path))
            if is_theirs:
                path.unlink()
            return is_theirs
        how = _FORMS.get(path.suffix)
        if how is None or path.name == _KEPT:
            return False
        before = text_of(path)
        after = how(before, path, person)
        if after != before:
            replace_file(path, after.encode(errors="surrogateescape"))
        return after != before


def _page(text: str, _: Path, person: Person) -> str:
    return person.page(text)


def _table(text: str, path: Path, person: Person) -> str:
    """A CSV file. Rows that stay keep their bytes: an empty text is written otherwise than a missing one."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    rows = csv.reader(lines())
    header = next(rows, [])
    ids = id_columns(header, person)
    told = ["".join(taken)]
    taken.clear()
    for row in rows:
        new = [person.renamed(cell) if place in ids else person.free(cell) for place, cell in enumerate(row)]
        is_on_a_list = path.parent.name == LISTS and any(new[place] != row[place] for place in ids if place < len(row))
        if not is_on_a_list:
            told.append("".join(taken) if new == row else _line(new))
        taken.clear()
    return "".join(told)


def _line(row: list[str]) -> str:
    told = io.StringIO(newline="")
    csv.writer(told, lineterminator="\n").writerow(row)
    return told.getvalue()


def _json(text: str, _: Path, person: Person) -> str:
    content = _parsed(text)
    if content is None:
        return person.page(text)
    new = _walk(content, person)
    return text if new == content else json.dumps(new, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _notebook(text: str, _: Path, person: Person) -> str:
    node = _parsed(text)
    if node is None:
        return person.page(text)
    for cell in node.get("cells", ()):
        for output in cell.get("outputs", ()):
            _bundle(output.get("data", {}), person)
    new = _walk(node, person)
    return text if new == json.loads(text) else json.dumps(new, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _parsed(text: str) -> dict[str, Any] | None:
    """What a file of JSON says; None for one that was cut off or emptied: a text like any other."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _bundle(data: dict[str, Any], person: Person) -> None:
    """One result in all its forms: the cells of its page tell in which columns of its data customers stand."""
    html = "".join(data.get("text/html", ""))
    new, places = person.cells(html)
    if new == html:
        return
    data["text/html"] = new.splitlines(keepends=True)  # as notebooks keep their texts
    part = data.get(MIME, {})
    for row in part.get("table", {}).get("rows", ()):
        for place in places:
            row[place] = person.renamed(row[place])
    # The table as bare text, where columns cannot be told apart, serves nobody.
    said = "\n".join(filter(None, (part.get("headline"), part.get("sentence"))))
    data["text/plain"] = said.splitlines(keepends=True)


def _walk(value: Any, person: Person) -> Any:
    if isinstance(value, str):
        return person.without(value)
    if isinstance(value, list):
        return [_walk(item, person) for item in value]
    if isinstance(value, dict):
        return {name: _walk(item, person) for name, item in value.items()}
    return value


def _parquet(path: Path, person: Person) -> bool:
    with connect() as con:
        rows = f"read_parquet({literal(str(path))})"
        columns = columns_naming(con, rows, person)
        if not columns:
            return False
        pairs = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in person.names.items())
        new = ", ".join(f"CASE {column} {pairs} ELSE {column} END AS {column}" for column in columns)
        new_file = beside(path)
        con.execute("SET preserve_insertion_order = true")
        con.execute(
            f"COPY (SELECT * REPLACE ({new}) FROM {rows}) TO {literal(str(new_file))} "
            "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )
        new_file.replace(path)
    return True


_JSONS = (".json", ".ipynb")
_FORMS: Mapping[str, Callable[[str, Path, Person], str]] = {
    ".html": _page,
    ".csv": _table,
    ".json": _json,
    ".ipynb": _notebook,
}
