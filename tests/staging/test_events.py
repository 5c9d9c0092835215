"""Several sources of one table, and events of which only the month or the year is known."""

from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from retention_helpers.errors import SourceError
from retention_helpers.params import Profile
from tests.company import found_problems, staged_rows, written

SURVEY = {"question": {"constant": "nps"}, "score": "score"}


def profile(folder: Path, *sources: tuple[str, dict[str, Any]], zone: str = "UTC") -> Profile:
    """Answers alone, of several files: a text and what its columns are."""
    tables = []
    for number, (text, columns) in enumerate(sources):
        (folder / f"answers_{number}.csv").write_text(text, encoding="utf-8")
        tables.append({"source": f"answers_{number}.csv", "columns": deepcopy(SURVEY | columns)})
    content = {"title": "x", "currency": "EUR", "timezone": zone}
    return written(folder, content | {"tables": {"feedback": tables if len(tables) > 1 else tables[0]}})


MOMENTS = {
    "2017": datetime(2017, 12, 31),
    "2017-05": datetime(2017, 5, 31),
    "2016-02": datetime(2016, 2, 29),
    "2017-05-09": datetime(2017, 5, 9),
    "2017-05-09 17:30": datetime(2017, 5, 9, 17, 30),
    "2017-05-09T22:30:00-05:00": datetime(2017, 5, 10, 3, 30),
    "2017-13": None,
    "May": None,
    "": None,
}


def test_a_survey_that_knows_its_month_or_year_counts_on_the_last_day_of_it(tmp_path: Path) -> None:
    lines = "".join(f'{number},"{text}"\n' for number, text in enumerate(MOMENTS))
    staged = staged_rows(profile(tmp_path, ("score,when\n" + lines, {"at": "when"})), 'score, "at"', "feedback")
    assert dict(zip(MOMENTS, [at for _, at in sorted(staged)], strict=True)) == MOMENTS


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_a_month_stays_that_month_in_every_zone(tmp_path: Path, zone: str) -> None:
    survey = profile(tmp_path, ("score\n9\n", {"at": {"constant": "2015-05"}}), zone=zone)
    assert staged_rows(survey, '"at"', "feedback") == [(datetime(2015, 5, 31),)]


def test_sources_of_one_table_become_one_whatever_their_columns_are_called(tmp_path: Path) -> None:
    survey = profile(
        tmp_path,
        ("score,name\n9,a\n11,b\n", {"at": {"constant": "2016-05"}, "customer_id": "name"}),
        ("NETPRO,W\n7,1.5\nBlank,1\n", {"at": {"constant": "2017-05"}, "score": "NETPRO", "weight": "W"}),
    )
    assert staged_rows(survey, 'year("at"), customer_id, score, score_code, weight', "feedback") == [
        (2016, "a", 9.0, "9", None),
        (2016, "b", 11.0, "11", None),
        (2017, None, 7.0, "7", 1.5),
        (2017, None, None, "Blank", 1.0),
    ]


def test_a_column_that_one_of_the_sources_lacks_is_named_with_it(tmp_path: Path) -> None:
    survey = profile(
        tmp_path, ("score\n9\n", {"at": {"constant": "2016"}}), ("points\n9\n", {"at": {"constant": "2017"}})
    )
    with pytest.raises(SourceError, match=r"answers_1\.csv(.|\n)*score|score(.|\n)*answers_1\.csv"):
        staged_rows(survey, "score", "feedback")


def test_a_source_without_rows_is_refused_by_its_name(tmp_path: Path) -> None:
    survey = profile(tmp_path, ("score,when\n9,2017-05\n", {"at": "when"}), ("score,when\n", {"at": "when"}))
    with pytest.raises(SourceError, match=r"answers_1\.csv has no rows"):
        staged_rows(survey, "score", "feedback")


def test_problems_of_all_sources_are_counted_together(tmp_path: Path) -> None:
    columns = {"at": "when"}
    survey = profile(tmp_path, ("score,when\n9,2017-05\n8,?\n", columns), ("score,when\n7,May\n6,2017-06\n", columns))
    counted = {check: rows for check, (rows, _) in found_problems(survey).items()}
    assert counted == {"no_at": 2}
