"""The report as files of a mail: PDFs where something prints them, else the pages in one zip."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from retention_helpers.words import Words

from ..browser import PrintPage
from ..drawings import drawings_of
from ..front import Front
from ..index import month_index
from ..links import unlinked
from ..page import Frame
from .published import Published, concerning

# The first moment a zip knows: the time of a file must not differ between two runs.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Attachment:
    name: str
    kind: Literal["application/pdf", "application/zip"]
    content: bytes


def attachments(
    wanted: str, month: Published, notebooks: Sequence[str], words: Words, print_page: PrintPage | None = None
) -> tuple[Attachment, ...]:
    """What a list wants to get with its mail: ``none``, ``pdf`` (the zip where nothing prints) or ``html``."""
    period = month.headline["period"]
    if wanted == "none":
        return ()
    if wanted == "pdf" and print_page is not None:
        return tuple(
            Attachment(f"{period}-{name}.pdf", "application/pdf", print_page(month.folder / f"{name}.html"))
            for name in notebooks
        )
    return (Attachment(f"retention-{period}.zip", "application/zip", _zipped(month, notebooks, words)),)


def _zipped(month: Published, notebooks: Sequence[str], words: Words) -> bytes:
    """The pages of these notebooks with a front page over them, and nothing per customer."""
    pages = {"index.html": _front(month, notebooks, words)}
    for name in notebooks:
        pages[f"{name}.html"] = (month.folder / f"{name}.html").read_text(encoding="utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, page in pages.items():
            entry = zipfile.ZipInfo(f"retention-{month.headline['period']}/{name}", _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            # Other languages, tables and the history are not in a zip.
            archive.writestr(entry, unlinked(page, pages))
    return buffer.getvalue()


def _front(month: Published, notebooks: Sequence[str], words: Words) -> str:
    """The month's front page about these notebooks only."""
    headline = month.headline
    watch = headline.get("watch") or {}
    said = {
        **headline,
        "notebooks": [{**item, "tables": []} for item in headline["notebooks"] if item["notebook"] in notebooks],
        "findings": [item for name in notebooks for item in month.of(name, "findings")],
        "kpis": [item for name in notebooks for item in month.of(name, "kpis")],
        "alerts": concerning(headline.get("alerts", ()), notebooks),
        "watch": watch if watch.get("notebook") in notebooks else {},
        "actions": concerning(headline.get("actions", ()), notebooks),
    }
    through = date.fromisoformat(headline["data_through"])
    frame = Frame(words, headline["company"], headline["period"], through, headline["is_complete"])
    drawings = {name: drawings_of(month.executed(name), name) for name in notebooks}
    return month_index(said, frame, Front(drawings=drawings))
