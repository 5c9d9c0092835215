"""The system's Chromium as a printer: found by name, started without a window, and gone with all its processes."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from retention_helpers.errors import MachineError
from retention_helpers.scratch import scratch_folder

from .links import unlinked

PrintPage = Callable[[Path], bytes]
"""Prints one page of a month as a PDF; there is none where no browser is installed."""

VARIABLE = "RETENTION_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 120.0

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a container's shared memory is too small for it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
_DATE = re.compile(rb"/(?:CreationDate|ModDate) \(D:[^)]*\)")


def find_chromium() -> Path | None:
    """The browser that RETENTION_CHROMIUM names, else the first of its usual names on the PATH; None without one.

    Raises `MachineError` when the variable names no program: whoever set it wants that one.
    """
    named = os.environ.get(VARIABLE)
    found = next(filter(None, map(shutil.which, [named] if named else NAMES)), None)
    if named and found is None:
        raise MachineError(f"{VARIABLE}={named} is no program. Correct it, or unset it to use the system's Chromium.")
    return Path(found) if found else None


def page_printer() -> PrintPage | None:
    """What prints a page here; a page that is asked for again is not printed again. None without a browser."""
    program = find_chromium()
    return None if program is None else cache(partial(print_page, program))


def print_page(program: Path, page: Path, seconds: float = SECONDS) -> bytes:
    """One page as a PDF: A4 as its style sheet says, tagged, with its headings as bookmarks.

    Links that lead out of the page are left out, because they would name a folder of this machine; so are the dates
    that Chromium writes, because the same page is to give the same bytes. Raises `MachineError` when nothing comes.
    """
    with scratch_folder() as folder:
        source, target = folder / page.name, folder / "page.pdf"
        source.write_text(unlinked(page.read_text(encoding="utf-8")), encoding="utf-8")
        # Its sandbox does not start as root.
        flags = (*_FLAGS, "--no-sandbox") if os.geteuid() == 0 else _FLAGS
        places = (f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", source.as_uri())
        said = _run([str(program), *flags, *places], folder / "messages", seconds)
        if not target.is_file():
            raise MachineError(f"{program} did not print {page.name}: {said}")
        return _undated(target.read_bytes())


def _run(command: Sequence[str], messages: Path, seconds: float) -> str:
    """Run a browser to its end; returns the last line that it complained with."""
    with messages.open("wb") as file:
        try:
            # Messages go to a file: a process of its that outlives it would hold a pipe open.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True
            )
        except OSError as error:
            raise MachineError(f"{command[0]} does not start: {error.strerror}. Name another by {VARIABLE}.") from error
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise MachineError(
            f"{command[0]} was stopped: it did not print within {seconds:g} seconds. Name another by {VARIABLE}."
        ) from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    lines = messages.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {process.returncode}")


def _undated(pdf: bytes) -> bytes:
    """The dates blanked where they stand, so that every offset of the file still holds."""
    return _DATE.sub(lambda found: b" " * len(found[0]), pdf, count=2)
