"""Each SQL file is one table: its grain stands in the first line, and other engines can read it."""

from pathlib import Path

import pytest
import sqlglot

from retention_helpers.facts import sql

FILES = sorted(sql.FOLDER.glob("*.sql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_first_line_says_what_one_row_is(file: Path) -> None:
    first, *rest = file.read_text(encoding="utf-8").splitlines()
    assert first.startswith("-- One row per ")
    assert first.endswith(".")
    assert rest


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_text_can_be_said_in_spark(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    said = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert len(said) == 1
    assert sqlglot.parse_one(said[0], read="spark")


def test_every_file_is_built_once() -> None:
    built = [*sql.BEFORE, *sql.MONTHLY, *sql.DERIVED, *sql.PASSED_ON]
    assert sorted(built) == [file.stem for file in FILES]
