"""Runs of one profile beside, after and instead of each other."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.calls import Place, call, ended, started
from tests.end_to_end.conftest import Editions, shop_rows, write_shop

pytestmark = pytest.mark.slow


@pytest.fixture
def place(shop: Editions, tmp_path: Path) -> Place:
    """A copy of the shop as it was published."""
    shutil.copytree(shop.place.folder, tmp_path / "copy", symlinks=True)
    return Place(tmp_path / "copy")


def test_a_run_of_one_notebook_carries_the_other_over(shop: Editions, place: Place) -> None:
    profile = place.folder / "shop" / "company.yaml"
    before = json.loads((place.published("company", shop.period) / "manifest.json").read_text(encoding="utf-8"))
    done = place.run(profile, "--period", shop.period, "--notebooks", "summary", "--force")
    assert (done.code, done.err) == (0, "")
    said = [line.removeprefix("Carried over: ") for line in done.out.splitlines() if line.startswith("Carried over: ")]
    assert sorted(said) == sorted(set(before["notebooks"]) - {"summary"})
    assert "cohorts: " not in done.out  # it did not run
    after = json.loads((place.published("company", shop.period) / "manifest.json").read_text(encoding="utf-8"))
    assert after["notebooks"]["cohorts"] == before["notebooks"]["cohorts"]
    assert after["notebooks"]["summary"]["run_id"] == after["run_id"] != before["run_id"]
    versions = sorted((place.reports / "company" / ".versions" / shop.period).iterdir())
    for path in ("cohorts.html", "executed/cohorts.ipynb", "tables/cohorts/cohort_retention.csv", "index.html"):
        assert (versions[-1] / path).read_bytes() == (versions[-2] / path).read_bytes()


def test_a_second_run_beside_the_first_is_sent_away_and_the_first_ends_well(tmp_path: Path) -> None:
    place = Place(tmp_path)
    profile = write_shop(place, shop_rows())
    words = ("run", "--profile", profile, "--reports", place.reports, "--notebooks", "summary")
    first = started(*words, cache=place.cache, folder=tmp_path)
    try:
        while not (place.reports / "company" / ".lock").exists():
            assert first.poll() is None, first.communicate()
            time.sleep(0.05)
        second = call(*words, cache=place.cache, folder=tmp_path)
        assert first.poll() is None
        assert second.code == 4
        assert second.out == ""
        assert "another run is at work" in second.err
        assert "Wait until it ends" in second.err
        assert ended(first).code == 0
    finally:
        first.kill()
    assert not (place.reports / "company" / ".lock").exists()


def test_a_run_that_is_interrupted_publishes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    profile = write_shop(place, shop_rows())
    words = ("run", "--profile", profile, "--reports", place.reports, "--notebooks", "summary")
    run = started(*words, cache=place.cache, folder=tmp_path)
    try:
        assert run.stdout is not None
        while " summary: " not in run.stdout.readline():
            assert run.poll() is None
        os.killpg(run.pid, signal.SIGINT)
        stopped = ended(run)
    finally:
        run.kill()
    assert stopped.code == 130
    assert stopped.err == "stopped: what was not published by then stays as it was.\n"
    assert not place.reports.exists()
