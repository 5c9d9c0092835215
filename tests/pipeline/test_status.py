"""What is told of a profile's published months; one that cannot be read is named, not dropped."""

import json
from pathlib import Path

import pytest

from retention_helpers import cli
from retention_helpers.pipeline import status_of
from retention_helpers.publishing import failures
from retention_helpers.publishing.month import publish_month
from retention_helpers.publishing.versions import Place, publish, staging
from tests.company import company
from tests.publishing.tiny import request, tiny

ORDERS = "customer_id,ordered_at,amount\nc1,2024-01-05,10.00"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Four months of ``summary``: whole, not over, without ``baskets``, and with a ``baskets`` that failed."""
    company(tmp_path / "shop", ORDERS)
    for name in ("summary", "baskets"):
        tiny(tmp_path / "notebooks", name)
    have(tmp_path / "reports", "2024-01")
    have(tmp_path / "reports", "2024-02", is_complete=False, missing=["baskets"])
    have(tmp_path / "reports", "2024-03", missing=["baskets", "gone"])
    have(tmp_path / "reports", "2024-04", failed=["baskets"])
    return tmp_path / "reports"


def have(reports: Path, period: str, **said: object) -> None:
    whole = {"is_complete": True, "failed": [], "missing": [], "notebooks": {"summary": {"data_through": "2024-01-31"}}}
    place = Place(reports, "company", period, "run-1")
    with staging(place) as staged:
        (staged / "manifest.json").write_text(json.dumps(whole | said), encoding="utf-8")
        publish(place)


def test_a_month_that_is_not_whole_or_was_not_over_is_not_told_as_published(tmp_path: Path, reports: Path) -> None:
    profile = company(tmp_path / "shop", ORDERS)
    rows = status_of(profile, reports, tmp_path / "notebooks")
    assert [(row["period"], row["state"], row["reason"]) for row in rows] == [
        ("2024-04", "partial", "the month lacks baskets"),
        ("2024-03", "partial", "the month lacks baskets"),
        ("2024-02", "incomplete", "not over when it was published"),
        ("2024-01", "published", ""),
    ]


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_command_tells_it_to_people_and_machines(
    tmp_path: Path, reports: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    call = ["status", "--profile", str(tmp_path / "shop" / "company.yaml"), "--reports", str(reports), *more]
    assert cli.main(call) == 0
    said = capsys.readouterr().out
    assert ("incomplete" in said, "partial" in said) == (True, True)


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
