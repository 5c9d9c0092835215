"""The report as files of a mail."""

import io
import zipfile
from pathlib import Path

from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.mail.attachment import attachments
from retention_helpers.publishing.mail.published import open_published
from tests.publishing.mail.letters import WORDS
from tests.publishing.mail.months import publish


def test_a_list_that_wants_nothing_gets_nothing(tmp_path: Path) -> None:
    month = open_published(publish(tmp_path))
    assert attachments("none", month, month.notebooks, WORDS) == ()


def test_the_zip_holds_the_pages_of_the_list_and_a_front_page_that_leads_to_no_other(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    (folder / "tables").mkdir()
    (folder / "tables" / "audience.csv").write_text("customer_id\nc1\n", encoding="utf-8")
    (made,) = attachments("html", open_published(folder), ["cohorts"], WORDS)
    assert (made.name, made.kind) == ("retention-2026-10.zip", "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    assert archive.namelist() == ["retention-2026-10/index.html", "retention-2026-10/cohorts.html"]
    front = archive.read("retention-2026-10/index.html").decode("utf-8")
    assert problems_of(front) == []
    assert 'href="cohorts.html"' in front
    assert "summary.html" not in front
    assert "Finding summary" not in front
    assert ".csv" not in front
    assert "../" not in front


def test_a_page_in_the_zip_leads_to_no_page_that_is_not_in_it(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    page = (
        '<a class="up" href="index.html">up</a><a href="ru/cohorts.html">Русский</a><a href="summary.html#fig-a">a</a>'
        '<a href="#s1">1</a><a href="cohorts.html#s2">2</a><svg><image href="data:image/png;base64,AA"/></svg>'
    )
    (folder / "cohorts.html").write_text(page, encoding="utf-8")
    (made,) = attachments("html", open_published(folder), ["cohorts"], WORDS)
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    assert archive.read("retention-2026-10/cohorts.html").decode("utf-8") == (
        '<a class="up" href="index.html">up</a><a>Русский</a><a>a</a>'
        '<a href="#s1">1</a><a href="cohorts.html#s2">2</a><svg><image href="data:image/png;base64,AA"/></svg>'
    )


def test_the_same_month_gives_the_same_zip(tmp_path: Path) -> None:
    first, second = (open_published(publish(tmp_path / name)) for name in "ab")
    one, other = (attachments("html", month, month.notebooks, WORDS) for month in (first, second))
    assert one == other


def test_a_list_that_wants_pdfs_gets_one_a_notebook_where_something_prints_and_else_the_zip(tmp_path: Path) -> None:
    month = open_published(publish(tmp_path))
    printed = attachments("pdf", month, month.notebooks, WORDS, lambda page: f"%PDF {page.stem}".encode())
    assert [(item.name, item.content) for item in printed] == [
        ("2026-10-summary.pdf", b"%PDF summary"),
        ("2026-10-cohorts.pdf", b"%PDF cohorts"),
    ]
    assert [item.kind for item in attachments("pdf", month, month.notebooks, WORDS)] == ["application/zip"]
