"""The sample company: only the command line knows it, and makes its files when they are first needed."""

import sys
from pathlib import Path

from retention_helpers.errors import MachineError

SAMPLE = "sample"


def make_sample(profile: str) -> None:
    """The sample company's files are made, not shipped: once, when its profile is first used."""
    folder = sample_folder()
    if profile == SAMPLE and not (folder / "truth" / "truth.json").is_file():
        # Not among the results: what `data-check --json` prints is JSON from its first letter.
        print("Sample company: making its files.", file=sys.stderr)
        write_sample(folder)


def write_sample(folder: Path) -> None:
    from retention_helpers.sample import write_company

    try:
        write_company(folder)
    except OSError as error:
        raise MachineError(
            f"{folder}: the sample company cannot be written: {error.strerror}. Free the disk or set RETENTION_CACHE."
        ) from error


def sample_folder() -> Path:
    from retention_helpers.params import cache_folder

    return cache_folder() / "sample-company"
