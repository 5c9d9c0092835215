"""A company of four orders in four months, and what a run of it asks for."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retention_helpers.pipeline import RunRequest
from tests.company import company

NOW = datetime(2024, 4, 11, 5, 6, 7, 89, tzinfo=UTC)
HEADER = "customer_id,order_id,ordered_at,amount"
ROWS = ["c1,1,2024-01-05,10.00", "c2,2,2024-02-07,20.00", "c1,3,2024-03-31,30.00", "c2,4,2024-04-10,40.00"]


def run_of(folder: Path, *, title: str = "Company", **options: Any) -> RunRequest:
    """Its source under ``folder``/shop; notebooks and reports beside it."""
    company(folder / "shop", "\n".join([HEADER, *ROWS]), title=title)
    return RunRequest(
        profile=str(folder / "shop" / "company.yaml"),
        now=NOW,
        reports=folder / "reports",
        folder=folder / "notebooks",
        **options,
    )
