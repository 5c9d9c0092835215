"""A company of three months, its build, and the files that it has."""

from pathlib import Path

from retention_helpers.facts import Build
from retention_helpers.params import Profile
from retention_helpers.report import (
    build,
    facts_folder,
    survey,
)
from tests.company import company

HEADER = "customer_id,order_id,ordered_at,amount\n"
JANUARY = "a,1,2024-01-05,10\nb,2,2024-01-06,20\n"
FEBRUARY = "a,3,2024-02-05,30\na,1,2024-02-06,-5\n"
MARCH = "b,4,2024-03-05,40\nb,2,2024-03-31,-20\n"
RESTATED = "month - 24288, rows_before, rows_after, customers, amount_before_cents, amount_after_cents"


def built(profile: Profile) -> Build:
    with survey(profile) as seen:
        return build(profile, seen, facts_folder(profile))


def after(folder: Path, rows: str, **options: object) -> tuple[Profile, Build]:
    """The company with these rows, and what its build did."""
    profile = company(folder, HEADER + rows, **options)  # type: ignore[arg-type]
    return profile, built(profile)


def files_of(profile: Profile, month: int) -> dict[str, tuple[int, int]]:
    """A month's files: which (inode) and written when."""
    found = facts_folder(profile).glob(f"*/{month}-*.parquet")
    return {str(file): (file.stat().st_ino, file.stat().st_mtime_ns) for file in found}
