"""Months are built once: new rows leave past ones untouched, a correction rebuilds its own and is named."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention_helpers.errors import Fault, MachineError
from retention_helpers.facts import build_facts, open_facts, partitions, sql
from retention_helpers.report import (
    facts_folder,
    ready_facts,
    survey,
)
from tests.company import company, fact_frames, fact_rows
from tests.facts.three_months import FEBRUARY, HEADER, JANUARY, MARCH, RESTATED, after, built, files_of

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute


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
    assert len(before) == 2 * len(sql.MONTHLY)


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
