"""Old versions go, what is published stays; lists, letters and facts go by age, and only where that is asked for."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from retention_helpers import cli
from retention_helpers.errors import LockedError
from retention_helpers.pipeline import PruneRequest, prune
from retention_helpers.pipeline.lock import lock
from retention_helpers.publishing.month import publish_month, steps_of
from retention_helpers.publishing.versions import Place, publish, staging
from tests.publishing.tiny import RECORD, cell, everything_below, loaded, request, tiny

TODAY = date(2026, 11, 30)
OLD = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Two months with five versions each, lists, letters, and a shop beside that is none of our business."""
    for name, months in (("shop", ("2026-01", "2026-10")), ("other", ("2026-10",))):
        for period in months:
            for run in range(1, 6):
                place = Place(tmp_path / "reports", name, period, f"202611{run:02d}T050607")
                with staging(place) as staged:
                    (staged / "audiences").mkdir()
                    private(staged / "audiences" / "win_back.csv", "customer_id\nc1\n")
                    (staged / "manifest.json").write_text(json.dumps({"run": run}), encoding="utf-8")
                    publish(place)
            outbox = tmp_path / "reports" / "_outbox" / name / period
            outbox.mkdir(parents=True)
            private(outbox / "head.en.eml", "letter")
            private(outbox / "sent.json", "{}")
    return tmp_path / "reports"


def private(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def versions_of(reports: Path, period: str, name: str = "shop") -> list[str]:
    return sorted(path.name[6:8] for path in (reports / name / ".versions" / period).iterdir())


def pruned(reports: Path, **asked: object) -> list[str]:
    said: list[str] = []
    prune(PruneRequest(TODAY, reports=reports, **asked), said.append)
    return said


def test_the_newest_versions_of_each_month_stay_and_nothing_else_goes_unasked(reports: Path) -> None:
    said = pruned(reports)
    for name, period in (("shop", "2026-01"), ("shop", "2026-10"), ("other", "2026-10")):
        assert versions_of(reports, period, name) == ["03", "04", "05"]
        assert json.loads((reports / name / period / "manifest.json").read_text()) == {"run": 5}
        assert (reports / name / period / "audiences" / "win_back.csv").is_file()
        assert (reports / "_outbox" / name / period / "head.en.eml").is_file()
    assert [line.rpartition(",")[0] for line in said] == [
        "other: old versions: 2 removed",
        "shop: old versions: 4 removed",
    ]
    before = everything_below(reports)
    assert pruned(reports) == ["Nothing to remove."]
    assert everything_below(reports) == before


@pytest.mark.parametrize(("keep", "left"), [(1, ["01"]), (2, ["01", "05"]), (5, ["01", "02", "03", "04", "05"])])
def test_the_published_version_stays_however_old_it_is(reports: Path, keep: int, left: list[str]) -> None:
    link = reports / "shop" / "2026-10"
    link.unlink()
    link.symlink_to(".versions/2026-10/20261101T050607")
    pruned(reports, keep=keep)
    assert versions_of(reports, "2026-10") == left
    assert (link / "manifest.json").is_file()


def test_a_month_whose_link_leads_nowhere_is_left_alone_and_named(reports: Path) -> None:
    link = reports / "shop" / "2026-10"
    link.unlink()
    link.symlink_to(".versions/2026-10/gone")
    assert "shop: 2026-10 leads to a version that is not there: its versions are left alone." in pruned(reports, keep=1)
    assert len(versions_of(reports, "2026-10")) == 5


def test_files_about_persons_go_from_months_long_over_and_who_has_a_mail_stays_known(reports: Path) -> None:
    pruned(reports, personal_days=180)
    assert not (reports / "shop" / "2026-01" / "audiences" / "win_back.csv").exists()
    assert (reports / "shop" / "2026-10" / "audiences" / "win_back.csv").is_file()
    outbox = reports / "_outbox" / "shop"
    assert sorted(str(path.relative_to(outbox)) for path in outbox.rglob("*.*")) == [
        "2026-01/sent.json",
        "2026-10/head.en.eml",
        "2026-10/sent.json",
    ]
    assert (reports / "shop" / "2026-01" / "manifest.json").is_file()


def test_idle_facts_go_and_who_was_forgotten_and_what_was_restated_stay_known(reports: Path, own_cache: Path) -> None:
    for name, when in (("shop", OLD), ("other", None)):
        for file in ("facts.duckdb", "built.json", "forgotten.json", "history.json", "order_lines/1.parquet"):
            path = own_cache / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        for path in (*(own_cache / name).rglob("*"), own_cache / name):
            if when is not None:
                os.utime(path, (when, when))
    pruned(reports, cache_days=90)
    assert sorted(path.name for path in (own_cache / "shop").rglob("*")) == ["forgotten.json", "history.json"]
    assert len(list((own_cache / "other").rglob("*.*"))) == 5


def test_one_profile_is_pruned_alone_and_never_beside_a_run(reports: Path, tmp_path: Path) -> None:
    before = everything_below(reports / "other")
    with lock(reports / "shop"), pytest.raises(LockedError):
        pruned(reports, profile=written(tmp_path))
    pruned(reports, profile=written(tmp_path), keep=1)
    assert versions_of(reports, "2026-10") == ["05"]
    assert everything_below(reports / "other") == before


def test_a_profile_that_is_at_work_keeps_no_other_from_being_pruned_and_is_named(reports: Path) -> None:
    with lock(reports / "other"), pytest.raises(LockedError, match=r"not pruned, for a run is at work: other\."):
        pruned(reports)
    assert versions_of(reports, "2026-10") == ["03", "04", "05"]
    assert len(versions_of(reports, "2026-10", "other")) == 5


@pytest.mark.slow
def test_what_was_pruned_is_not_damaged_and_no_later_run_writes_it_anew(tmp_path: Path) -> None:
    private_table = cell("report.table('scores')\nPath(os.environ['RETENTION_TABLES'], 'scores.csv').chmod(0o600)")
    path = tiny(
        tmp_path / "notebooks", "risk", private_table, record=RECORD.replace('["monthly"]', '["monthly", "scores"]')
    )
    asked = request(tmp_path / "reports", path)
    scores = publish_month(asked).folder / "tables" / "risk" / "scores.csv"
    assert scores.is_file()
    prune(PruneRequest(date(2028, 1, 1), reports=asked.place.reports, personal_days=30), print)
    assert not scores.exists()
    assert [(step.action, step.why) for step in steps_of(asked)] == [("keep", "unchanged")]
    assert publish_month(replace(asked, place=replace(asked.place, run_id="run-2"))).is_unchanged
    noted = loaded(asked.place.published / "manifest.json")["notebooks"]["risk"]
    assert noted["pruned"] == ["tables/risk/scores.csv"]
    # A new text is rendered over what is left.
    path.write_text(path.read_text().replace("How to read it.", "How to read this."))
    publish_month(replace(asked, place=replace(asked.place, run_id="run-3")))
    assert not scores.exists()
    assert [step.action for step in steps_of(asked)] == ["keep"]
    # What goes of itself is damaged as before.
    (asked.place.published / "tables" / "risk" / "monthly.csv").unlink()
    assert [step.why for step in steps_of(asked)] == ["damaged: tables/risk/monthly.csv"]


def written(folder: Path) -> str:
    path = folder / "shop.yaml"
    path.write_text(
        "{title: S, currency: EUR, timezone: UTC, tables: {orders: {source: o.csv, columns: "
        "{customer_id: a, ordered_at: b, amount: c}}}}",
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.parametrize(
    "words",
    [
        ["--profile", ""],
        ["--keep", "0"],
        ["--keep", "-1"],
        ["--keep", "all"],
        ["--personal-days", "0"],
        ["--cache-days", "1e3"],
    ],
)
def test_a_number_that_would_remove_too_much_is_refused(reports: Path, words: list[str]) -> None:
    before = everything_below(reports)
    with pytest.raises(SystemExit, match="2"):
        cli.main(["prune", "--reports", str(reports), *words])
    assert everything_below(reports) == before
