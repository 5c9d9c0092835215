"""The pages of a published month as PDFs, for paper and for those who file: reports/_pdf/<profile>/<period>/."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_helpers.errors import CallError, MachineError, did_you_mean
from retention_helpers.params import REPORTS, load_profile
from retention_helpers.periods import Period
from retention_helpers.publishing import versions
from retention_helpers.publishing.browser import NAMES, VARIABLE, PrintPage
from retention_helpers.publishing.failures import manifest_of

from .lock import lock

FRONT = "index"

Say = Callable[[str], None]


@dataclass(frozen=True)
class PrintRequest:
    """What the command line asks for; ``print_page`` is None on a machine without a browser."""

    profile: str
    print_page: PrintPage | None
    period: str = ""
    notebooks: Sequence[str] = ()
    reports: Path = REPORTS


def print_month(request: PrintRequest, say: Say) -> Path:
    """Print the front page and the notebooks of a month (the last one, unless named) in all its languages.

    The folder of the PDFs is laid out like the month's own and returned. All pages are printed before one file is
    written; what the month has no page of any more goes. Raises `CallError` where there is no such month or notebook,
    `MachineError` without a browser or when it does not print.
    """
    profile = load_profile(request.profile)
    published = request.reports / profile.name
    period = _period(request, published)
    # The version behind the link: a run that swaps in another one meanwhile changes nothing here.
    month = (published / period).resolve()
    pages = _pages(request, manifest_of(month), period)
    if request.print_page is None:
        raise MachineError(
            f"a PDF needs Chromium, and none was found (looked for {', '.join(NAMES)}). "
            f"Install it, or name one: {VARIABLE}=/path/to/chromium"
        )
    folder = request.reports / "_pdf" / profile.name / period
    with lock(folder.parent), versions.machine_errors(request.reports):
        printed = {}
        for page in pages:
            printed[folder / f"{page}.pdf"] = request.print_page(month / f"{page}.html")
            say(f"{page}: {len(printed[folder / f'{page}.pdf']) / 1000:,.0f} KB")
        for path, pdf in printed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            versions.write_whole(path, pdf)
        if not request.notebooks:
            for path in set(folder.rglob("*.pdf")) - printed.keys():
                path.unlink()
    return folder


def _period(request: PrintRequest, published: Path) -> str:
    if request.period:
        return Period.parse(request.period).label
    known = versions.periods_in(published)
    if not known:
        raise CallError(f"{published.name}: no month was published. Publish one first: make report")
    return known[0]


def _pages(request: PrintRequest, manifest: Mapping[str, Any], period: str) -> list[str]:
    """The pages to print, as paths in the month's folder without their ending."""
    if not manifest:
        raise CallError(f"{period} was not published: there is nothing to print. Publish it first: make report")
    known = [FRONT, *manifest["notebooks"]]
    for name in request.notebooks:
        if name not in known:
            raise CallError(f'{period} has no page "{name}".{did_you_mean(name, known)} Known: {", ".join(known)}.')
    inside = ["", *(f"{locale}/" for locale in manifest.get("locales", [])[1:])]
    return [f"{folder}{name}" for folder in inside for name in request.notebooks or known]
