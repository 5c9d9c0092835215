"""The command line: what it refuses and how it says so, what it prints, how it ends."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from retention_helpers import cli, pipeline
from retention_helpers.errors import NotebookError
from retention_helpers.params import load_profile
from retention_helpers.params.files import NOTEBOOKS
from retention_helpers.pipeline.lock import lock
from retention_helpers.publishing.request import MonthResult
from retention_helpers.report import ensure_facts, resolve_period
from tests.bad_calls import BAD, COLUMNS
from tests.calls import Place, run_cli


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("what", BAD)
def test_a_bad_call_is_told_and_changes_nothing(
    what: str, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = BAD[what]
    folder = place.folder / re.sub(r"\W", "-", what)
    folder.mkdir()
    (folder / "a shop; x.yaml").write_text("title: Shop\n", encoding="utf-8")
    if bad.orders is not None:
        (folder / "orders.csv").write_bytes(bad.orders if isinstance(bad.orders, bytes) else bad.orders.encode())
    orders = {"source": "orders.csv", "columns": COLUMNS} | bad.source
    # A profile of the same name: what was built and published for it is what could be spoiled.
    profile = folder / ("shop.yaml" if any("shop.yaml" in part for part in bad.says) else "company.yaml")
    settings = {"title": "Shop", "currency": "EUR", "timezone": "UTC", "tables": {"orders": orders}} | bad.profile
    profile.write_bytes(bad.text if bad.text is not None else yaml.safe_dump(settings).encode())
    monkeypatch.chdir(folder)
    before = place.content()
    monkeypatch.setattr(pipeline.run, "publish_month", failing(AssertionError("publishing was asked")))

    code = run_cli("run", "--profile", profile, "--reports", place.reports, *bad.words)

    said = capsys.readouterr()
    assert code == bad.code
    assert "Traceback" not in said.err
    for part in bad.says:
        assert part in said.err
    told = [line for line in said.err.splitlines() if line.startswith("error: ") or ": error: " in line]
    assert len(told) == 1
    assert place.content() == before


@pytest.mark.parametrize("what", ["an unknown profile", "a missing file", "a profile that is no YAML"])
def test_a_data_check_refuses_as_a_run_does(
    what: str, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = BAD[what]
    profile = tmp_path / "shop.yaml"
    settings = {"title": "Shop", "currency": "EUR", "timezone": "UTC"}
    settings["tables"] = {"orders": {"source": "orders.csv", "columns": COLUMNS}}
    profile.write_bytes(bad.text if bad.text is not None else yaml.safe_dump(settings).encode())
    before = place.content()
    assert run_cli("data-check", "--profile", profile, *bad.words) == bad.code
    assert bad.says[0] in capsys.readouterr().err
    assert place.content() == before


def test_a_second_run_is_sent_away_before_it_reads_anything(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with lock(place.reports / "company"):
        before = place.content()
        code = run_cli("run", "--profile", place.folder / "good" / "company.yaml", "--reports", place.reports)
        assert place.content() == before
    said = capsys.readouterr()
    assert (code, said.out) == (4, "")
    assert "another run is at work" in said.err


def test_a_place_that_cannot_be_written_is_no_fault_of_ours(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(place.folder / "file"))
    before = place.content()
    for words in (
        ("run", "--profile", "sample", "--reports", place.folder / "new-reports"),
        ("run", "--profile", place.folder / "good" / "company.yaml", "--reports", place.folder / "new-reports"),
        ("sample",),
        ("sample", place.folder / "file"),
    ):
        assert run_cli(*words) == 6
        assert "cannot be written" in capsys.readouterr().err
    assert place.content() == before


# ---- a new notebook


def test_a_new_notebook_is_made_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_template.ipynb").write_bytes((NOTEBOOKS / "_template.ipynb").read_bytes())
    monkeypatch.setattr(pipeline, "new_notebook", partial(pipeline.new_notebook, folder=tmp_path))
    assert run_cli("new", "basket_size") == 0
    assert (tmp_path / "basket_size.ipynb").is_file()
    assert "basket_size.ipynb" in capsys.readouterr().out
    assert run_cli("new", "basket_size") == 2
    assert "exists already" in capsys.readouterr().err


# ---- how a command ends


def test_an_interrupted_run_says_that_nothing_was_published(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "run_months", failing(KeyboardInterrupt()))
    assert run_cli("run", "--profile", place.folder / "good" / "company.yaml") == 130
    assert capsys.readouterr().err == "stopped: what was not published by then stays as it was.\n"


@pytest.fixture
def heard() -> Iterator[None]:
    """No signal is ignored, though the tests themselves be run by nohup."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in cli.SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_whoever_asks_us_to_end_is_obeyed_once_and_signals_are_as_they_were_afterwards(
    place: Place, number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_away: list[str] = []

    def run_months(*_: object) -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(60)
        finally:
            os.kill(os.getpid(), number)  # somebody is impatient
            put_away.append("all of it")

    before = {each: signal.getsignal(each) for each in cli.SIGNALS}
    monkeypatch.setattr(pipeline, "run_months", run_months)
    assert run_cli("run", "--profile", place.folder / "good" / "company.yaml") == 128 + number
    assert capsys.readouterr().err == "stopped: what was not published by then stays as it was.\n"
    assert put_away == ["all of it"]
    assert {each: signal.getsignal(each) for each in cli.SIGNALS} == before


@pytest.mark.usefixtures("heard")
def test_a_signal_that_is_ignored_stays_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As nohup starts a run: it goes on when the terminal is gone."""

    def run_months(*_: object) -> list:
        os.kill(os.getpid(), signal.SIGHUP)
        return []

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(pipeline, "run_months", run_months)
    assert run_cli("run", "--profile", place.folder / "good" / "company.yaml") == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_fault_of_ours_shows_where_it_happened(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline, "run_months", failing(ZeroDivisionError("months")))
    assert run_cli("run", "--profile", place.folder / "good" / "company.yaml") == 70
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-2:] == ["ZeroDivisionError: months", "error: a fault of ours; please report the lines above."]


def test_a_run_is_asked_for_as_the_options_say(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[pipeline.RunRequest] = []

    def run_months(request: pipeline.RunRequest, *_: object) -> Any:
        asked.append(request)
        raise pipeline.run.ParameterError("enough")

    monkeypatch.setattr(pipeline, "run_months", run_months)
    profile = str(place.folder / "good" / "company.yaml")
    words = ["--period", "2024-04", "--notebooks", "summary, cohorts", "--locale", "uk", "--reports", "elsewhere"]
    words += ["-p", "cohorts_shown=6", "-p", "title=Six", "-p", "share=0.5", "-p", "open=true"]
    assert run_cli("run", "--profile", profile, *words, "--allow-incomplete", "--allow-partial") == 2
    (request,) = asked
    assert (request.profile, list(request.periods), request.locale) == (profile, ["2024-04"], "uk")
    assert list(request.notebooks) == ["summary", "cohorts"]
    assert request.parameters == {"cohorts_shown": 6, "title": "Six", "share": 0.5, "open": True}
    assert request.reports == Path("elsewhere")
    assert request.allow_incomplete
    assert request.allow_partial
    assert request.now.tzinfo is not None


def test_each_month_is_told_as_it_ends_though_a_later_one_fails(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_months(request: object, say: object, progress: Callable, ended: Callable) -> None:
        progress("2024-02 summary", 1, 12)
        ended(MonthResult(Path("reports/company/2024-02"), ("summary",), ("cohorts",), ("risk",)))
        ended(MonthResult(Path("reports/company/2024-03"), (), ("summary",), (), is_unchanged=True))
        assert capsys.readouterr().out.splitlines() == [
            "2024-02 summary: 12 cells",
            "Carried over: cohorts",
            "Failed: risk",
            "Published: reports/company/2024-02/index.html",
            "Unchanged: reports/company/2024-03/index.html",
        ]
        raise NotebookError("2024-04: 1 of its notebooks failed")

    monkeypatch.setattr(pipeline, "run_months", run_months)
    assert run_cli("run", "--profile", place.folder / "good" / "company.yaml") == 1
    assert capsys.readouterr() == ("", "error: 2024-04: 1 of its notebooks failed\n")


def test_the_good_company_of_these_tests_is_good(place: Place) -> None:
    facts = ensure_facts(load_profile(str(place.folder / "good" / "company.yaml")))
    assert resolve_period("", facts.months, facts.data_through).label == "2024-04"
    facts.close()
