"""One run: what is asked of publishing, and what is refused before it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retention_helpers.errors import LockedError, NotebookError, ParameterError, PeriodError
from retention_helpers.params import load_profile
from retention_helpers.pipeline import run
from retention_helpers.pipeline.lock import lock
from retention_helpers.publishing.execution import Progress
from retention_helpers.publishing.request import MonthRequest, MonthResult
from retention_helpers.report import ensure_facts
from tests.company import company
from tests.pipeline.four_orders import HEADER, ROWS, run_of
from tests.publishing.tiny import everything_below, tiny

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

PUBLISHED = MonthResult(Path("reports"), (), (), ())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[MonthRequest]:
    """What would have been published."""
    months: list[MonthRequest] = []

    def publish_month(month: MonthRequest, progress: object) -> MonthResult:
        months.append(month)
        with pytest.raises(LockedError), lock(month.place.profile_folder):
            pytest.fail("published without the lock")
        assert Path(os.environ["RETENTION_CACHE"]).is_absolute()
        return PUBLISHED

    monkeypatch.setattr(run, "publish_month", publish_month)
    return months


@pytest.fixture
def request_of(tmp_path: Path) -> run.RunRequest:
    tiny(tmp_path / "notebooks", "summary")
    tiny(tmp_path / "notebooks", "loyalty")
    return run_of(tmp_path, title="Tea and cups")


def rewritten(request: run.RunRequest, *rows: str) -> None:
    path = Path(request.profile).with_name("orders.csv")
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


def test_the_last_complete_month_is_published_unless_one_is_named(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    said: list[str] = []
    assert run.run_months(request_of, said.append) == [PUBLISHED]
    assert run.run_months(replace(request_of, periods=["2024-02"]), said.append) == [PUBLISHED]
    last, named = asked
    assert (last.place.period, last.data.as_of, last.data.is_complete) == ("2024-03", date(2024, 3, 31), True)
    assert (named.place.period, named.frame.data_through) == ("2024-02", date(2024, 2, 29))
    assert last.place.run_id == "20240411T050607000089"
    assert said == [
        "Facts: reading the source.",
        "Facts: months built: 4, unchanged: 0.",
        "Facts: unchanged, reused.",
    ]


def test_each_month_is_told_as_it_ends_and_named_while_it_is_made(
    request_of: run.RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []

    def publish_month(month: MonthRequest, progress: Progress) -> str:
        progress("summary", 1, 12)
        if month.place.period == "2024-02":
            raise NotebookError("2024-02: 1 of its notebooks failed")
        return month.place.period

    monkeypatch.setattr(run, "publish_month", publish_month)
    months = replace(request_of, first="2024-01", last="2024-03")
    with pytest.raises(NotebookError, match="2024-02: 1 of"):
        run.run_months(months, print, lambda *progress: told.append(progress), told.append)
    made = [(f"2024-0{month} summary", 1, 12) for month in (1, 2, 3)]
    assert told == [made[0], "2024-01", made[1], made[2], "2024-03"]


def test_each_notebook_gets_the_month_and_the_place_of_the_profile(
    request_of: run.RunRequest, asked: list[MonthRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run.run_months(replace(request_of, profile="shop/company.yaml", locale="en"), print)
    (month,) = asked
    assert [notebook.name for notebook in month.notebooks] == ["summary", "loyalty"]
    common = {"profile": request_of.profile, "period": "2024-03", "locale": "en", "allow_incomplete": False}
    assert [notebook.parameters for notebook in month.notebooks] == [common, common]
    assert (month.company, month.place.profile, list(month.order)) == (
        "Tea and cups",
        "company",
        ["summary", "loyalty"],
    )


def test_fingerprints_and_rows_reach_to_the_end_of_the_month(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    run.run_months(replace(request_of, periods=["2024-02"]), print)
    (month,) = asked
    assert month.data.row_counts == {"2024-01": 1, "2024-02": 1}
    assert set(month.data.fingerprints) == {"2024-01", "2024-02"}
    assert month.data.data_through == date(2024, 4, 10)


def test_an_incomplete_month_is_published_only_when_asked_for_and_says_so(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    with pytest.raises(PeriodError, match="not complete"):
        run.run_months(replace(request_of, periods=["2024-04"]), print)
    assert asked == []
    run.run_months(replace(request_of, periods=["2024-04"], allow_incomplete=True), print)
    assert not asked[0].data.is_complete
    assert asked[0].notebooks[0].parameters["allow_incomplete"] is True


def test_a_correction_of_a_past_month_is_said_and_handed_on(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    run.run_months(request_of, print)
    rewritten(request_of, ROWS[0], ROWS[1].replace("20.00", "25.00"), *ROWS[2:])
    said: list[str] = []
    run.run_months(request_of, said.append)
    assert "Restated: 2024-02: rows 1 before, 1 now; customers concerned: 1; revenue 20.00 before, 25.00 now." in said
    assert asked[0].data.restatements == []
    (restated,) = asked[1].data.restatements
    assert (restated.month, restated.customers, restated.amount_before, restated.amount_after) == ("2024-02", 1, 20, 25)
    run.run_months(replace(request_of, periods=["2024-01"]), print)
    assert asked[2].data.restatements == []  # what happened to a later month is none of its business


def test_a_correction_is_said_by_the_run_whoever_built_the_facts(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    run.run_months(request_of, print)
    rewritten(request_of, ROWS[0], ROWS[1].replace("20.00", "25.00"), *ROWS[2:])
    ensure_facts(load_profile(request_of.profile)).close()  # as a notebook in JupyterLab does it

    def restated(ask: Callable[..., object]) -> int:
        said: list[str] = []
        ask(request_of, said.append)
        return sum(line.startswith("Restated: 2024-02") for line in said)

    asks = (run.plan_months, run.plan_months, run.run_months, run.run_months, run.plan_months)
    assert [restated(ask) for ask in asks] == [1, 1, 1, 0, 0]


def test_facts_that_were_damaged_change_no_datum(
    request_of: run.RunRequest, asked: list[MonthRequest], own_cache: Path
) -> None:
    run.run_months(request_of, print)
    rewritten(request_of, ROWS[0], ROWS[1].replace("20.00", "25.00"), *ROWS[2:])
    run.run_months(request_of, print)
    file = (own_cache / "company" / "facts.duckdb").resolve()
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])
    said: list[str] = []
    run.run_months(request_of, said.append)
    assert f"Facts: gone or damaged, and made again: {file.name}." in said
    assert asked[1].data == asked[2].data
    assert len(asked[2].data.restatements) == 1


def test_a_correction_whose_month_was_damaged_is_said_and_handed_on(
    request_of: run.RunRequest, asked: list[MonthRequest], own_cache: Path
) -> None:
    run.run_months(request_of, print)
    for file in (own_cache / "company" / "order_lines").iterdir():
        file.unlink()
    rewritten(request_of, ROWS[0], ROWS[1].replace("20.00", "25.00"), *ROWS[2:])
    said: list[str] = []
    run.run_months(request_of, said.append)
    assert said[-1].startswith("Restated: 2024-02: rows 1 before, 1 now; what they came to before is not known")
    (restated,) = asked[1].data.restatements
    assert (restated.month, restated.customers, restated.amount_before, restated.amount_after) == (
        "2024-02",
        None,
        None,
        None,
    )


def test_a_history_that_is_lost_is_said(request_of: run.RunRequest, asked: list[MonthRequest], own_cache: Path) -> None:
    run.run_months(request_of, print)
    for name in ("history.json", "facts.duckdb"):
        (own_cache / "company" / name).resolve().unlink()
    said: list[str] = []
    run.run_months(request_of, said.append)
    assert (
        said[-1]
        == "Facts: which months were restated before is lost with the damaged files; they are not named any more."
    )


def test_a_notebook_whose_table_is_absent_is_left_out_with_a_sentence(
    request_of: run.RunRequest, asked: list[MonthRequest]
) -> None:
    path = request_of.folder / "loyalty.ipynb"
    node = json.loads(path.read_text(encoding="utf-8"))
    node["metadata"]["retention_report"] = {"needs": ["memberships", "contacts"]}
    path.write_text(json.dumps(node), encoding="utf-8")
    run.run_months(request_of, print)
    (month,) = asked
    assert [notebook.name for notebook in month.notebooks] == ["summary"]
    (left_out,) = month.left_out
    assert (left_out.notebook, left_out.title) == ("loyalty", "Do loyalty customers come back?")
    assert left_out.sentence == "Left out: this company gives no table memberships, contacts."


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"parameters": {"allow_incomplete": True}}, ParameterError, "use --allow-incomplete"),
        ({"parameters": {"top": 3}}, ParameterError, 'no notebook takes a parameter "top"'),
        ({"periods": ["2024-13"]}, PeriodError, "is not a period"),
        ({"periods": ["2025-01"]}, PeriodError, "has no data"),
    ],
)
def test_what_is_refused_leaves_no_trace(
    request_of: run.RunRequest,
    asked: list[MonthRequest],
    tmp_path: Path,
    own_cache: Path,
    changes: dict[str, Any],
    error: type[Exception],
    says: str,
) -> None:
    before = everything_below(tmp_path)
    with pytest.raises(error, match=says):
        run.run_months(replace(request_of, **changes), print)
    assert asked == []
    assert everything_below(tmp_path) == before
    assert not request_of.reports.exists()
    assert list(own_cache.iterdir()) == []


def test_a_run_beside_another_one_builds_nothing(
    request_of: run.RunRequest, asked: list[MonthRequest], own_cache: Path
) -> None:
    with lock(request_of.reports / "company"), pytest.raises(LockedError):
        run.run_months(request_of, print)
    assert asked == []
    assert list(own_cache.iterdir()) == []


@pytest.mark.parametrize(
    ("profile", "locale", "locales"),
    [
        ({}, "", ["en"]),
        ({}, "ru", ["ru"]),
        ({"locales": ["ru", "uk"]}, "", ["en", "ru", "uk"]),
        ({"locale": "uk", "locales": ["uk", "ru"]}, "", ["uk", "ru"]),
        ({"locales": ["ru", "uk"]}, "ru", ["ru", "uk"]),
    ],
)
def test_the_default_language_is_the_calls_or_the_profiles_and_further_ones_follow(
    request_of: run.RunRequest,
    asked: list[MonthRequest],
    profile: dict[str, Any],
    locale: str,
    locales: list[str],
) -> None:
    company(Path(request_of.profile).parent, "\n".join([HEADER, *ROWS]), **profile)
    run.run_months(replace(request_of, locale=locale), print)
    assert asked[0].locales == locales
    assert [edition.words.currency for edition in asked[0].editions] == ["EUR"] * len(locales)
