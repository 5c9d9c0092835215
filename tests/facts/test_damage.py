"""Files of the facts that a disk has changed are found and made again, and what was restated stays known."""

import os
from pathlib import Path

import pytest

from retention_helpers.facts import damaged, remove_damaged
from retention_helpers.params import Profile
from retention_helpers.report import (
    clear_damaged,
    facts_folder,
    mark_told,
    ready_facts,
    untold_restatements,
)
from tests.company import fact_rows
from tests.facts.three_months import FEBRUARY, JANUARY, MARCH, RESTATED, after, built

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"no database", None], ids=["empty", "garbage", "gone"])
def test_a_damaged_facts_file_is_made_again(tmp_path: Path, content: bytes | None) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    file = (facts_folder(profile) / "facts.duckdb").resolve()
    before = fact_rows(profile, "*", "customer_months")
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert ready_facts(profile) is None
    assert fact_rows(profile, "*", "customer_months") == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_month_is_made_again(tmp_path: Path, damage: str) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    before = fact_rows(profile, "*")
    file = next(facts_folder(profile).glob("order_lines/24288-*.parquet"))
    content = file.read_bytes()
    file.unlink()
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    assert ready_facts(profile) is None
    assert fact_rows(profile, "*") == before
    assert built(profile).written == []


def overwritten(file: Path, *, is_noticed: bool) -> None:
    """Other bytes among the rows of a file of the same size; a failing disk leaves its time as it was."""
    stat, content = file.stat(), bytearray(file.read_bytes())
    place = slice(len(content) // 10, len(content) // 10 + 40)
    content[place] = bytes(255 - byte for byte in content[place])
    file.write_bytes(content)
    if not is_noticed:
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("is_noticed", [True, False], ids=["by a write", "by the disk"])
@pytest.mark.parametrize("name", ["facts-*.duckdb", "order_lines/24288-*.parquet", "customer_orders/24289-*.parquet"])
def test_overwritten_bytes_are_found_and_made_again(tmp_path: Path, name: str, is_noticed: bool) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    before = fact_rows(profile, "*"), fact_rows(profile, "*", "customer_months")
    (file,) = facts_folder(profile).glob(name)
    overwritten(file, is_noticed=is_noticed)
    assert ready_facts(profile) is None
    done = built(profile)
    assert done.damaged == [file.relative_to(facts_folder(profile)).as_posix()]
    assert len(done.written) == int(file.suffix == ".parquet")
    assert (fact_rows(profile, "*"), fact_rows(profile, "*", "customer_months")) == before
    assert built(profile).damaged == []


def zeroed(profile: Profile) -> None:
    """The head of the newest facts file is gone."""
    file = (facts_folder(profile) / "facts.duckdb").resolve()
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])


CORRECTED = JANUARY.replace(",20\n", ",25\n")


def test_restatements_outlive_a_damaged_facts_file(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY)
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY)
    before = fact_rows(profile, "*", "restatements")
    assert len(before) == 1
    zeroed(profile)
    done = built(profile)
    assert (done.damaged, len(done.restatements), done.is_history_lost) == ([f"facts-{done.digest}.duckdb"], 0, False)
    assert fact_rows(profile, "*", "restatements") == before


def test_a_correction_that_comes_with_damage_is_named(tmp_path: Path) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    zeroed(profile)
    profile, done = after(tmp_path, CORRECTED + FEBRUARY)
    assert (done.written, len(done.damaged)) == ([24288], 1)
    assert fact_rows(profile, RESTATED, "restatements") == [(0, 2, 2, 1, 3000, 3500)]


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_correction_of_a_damaged_month_is_named_without_what_it_came_to(tmp_path: Path, is_noted: bool) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    (file,) = facts_folder(profile).glob("order_lines/24288-*.parquet")
    file.write_bytes(bytes(file.stat().st_size))
    if not is_noted:
        (facts_folder(profile) / "built.json").unlink()
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY)
    assert fact_rows(profile, RESTATED, "restatements") == [(0, 2, 2, None, None, None)]
    built(profile)
    assert fact_rows(profile, RESTATED, "restatements") == [(0, 2, 2, None, None, None)]


@pytest.mark.parametrize("note", [None, "", "[]", '{"digest": 1}'])
def test_without_its_note_the_history_is_that_of_a_facts_file(tmp_path: Path, note: str | None) -> None:
    after(tmp_path, JANUARY + FEBRUARY)
    after(tmp_path, CORRECTED + FEBRUARY)
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY + MARCH)
    before = fact_rows(profile, "*", "restatements")
    path = facts_folder(profile) / "history.json"
    path.unlink() if note is None else path.write_text(note)
    assert len(untold_restatements(profile)) == int(note is not None)  # rather twice than never
    zeroed(profile)
    done = built(profile)  # from the facts file before
    assert not done.is_history_lost
    assert fact_rows(profile, "*", "restatements") == before
    path.unlink()
    for file in facts_folder(profile).glob("facts-*.duckdb"):
        file.unlink()
    assert untold_restatements(profile).empty
    assert built(profile).is_history_lost
    assert fact_rows(profile, "*", "restatements") == []


def test_a_restatement_is_untold_until_a_run_has_told_it(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY)
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY)
    assert list(untold_restatements(profile)["month"]) == [24288]
    mark_told(profile)
    assert untold_restatements(profile).empty
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY.replace("30", "31") + MARCH)
    built(profile)
    assert len(fact_rows(profile, "*", "restatements")) == 1  # February was not over
    profile, _ = after(tmp_path, CORRECTED + FEBRUARY + MARCH)
    assert list(untold_restatements(profile)["month"]) == [24289]


def test_without_its_note_no_file_is_trusted(tmp_path: Path) -> None:
    profile, first = after(tmp_path, JANUARY + FEBRUARY)
    before = fact_rows(profile, "*")
    (facts_folder(profile) / "built.json").unlink()
    for file in facts_folder(profile).glob("*/24288-*.parquet"):
        overwritten(file, is_noticed=False)
    overwritten(facts_folder(profile) / f"facts-{first.digest}.duckdb", is_noticed=False)
    done = built(profile)
    assert (done.written, done.damaged) == ([24288, 24289], ["built.json"])
    assert fact_rows(profile, "*") == before


def test_large_facts_are_read_whole_when_a_notebook_has_failed_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    before = fact_rows(profile, "*")
    for function in (damaged, remove_damaged):
        monkeypatch.setattr(function, "__kwdefaults__", {"read_bytes": 1000})
    (file,) = facts_folder(profile).glob("order_lines/24288-*.parquet")
    os.utime(file, ns=(1, 1))
    ready = ready_facts(profile)
    assert ready is not None  # as a copy of the folder: another time, the same bytes
    ready.close()
    assert built(profile).written == []
    overwritten(file, is_noticed=False)
    ready = ready_facts(profile)
    assert ready is not None
    ready.close()
    assert clear_damaged(profile) == [file.relative_to(facts_folder(profile)).as_posix()]
    assert clear_damaged(profile) == [file.relative_to(facts_folder(profile)).as_posix()]
    assert built(profile).written == [24288]
    assert fact_rows(profile, "*") == before
    assert clear_damaged(profile) == []
