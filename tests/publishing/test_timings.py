"""How long notebooks took: the last month that was published tells, not the first."""

import json
from pathlib import Path

from retention_helpers.publishing.timings import seconds_before


def month(folder: Path, period: str, content: str) -> None:
    (folder / period).mkdir(parents=True)
    (folder / period / "manifest.json").write_text(content, encoding="utf-8")


def test_the_latest_month_that_can_be_read_tells_the_time(tmp_path: Path) -> None:
    assert seconds_before(tmp_path) == {}
    for number, period in enumerate(("2025-12", "2026-09", "2026-10"), start=1):
        made = {"summary": {"seconds": float(number)}, "kept": {"seconds": 0.0}}
        month(tmp_path, period, json.dumps({"notebooks": made}))
    month(tmp_path, "2026-11", "")
    assert seconds_before(tmp_path) == {"summary": 3.0}
