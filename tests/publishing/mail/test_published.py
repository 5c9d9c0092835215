"""Which months can be mailed, and in which language."""

import json
import shutil
from pathlib import Path

import pytest

from retention_helpers.errors import CallError, NotebookError, PeriodError
from retention_helpers.publishing.mail.published import open_published
from tests.publishing.mail.months import publish


def test_a_month_tells_its_notebooks_and_their_figures(tmp_path: Path) -> None:
    month = open_published(publish(tmp_path))
    assert month.notebooks == ("summary", "cohorts")
    assert list(month.figures("cohorts")) == ["cohorts_line", "cohorts_grid"]
    assert [item["name"] for item in month.of("cohorts", "findings")] == ["cohorts_line", "cohorts_grid"]


def test_a_list_gets_its_notebooks_in_its_own_order_and_only_those_that_there_are(tmp_path: Path) -> None:
    month = open_published(publish(tmp_path))
    assert month.chosen(["cohorts", "risk", "summary"]) == ("cohorts", "summary")
    assert month.chosen("all") == ("summary", "cohorts")


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"failed": ["cohorts"]}, NotebookError, "is partial"),
        ({"is_complete": False}, PeriodError, "is not over"),
    ],
)
def test_a_partial_or_an_incomplete_month_is_not_mailed(
    tmp_path: Path, more: dict, error: type[Exception], said: str
) -> None:
    month = publish(tmp_path, **more)
    with pytest.raises(error, match=said):
        open_published(month)


def test_a_month_that_is_not_there_is_not_mailed(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="was not published"):
        open_published(tmp_path / "sample" / "2026-10")


@pytest.mark.parametrize("file", ["manifest.json", "headline.json"])
def test_a_damaged_month_is_not_mailed_and_the_file_is_named(tmp_path: Path, file: str) -> None:
    month = publish(tmp_path)
    (month / file).write_bytes(b"")
    with pytest.raises(CallError, match=rf"{file} is damaged .*Run the month again"):
        open_published(month)


def test_a_month_is_mailed_in_the_languages_that_it_was_published_in(tmp_path: Path) -> None:
    month = publish(tmp_path)
    assert open_published(month, "en").folder == month
    with pytest.raises(CallError, match='published in "en", not in "ru"'):
        open_published(month, "ru")
    shutil.copytree(month / "executed", month / "ru" / "executed")
    headline = json.loads((month / "headline.json").read_text(encoding="utf-8"))
    (month / "ru" / "headline.json").write_text(json.dumps(headline | {"locale": "ru"}), encoding="utf-8")
    russian = open_published(month, "ru")
    assert (russian.folder, russian.inside, russian.locale) == (month / "ru", "ru", "ru")
    assert russian.manifest["run_id"] == "run-1"
