"""Whether the reports folder can be written: asked before anything is built."""

import tempfile
from pathlib import Path

from retention_helpers.errors import MachineError


def check_writable(reports: Path) -> None:
    """Raise `MachineError` when no file can be made in ``reports`` (or in the nearest folder above that exists)."""
    folder = reports
    try:
        # What stands in a folder that is shut cannot even be asked for.
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise MachineError(
            f"{reports} cannot be written: {error.strerror}. Correct its rights, or give another folder with --reports."
        ) from error
