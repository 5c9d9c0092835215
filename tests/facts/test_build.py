"""Months are built once: new rows leave past ones untouched, a correction rebuilds its own and is named."""

import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention_helpers.errors import Fault, MachineError
from retention_helpers.facts import Build, build_facts, damaged, open_facts, partitions, remove_damaged
from retention_helpers.params import Profile
from retention_helpers.report import (
    build,
    clear_damaged,
    facts_folder,
    mark_told,
    ready_facts,
    survey,
    untold_restatements,
)
from tests.company import company, fact_frames, fact_rows

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

HEADER = "customer_id,order_id,ordered_at,amount\n"
JANUARY = "a,1,2024-01-05,10\nb,2,2024-01-06,20\n"
FEBRUARY = "a,3,2024-02-05,30\na,1,2024-02-06,-5\n"
MARCH = "b,4,2024-03-05,40\nb,2,2024-03-31,-20\n"
RESTATED = "month - 24288, rows_before, rows_after, customers, amount_before_cents, amount_after_cents"


def built(profile: Profile) -> Build:
    with survey(profile) as seen:
        return build(profile, seen, facts_folder(profile))


def after(folder: Path, rows: str, **options: object) -> tuple[Profile, Build]:
    """The company with these rows, and what its build did."""
    profile = company(folder, HEADER + rows, **options)  # type: ignore[arg-type]
    return profile, built(profile)


def files_of(profile: Profile, month: int) -> dict[str, tuple[int, int]]:
    """A month's files: which (inode) and written when."""
    found = facts_folder(profile).glob(f"*/{month}-*.parquet")
    return {str(file): (file.stat().st_ino, file.stat().st_mtime_ns) for file in found}


def test_rows_in_are_rows_booked_and_left_out(tmp_path: Path) -> None:
    profile, done = after(tmp_path, JANUARY + FEBRUARY + ",9,2024-02-07,3\n")
    assert done.written == [24288, 24289]
    assert fact_rows(profile, "sum(rows)", "row_ledger") == [(5,)]


def test_a_row_that_gets_lost_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = company(tmp_path, HEADER + JANUARY)
    whole = partitions._month_lines
    monkeypatch.setattr(partitions, "_month_lines", lambda *words: f"SELECT * FROM ({whole(*words)}) LIMIT 1")
    with survey(profile) as seen, pytest.raises(Fault, match="rows in and rows booked differ"):
        build_facts(
            seen.con, profile, facts_folder(profile), written_at=seen.written_at, data_through=seen.data_through
        )


def test_new_rows_make_new_months_and_touch_no_file_of_old_ones(tmp_path: Path) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    before = files_of(profile, 24288) | files_of(profile, 24289)
    profile, done = after(tmp_path, MARCH + FEBRUARY + JANUARY)
    assert (done.written, done.unchanged, len(done.restatements)) == ([24290], [24288, 24289], 0)
    assert files_of(profile, 24288) | files_of(profile, 24289) == before
    assert len(before) == 6


def test_a_correction_rebuilds_its_month_alone_and_is_named(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY + MARCH)
    profile, done = after(tmp_path, JANUARY.replace(",20\n", ",25\n") + "c,8,2024-01-07,1\n" + FEBRUARY + MARCH)
    assert (done.written, done.unchanged) == ([24288], [24289, 24290])
    assert fact_rows(profile, RESTATED, "restatements") == [(0, 2, 3, 2, 3000, 3600)]


@pytest.mark.slow
def test_a_restatement_is_not_forgotten_by_later_builds(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY)
    corrected = JANUARY.replace(",20\n", ",25\n")
    after(tmp_path, corrected + FEBRUARY + MARCH)
    after(tmp_path, corrected + FEBRUARY + MARCH + "a,5,2024-04-30,1\n")
    profile, done = after(tmp_path, JANUARY + FEBRUARY + MARCH + "a,5,2024-04-30,1\n")
    assert len(done.restatements) == 1
    assert fact_rows(profile, RESTATED, "restatements") == [(0, 2, 2, 1, 3000, 3500), (0, 2, 2, 1, 3500, 3000)]
    built(profile)
    assert len(fact_rows(profile, RESTATED, "restatements")) == 2


def test_a_month_whose_rows_are_gone_is_restated(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY + MARCH)
    profile, _ = after(tmp_path, JANUARY + MARCH)
    assert fact_rows(profile, RESTATED, "restatements") == [(1, 2, 0, 1, 2500, 0)]


def test_rows_that_fill_an_open_month_restate_nothing(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY)
    profile, done = after(tmp_path, JANUARY + FEBRUARY + "b,7,2024-02-20,1\n" + MARCH)
    assert done.written == [24289, 24290]
    assert fact_rows(profile, RESTATED, "restatements") == []


@pytest.mark.slow
def test_a_last_month_that_was_complete_is_restated_like_any_other(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + MARCH)
    profile, _ = after(tmp_path, JANUARY + MARCH + "c,7,2024-03-30,1\n")
    assert fact_rows(profile, RESTATED, "restatements") == [(2, 2, 3, 1, 2000, 2100)]


@pytest.mark.slow
def test_other_rules_rebuild_the_months_and_restate_nothing(tmp_path: Path) -> None:
    after(tmp_path, JANUARY + FEBRUARY + MARCH)
    profile, done = after(tmp_path, JANUARY + FEBRUARY + MARCH, rules={"zero_amount_orders": "keep"})
    assert (len(done.written), len(done.restatements)) == (3, 0)
    assert fact_rows(profile, RESTATED, "restatements") == []


def test_a_row_kept_in_another_order_is_the_same_row(tmp_path: Path) -> None:
    _, first = after(tmp_path, JANUARY + FEBRUARY)
    rows = (JANUARY + FEBRUARY).splitlines(keepends=True)
    _, second = after(tmp_path, "".join(reversed(rows)))
    assert (second.digest, second.written) == (first.digest, [])


@pytest.mark.slow
def test_an_order_that_turns_up_late_takes_back_its_later_refund(tmp_path: Path) -> None:
    march = "b,4,2024-03-05,40\n"
    profile, _ = after(tmp_path, "a,3,2024-02-05,30\na,1,2024-02-06,-5\n" + march)
    assert fact_rows(profile, "order_id, amount_cents", "orders_valid WHERE month = 24289") == [("3", 2500)]
    profile, done = after(tmp_path, JANUARY + "a,3,2024-02-05,30\na,1,2024-02-06,-5\n" + march)
    assert done.written == [24288, 24289]
    assert fact_rows(profile, "order_id, amount_cents", "orders_valid WHERE month = 24289") == [("3", 3000)]


ROW = st.tuples(
    st.sampled_from("abc"),
    st.integers(1, 9),
    st.integers(0, 59),
    st.integers(-30, 50).filter(bool),
    st.sampled_from("pq"),
)


@pytest.mark.slow
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(early=st.lists(ROW, min_size=1, max_size=12), late=st.lists(ROW, max_size=12))
def test_later_rows_change_no_fact_of_the_past(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, early: list[tuple], late: list[tuple]
) -> None:
    """Whatever is bought or given back in March and later: every fact up to February is the same, byte for byte."""
    folder = tmp_path_factory.mktemp("later")
    monkeypatch.setenv("RETENTION_CACHE", str(folder))

    def facts(rows: list[tuple], first: date) -> str:
        days = [first.fromordinal(first.toordinal() + day).isoformat() for _, _, day, _, _ in rows]
        return "".join(
            f"{who},{order},{day},{amount},{product}\n"
            for day, (who, order, _, amount, product) in zip(days, rows, strict=True)
        )

    header = HEADER.strip() + ",product_id\n"
    past = facts(early, date(2024, 1, 1))
    profile = company(folder, header + past, data_through="2024-02-29")
    built(profile)
    known = open_facts(facts_folder(profile))
    before, prints = fact_frames(known, date(2024, 2, 29)), known.fingerprints(as_of=date(2024, 2, 29))
    known.close()
    profile = company(folder, header + past + facts(late, date(2024, 3, 1)))
    done = built(profile)
    assert (set(done.written) & {24288, 24289}, len(done.restatements)) == (set(), 0)
    now_known = open_facts(facts_folder(profile))
    now = fact_frames(now_known, date(2024, 2, 29))
    assert now_known.fingerprints(as_of=date(2024, 2, 29)) == prints
    now_known.close()
    assert set(now) == set(before)
    for name, frame in before.items():
        assert frame.to_csv().encode() == now[name].to_csv().encode(), name


@pytest.mark.slow
def test_a_reader_of_old_facts_keeps_reading_while_new_ones_are_swapped_in(tmp_path: Path) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    reader = open_facts(facts_folder(profile))
    before = fact_frames(reader)
    profile, _ = after(tmp_path, JANUARY.replace(",20\n", ",25\n") + FEBRUARY + MARCH)
    again = fact_frames(reader)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert reader.con.execute("SELECT sum(amount_cents) FROM order_lines").fetchone() == (5500,)
    newer = open_facts(facts_folder(profile))
    assert newer.con.execute("SELECT sum(amount_cents) FROM order_lines").fetchone() == (8000,)
    reader.close()
    newer.close()


@pytest.mark.slow
def test_old_files_are_removed_once_nobody_can_need_them(tmp_path: Path) -> None:
    for amount in range(1, 6):
        profile, _ = after(tmp_path, JANUARY + f"a,3,2024-02-05,{amount}\n")
    assert len(list(facts_folder(profile).glob("facts-*.duckdb"))) == 2
    assert len(list(facts_folder(profile).glob("order_lines/24289-*"))) == 2
    assert not list(facts_folder(profile).glob("**/*.tmp"))


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


@pytest.mark.slow
def test_a_cache_that_was_moved_is_made_again(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, _ = after(tmp_path, JANUARY + FEBRUARY)
    before = fact_rows(profile, "*")
    own_cache.rename(tmp_path / "elsewhere")
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path / "elsewhere"))
    assert ready_facts(profile) is None
    assert fact_rows(profile, "*") == before


@pytest.mark.slow
def test_what_a_killed_build_left_behind_does_no_harm(tmp_path: Path) -> None:
    profile, done = after(tmp_path, JANUARY)
    folder = facts_folder(profile)
    (folder / f"facts-{done.digest}.tmp").write_bytes(b"half")
    (folder / f"facts-{done.digest}.tmp.wal").write_bytes(b"half")
    (folder / "facts.duckdb.tmp").symlink_to("nowhere")
    (folder / "facts.duckdb").unlink()
    assert fact_rows(profile, "count(*)") == [(2,)]


def test_without_facts_the_reader_is_told_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no facts have been built here"):
        open_facts(tmp_path)


def test_a_cache_that_cannot_be_written_is_the_machines_fault(tmp_path: Path, own_cache: Path) -> None:
    own_cache.write_text("a file where a folder should be")
    profile = company(tmp_path, HEADER + JANUARY)
    with pytest.raises(MachineError, match=r"cannot be written: .* Free the disk or set RETENTION_CACHE"):
        built(profile)


def test_a_company_without_orders_has_its_other_tables(tmp_path: Path) -> None:
    feedback = "customer_id,at,question,score,comment\na,2024-01-05,nps,9,fine\nb,2024-02-06,nps,,\n"
    profile = company(tmp_path, others={"feedback": feedback}, data_through="2024-02-29")
    assert built(profile).written == []
    assert fact_rows(profile, "customer_id, month - 24288, score", "feedback") == [("a", 0, 9.0), ("b", 1, None)]
    assert fact_rows(profile, "*", "activity_cube") == []
    assert fact_rows(profile, "*", "orders_valid") == []


def test_facts_of_other_tables_have_the_contracts_columns_and_the_month_alone(tmp_path: Path) -> None:
    others = {
        "contacts": "campaign_id,customer_id,at,arm\nspring,x,2024-01-05,mail\n",
        "touchpoints": "customer_id,at,stage\na,2024-01-05,use\n",
        "memberships": "customer_id,at,event\na,2024-01-05,join\n",
        "outcomes": "campaign_id,arm\nspring,mail\n",
        "costs": "month,purpose,amount\n2024-01,retention,5\n2024-01,retention,7.50\n",
        "identities": "alias_id,customer_id\nx,a\n",
    }
    profile, _ = after(tmp_path, JANUARY, others=others)
    assert fact_rows(profile, "customer_id, month, arm", "contacts") == [("a", 24288, "mail")]
    assert fact_rows(profile, "*", "costs") == [(24288, "retention", "all", 1250)]
    assert fact_rows(profile, "*", "outcomes") == [("spring", "mail", None)]
    facts = open_facts(facts_folder(profile))
    names = {
        name: list(facts.frame(name, as_of=date(2024, 1, 31))) for name in ("touchpoints", "memberships", "feedback")
    }
    facts.close()
    assert sorted(names["touchpoints"]) == ["at", "channel", "customer_id", "month", "stage"]
    assert not [name for columns in names.values() for name in columns if name.endswith("_text")]
