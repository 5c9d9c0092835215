"""What is published of a profile, told month by month; a month that cannot be read is named, not dropped."""

from pathlib import Path

import pytest

from retention_helpers.pipeline import status_of
from retention_helpers.publishing import failures
from retention_helpers.publishing.month import publish_month
from tests.company import company
from tests.publishing.tiny import request, tiny

ORDERS = "customer_id,ordered_at,amount\nc1,2024-01-05,17.85\n"


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b'{"notebooks": [', b"\xff\xfe"])
def test_a_month_whose_manifest_cannot_be_read_is_damaged_and_hinders_no_other(tmp_path: Path, content: bytes) -> None:
    month = tmp_path / "reports" / "company" / "2026-07"
    month.mkdir(parents=True)
    (month / "manifest.json").write_bytes(content)
    (row,) = status_of(company(tmp_path / "shop", ORDERS), tmp_path / "reports")
    assert (row["period"], row["notebook"], row["state"]) == ("2026-07", "", "damaged")
    assert row["reason"] == "its manifest.json cannot be read: run the month again"


@pytest.mark.slow
def test_a_run_beside_a_damaged_month_ends_well_and_the_history_still_leads_to_its_pages(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    asked = request(reports, tiny(tmp_path / "notebooks", "summary"))
    old = reports / "sample" / "2026-07"
    old.mkdir(parents=True)
    for name in ("manifest.json", "headline.json", "index.html", "cohorts.html"):
        (old / name).touch()
    failed = reports / "_failed" / "sample" / "2026-06" / "cohorts"
    failed.mkdir(parents=True)
    (failed / "failure.json").write_bytes(b"\xff")
    publish_month(asked)
    page = (reports / "sample" / "index.html").read_text(encoding="utf-8")
    for link in ("2026-10/summary.html", "2026-07/index.html", "2026-07/cohorts.html"):
        assert f'<a href="{link}">' in page
    assert failures.manifest_of(old) == {}
