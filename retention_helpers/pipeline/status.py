"""What is published of a profile: every notebook of every month, since when, from which data; and what failed."""

from pathlib import Path
from typing import Any

from retention_helpers.params import NOTEBOOKS, Profile
from retention_helpers.publishing import failures, versions
from retention_helpers.publishing.timings import seconds_before

from .notebooks import suite_of
from .standing import Standing, missing_in, standing_of

_DAMAGED = "its manifest.json cannot be read: run the month again"


def status_of(profile: Profile, reports: Path, notebooks: Path = NOTEBOOKS) -> list[dict[str, str]]:
    """One row per period and notebook: ``period, notebook, state, published_at, data_through, reason``.

    state is published, incomplete (the month was not over when it was made), partial (the month lacks other notebooks:
    the reason names them), failed (nothing of it is published), "failed, older one kept" or damaged (the whole month,
    which then has no notebook). What is not known is empty. The latest period comes first. Raises `MachineError` for a
    folder that cannot be read.
    """
    folder, suite = reports / profile.name, suite_of(profile, notebooks)
    with versions.machine_errors(reports):
        failed = {(item["period"], item["notebook"]): item for item in failures.failures_of(reports, profile.name)}
        rows = {}
        for period in versions.periods_in(folder):
            manifest = failures.manifest_of(folder / period)
            standing = standing_of(manifest, suite)
            for name, made in manifest.get("notebooks", {}).items():
                rows[period, name] = _row(period, name, standing, made, _why(standing, manifest, suite))
            if "notebooks" not in manifest:
                rows[period, ""] = _row(period, "", "damaged", {}, _DAMAGED)
        for (period, name), failure in failed.items():
            state = "failed, older one kept" if (period, name) in rows else "failed"
            kept = rows.get((period, name), {})
            rows[period, name] = _row(period, name, state, kept, failure["reason"].splitlines()[0])
    return [rows[key] for key in sorted(rows, key=lambda key: (_backwards(key[0]), key[1]))]


def _why(standing: Standing, manifest: dict[str, Any], suite: list[str]) -> str:
    """Why a month is not simply published."""
    if standing == "incomplete":
        return "not over when it was published"
    lacking = [*manifest.get("failed", ()), *missing_in(manifest, suite)]
    return f"the month lacks {', '.join(lacking)}" if standing == "partial" else ""


def seconds_of(profile: Profile, reports: Path) -> dict[str, float]:
    """How long each notebook took in the last month published of a profile."""
    return seconds_before(reports / profile.name)


def _row(period: str, name: str, state: str, made: dict, reason: str = "") -> dict[str, str]:
    return {
        "period": period,
        "notebook": name,
        "state": state,
        "published_at": made.get("published_at", ""),
        "data_through": made.get("data_through", ""),
        "reason": reason,
    }


def _backwards(period: str) -> int:
    return -int(period.replace("-", ""))
