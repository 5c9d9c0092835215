"""The embedded database is opened in one way, and names from outside are never SQL."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.engine import connect, literal, quote
from retention_helpers.errors import MachineError

CON = connect()
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(text=TEXTS)
def test_a_name_or_text_comes_back_as_it_went_in(text: str) -> None:
    query = CON.execute(f"SELECT {literal(text)} AS {quote(text)}")
    assert (query.description[0][0], query.fetchone()) == (text, (text,))


def test_time_stamps_are_read_as_utc_whatever_the_machine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    with connect() as con:
        row = con.execute("SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00+00' AS VARCHAR)").fetchone()
        assert row == ("2024-01-01 00:00:00+00",)


def test_a_slow_query_shows_no_progress_in_a_notebook() -> None:
    asked = "connect().execute(\"SELECT current_setting('enable_progress_bar')\").fetchone()"
    code = f"from retention_helpers.engine import connect; print({asked})"
    # Without a file the database takes Python for a person's session, as it does a kernel.
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "(False,)"


def test_memory_is_capped_and_the_cap_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def limit() -> str:
        with connect() as con:
            return con.execute("SELECT current_setting('memory_limit')").fetchone()[0]

    capped = limit()
    monkeypatch.setenv("RETENTION_MEMORY", "500MB")
    assert (capped, limit()) == ("1.8 GiB", "476.8 MiB")


def test_a_database_that_cannot_be_opened_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be opened"):
        connect(tmp_path / "none.duckdb", read_only=True)
    (tmp_path / "bad.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(MachineError, match="cannot be opened"):
        connect(tmp_path / "bad.duckdb", read_only=True)
