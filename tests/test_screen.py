"""What stands in a terminal while several months are made."""

import io
import sys

import pytest

from retention_helpers.cli.screen import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_second_month_has_bars_of_its_own_in_the_place_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "120")
    with progress({"summary": 20.0}) as show:
        show("2026-08 summary", 2, 2)
        for title in ("2026-09 summary", "2026-09 summary (ru)"):
            show(title, 1, 4)
    shown = screen.getvalue()
    last = shown.rpartition("\r")[2]
    assert "2026-08 summary" in shown
    assert "2026-08" not in last
    for title in ("2026-09 summary  ", "2026-09 summary (ru)"):
        assert title in last
    assert last.count("about 15 s left") == 2
