"""How long notebooks took the last time: what a run does first, and what it says of the time left."""

from pathlib import Path

from . import failures, versions


def seconds_before(profile_folder: Path) -> dict[str, float]:
    """Notebook -> seconds, all languages together, in the last month published that says so; empty where nothing is.

    Raises `MachineError` for a folder that cannot be read.
    """
    with versions.machine_errors(profile_folder):
        latest_first = (failures.manifest_of(profile_folder / month) for month in versions.periods_in(profile_folder))
        last = next(filter(None, latest_first), {})
    return {name: item["seconds"] for name, item in last.get("notebooks", {}).items() if item.get("seconds")}
