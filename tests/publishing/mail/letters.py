"""One letter about a tiny month, as the tests of what follows need it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retention_helpers.publishing.mail.contents import Links, contents
from retention_helpers.publishing.mail.letter import Letter, Reach, month_letter
from retention_helpers.publishing.mail.message import Envelope
from retention_helpers.publishing.mail.published import open_published
from retention_helpers.words import Words
from tests.publishing.mail.months import publish

WORDS = Words("en", "EUR")
SERVED = Links("https://reports.example/sample/2026-10")
REACH = Reach("https://reports.example/index.html", ("a.zip",), "You are on the list head.", "mailto:a@b.example")


def letter_of(folder: Path, *notebooks: dict[str, Any], subject: str = "October", **more: Any) -> Letter:
    month = open_published(publish(folder, *notebooks, **more))
    return month_letter(contents(month, month.notebooks, WORDS, SERVED), subject, REACH, WORDS)


def envelope(*to: str, **more: Any) -> Envelope:
    values: dict[str, Any] = {
        "sender": "reports@shop.example",
        "sender_name": "Sample company",
        "to": to or ("head@shop.example",),
        "list": "head",
        "report": "sample 2026-10 run-1",
        "at": datetime(2026, 11, 4, 5, 6, tzinfo=UTC),
    }
    return Envelope(**(values | more))
