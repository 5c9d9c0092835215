"""Printing through a browser, with shell scripts in its place: how it is found, called, stopped, and what is kept."""

import os
import time
from pathlib import Path

import pytest

from retention_helpers.errors import MachineError
from retention_helpers.publishing import browser
from retention_helpers.publishing.browser import find_chromium, page_printer, print_page

# What Chromium writes at the head of a PDF, and a text of the page that only looks like it.
PDF = (
    "%PDF-1.4\n1 0 obj\n<</Title (At /CreationDate \\(D:20260101\\))\n/Producer (Skia/PDF m156)\n"
    "/CreationDate (D:20261125000214+00'00')\n/ModDate (D:20261125000214+00'00')>>\nendobj\n"
)
PRINTS = """printf '%s\\n' "$@" > {folder}/called
for word; do case $word in --print-to-pdf=*) target=${{word#*=}};; file://*) page=${{word#file://}};; esac; done
cp "$page" {folder}/page
cp {folder}/whole.pdf "$target"
echo once >> {folder}/times
"""


def program(folder: Path, script: str, name: str = "chromium") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "whole.pdf").write_text(PDF, encoding="utf-8")
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script.format(folder=folder)}", encoding="utf-8")
    path.chmod(0o755)
    return path


def words_of(process: Path) -> bytes:
    try:
        return process.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "summary.html"
    path.write_text('<a href="#s1">1</a><a href="ru/summary.html">Русский</a>', encoding="utf-8")
    return path


def test_the_usual_names_are_tried_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    assert page_printer() is None
    for name in reversed(browser.NAMES):
        assert find_chromium() != program(tmp_path, "", name)
        assert find_chromium() == tmp_path / name


def test_the_environment_names_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = program(tmp_path, "", "my-browser")
    monkeypatch.setenv(browser.VARIABLE, str(mine))
    assert find_chromium() == mine
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(MachineError, match=r"RETENTION_CHROMIUM=.*gone is no program"):
        find_chromium()


def test_a_page_is_printed_without_the_links_that_leave_it_and_without_dates(tmp_path: Path, page: Path) -> None:
    folder = tmp_path / "bin"
    pdf = print_page(program(folder, PRINTS), page)
    assert (folder / "page").read_text(encoding="utf-8") == '<a href="#s1">1</a><a>Русский</a>'
    assert len(pdf) == len(PDF.encode())
    assert [line.strip() for line in pdf.splitlines()][3:] == [b"/Producer (Skia/PDF m156)", b"", b">>", b"endobj"]
    assert b"/Title (At /CreationDate \\(D:20260101\\))" in pdf


def test_the_browser_has_no_window_a_profile_of_its_own_and_as_root_alone_no_sandbox(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        print_page(program(folder, PRINTS), page)
        words = (folder / "called").read_text(encoding="utf-8").splitlines()
        assert {"--headless", "--no-pdf-header-footer", "--disable-background-networking"} <= set(words)
        assert ("--no-sandbox" in words) == (user == 0)
        (profile,) = (word.partition("=")[2] for word in words if word.startswith("--user-data-dir="))
        assert not Path(profile).parent.exists()
        assert words[-1].startswith("file://")
        assert words[-1].endswith("/summary.html")


def test_a_browser_that_hangs_is_stopped_with_all_its_processes(tmp_path: Path, page: Path) -> None:
    naps = f"77.{os.getpid()}"  # no other test's
    slow = program(tmp_path / "bin", f"sleep {naps} & sleep {naps}")
    start = time.perf_counter()
    with pytest.raises(MachineError, match=r"was stopped: it did not print within 0\.5 seconds"):
        print_page(slow, page, seconds=0.5)
    assert time.perf_counter() - start < 30
    # A killed process is still there until somebody has asked for its end.
    while any(naps.encode() in words_of(path) for path in Path("/proc").glob("[0-9]*/cmdline")):
        assert time.perf_counter() - start < 30
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo noise >&2; echo 'no usable sandbox' >&2; exit 1", "no usable sandbox$"), ("exit 3", "exit code 3$")],
)
def test_a_browser_that_prints_nothing_is_named_with_its_last_words(
    tmp_path: Path, page: Path, script: str, said: str
) -> None:
    with pytest.raises(MachineError, match=rf"did not print summary\.html: {said}"):
        print_page(program(tmp_path / "bin", script), page)


def test_a_browser_that_cannot_be_started_is_the_machines_fault(tmp_path: Path, page: Path) -> None:
    broken = program(tmp_path / "bin", "")
    broken.write_bytes(b"\x7fELF")
    with pytest.raises(MachineError, match="does not start"):
        print_page(broken, page)


def test_a_page_that_several_lists_get_is_printed_once(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(browser.VARIABLE, str(program(tmp_path / "bin", PRINTS)))
    printer = page_printer()
    assert printer is not None
    assert printer(page) == printer(page)
    assert (tmp_path / "bin" / "times").read_text(encoding="utf-8") == "once\n"
