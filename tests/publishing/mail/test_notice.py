"""The plain letters."""

from pathlib import Path

import pytest

from retention_helpers.publishing.mail.letter import Letter, Reach
from retention_helpers.publishing.mail.notice import customers_by_manager, failure_notice, manager_notice
from tests.publishing.mail.letters import REACH, WORDS
from tests.publishing.mail.months import Reader, numbers, one_line
from tests.publishing.mail.test_letter import TAGS
from tests.publishing.test_sanitizer import CORPUS

FAILURE = {"notebook": "cohorts", "period": "2026-10", "cell": 7, "reason": "ValueError: 3 rows have no date"}


def failed(*failures: dict, is_published: bool = True, reach: Reach = REACH) -> Letter:
    notice = failure_notice(failures, "Sample company", "_failed/sample/2026-10", is_published, WORDS)
    return notice.letter("Failed", reach, WORDS)


def test_a_failure_is_told_with_its_cell_its_reason_and_where_to_look() -> None:
    letter = failed(FAILURE, FAILURE | {"notebook": "rfm", "cell": None})
    for said in (
        "Failed: October 2026",
        "cohorts, cell 7",
        "ValueError: 3 rows have no date",
        "_failed/sample/2026-10",
    ):
        assert said in one_line(letter.text)
        assert said in Reader(letter.html).text
    assert "The last good version stays published" in one_line(letter.text)
    assert "is not published" in one_line(failed(FAILURE, is_published=False).text)


def test_the_text_of_a_notice_carries_every_number_of_its_html() -> None:
    letter = failed(FAILURE)
    assert numbers(Reader(letter.html).text) <= numbers(one_line(letter.text))


def test_a_manager_gets_counts_and_ids_and_nobodys_address() -> None:
    notice = manager_notice("M01", {"at risk": ["c2", "c1", "c1", "x@shop.example"]}, ("Shop", "2026-10"), WORDS)
    text = one_line(notice.letter("x", REACH, WORDS).text)
    assert "3 of your customers are on lists." in text
    assert "at risk: 3 customers (…), c1, c2" in text


def test_of_a_long_list_the_first_are_named_and_the_others_counted() -> None:
    ids = [f"c{number:05d}" for number in range(1234)]
    text = one_line(manager_notice("M01", {"risk": ids}, ("Shop", "2026-10"), WORDS).letter("x", REACH, WORDS).text)
    assert "risk: 1,234 customers c00000, c00001" in text
    assert "c00199, and 1,034 more" in text


def test_the_customers_of_managers_come_from_the_tables_that_name_them(tmp_path: Path) -> None:
    assert customers_by_manager(tmp_path) == {}
    for name, rows in (("risk", "M01,at risk,c1\nM02,at risk,c2\n"), ("value", "M01,valuable,c3\n")):
        folder = tmp_path / "tables" / name
        folder.mkdir(parents=True)
        (folder / "customers_by_manager.csv").write_text(f"manager,list,customer_id\n{rows}", encoding="utf-8")
    assert customers_by_manager(tmp_path) == {
        "M01": {"at risk": ["c1"], "valuable": ["c3"]},
        "M02": {"at risk": ["c2"]},
    }


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_in_a_notice(hostile: str) -> None:
    notice = manager_notice(hostile, {hostile: [hostile]}, (hostile, "2026-10"), WORDS)
    for letter in (failed(FAILURE | {"notebook": hostile, "reason": hostile}), notice.letter("x", REACH, WORDS)):
        seen = Reader(letter.html)
        assert seen.handlers == []
        assert seen.tags <= TAGS
        assert set(seen.addresses) <= {REACH.index, REACH.leave}
