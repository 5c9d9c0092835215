"""A published month as PDFs, with a printer that is no browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from retention_helpers import cli
from retention_helpers.errors import CallError, LockedError, MachineError
from retention_helpers.pipeline.lock import lock
from retention_helpers.pipeline.printing import PrintRequest, print_month
from retention_helpers.publishing import browser
from tests.publishing.tiny import everything_below

ALL = {
    f"2026-10/{inside}{name}.pdf": f"%PDF {name}".encode()
    for inside in ("", "ru/")
    for name in ("index", "cohorts", "summary")
}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """The sample's month in two languages, as publishing leaves it: a link to a version."""
    folder = tmp_path / "reports"
    version = folder / "sample" / ".versions" / "2026-10" / "run"
    for inside in (version, version / "ru"):
        inside.mkdir(parents=True)
        for name in ("index", "cohorts", "summary"):
            (inside / f"{name}.html").write_text(f"<html>{name}</html>", encoding="utf-8")
    manifest = {"period": "2026-10", "locales": ["en", "ru"], "notebooks": {"cohorts": {}, "summary": {}}}
    (version / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "sample" / "2026-10").symlink_to(".versions/2026-10/run")
    return folder


def printed(page: Path) -> bytes:
    assert page.is_file()
    return f"%PDF {page.stem}".encode()


def print_sample(reports: Path, **more: Any) -> list[str]:
    said: list[str] = []
    print_month(PrintRequest(**({"profile": "sample", "print_page": printed, "reports": reports} | more)), said.append)
    return said


def pdfs(reports: Path) -> dict[str, bytes | str]:
    return everything_below(reports / "_pdf" / "sample")


def test_every_page_of_the_last_month_is_printed_in_every_language_beside_the_reports(reports: Path) -> None:
    before = everything_below(reports)
    said = print_sample(reports)
    assert pdfs(reports) == ALL
    assert said[0] == "index: 0 KB"
    assert len(said) == len(ALL)
    after = everything_below(reports)
    assert {name: after[name] for name in before} == before


def test_printing_again_replaces_what_there_was_and_drops_pages_that_are_gone(reports: Path) -> None:
    print_sample(reports, print_page=lambda page: b"old")
    (reports / "_pdf" / "sample" / "2026-10" / "uk").mkdir()
    (reports / "_pdf" / "sample" / "2026-10" / "uk" / "gone.pdf").write_bytes(b"old")
    print_sample(reports)
    assert pdfs(reports) == ALL


def test_some_notebooks_alone_are_printed_and_the_others_stay(reports: Path) -> None:
    print_sample(reports, print_page=lambda page: b"old")
    print_sample(reports, notebooks=["cohorts"], period="2026-10")
    assert {name for name, content in pdfs(reports).items() if content != b"old"} == {
        "2026-10/cohorts.pdf",
        "2026-10/ru/cohorts.pdf",
    }


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"notebooks": ["cohort"]}, r'no page "cohort"\. Did you mean "cohorts"\? Known: index, cohorts, summary'),
        ({"period": "2026-09"}, "2026-09 was not published: there is nothing to print"),
        ({"period": "../2026-10"}, "is not a period"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(reports: Path, call: dict[str, Any], said: str) -> None:
    with pytest.raises(CallError, match=said):
        print_sample(reports, **call)
    assert not (reports / "_pdf").exists()


def test_where_nothing_was_published_there_is_nothing_to_print(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no month was published"):
        print_sample(tmp_path)


def test_a_page_that_does_not_print_leaves_everything_as_it_was(reports: Path) -> None:
    print_sample(reports)

    def jammed(page: Path) -> bytes:
        if page.parent.name == "ru":
            raise MachineError("did not print")
        return b"new"

    with pytest.raises(MachineError, match="did not print"):
        print_sample(reports, print_page=jammed)
    assert pdfs(reports) == ALL


def test_two_cannot_print_at_once(reports: Path) -> None:
    with lock(reports / "_pdf" / "sample"), pytest.raises(LockedError):
        print_sample(reports)


def test_without_a_browser_the_command_says_what_to_install(
    reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "NAMES", ())
    assert cli.main(["pdf", "--reports", str(reports)]) == MachineError.exit_code
    said = capsys.readouterr().err
    assert "a PDF needs Chromium, and none was found" in said
    assert "RETENTION_CHROMIUM=/path/to/chromium" in said
    assert not (reports / "_pdf").exists()
