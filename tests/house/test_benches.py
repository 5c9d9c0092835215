"""Benches that no other test runs: that they still run, on data too small to measure anything."""

import re
from pathlib import Path

import pytest

from docs.make_facts_bench import table

pytestmark = pytest.mark.slow


def test_the_bench_of_facts_has_a_line_for_each_step(tmp_path: Path) -> None:
    first, *steps = table(tmp_path, 20_000)
    assert re.match(r"1[89],\d{3} rows of orders in 36 months", first)
    assert [re.split(r"  +", step)[0] for step in steps] == [
        "a bare scan of three columns",
        "the facts of 35 months",
        "one month more",
        "nothing new",
        "tables of a report",
    ]
    assert all(re.search(r"[\d.]+ s +[\d.]+ CPU s +\d+ MB", step) for step in steps)
