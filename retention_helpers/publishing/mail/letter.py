"""A finished letter: subject, HTML, the same in plain text, and the pictures that the HTML names."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from retention_helpers.words import Words

from .contents import Call, Contents, Kpi, Picture
from .markup import html_of
from .picture import WIDTH, height_at
from .spark import spark_png

_COLUMNS = 72


@dataclass(frozen=True)
class Reach:
    """How a reader gets from the mail to the report, and off the list.

    index: the address of the month, "" where it is served nowhere. enclosed: names of the attached files. why: the
    reason that the mail came. leave: a mailto address.
    """

    index: str
    enclosed: tuple[str, ...]
    why: str
    leave: str


@dataclass(frozen=True)
class Letter:
    """What a message is made of. ``pictures`` maps Content-IDs to PNGs."""

    subject: str
    html: str
    text: str
    language: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def month_letter(said: Contents, subject: str, reach: Reach, words: Words) -> Letter:
    """The letter about a month: all its words in HTML and in text, in the same order."""
    # Content-IDs stay short: over some 64 characters they fold and no longer match.
    lines = [(f"kpi{i}@mail", spark_png(kpi.series, kpi.target)) for i, kpi in enumerate(said.kpis, 1)]
    charts = [(f"figure{i}@mail", picture.png) for i, picture in enumerate(said.pictures, 1)]
    note = words.say("± is a 95% interval of the change. ≈ within noise: the interval holds no change.")
    enclosed = (
        words.say("The full report is attached: {names}.", names=", ".join(reach.enclosed)) if reach.enclosed else ""
    )
    html = html_of(
        "month",
        said=said,
        cards=[{"kpi": kpi, "cid": cid if png else ""} for kpi, (cid, png) in zip(said.kpis, lines, strict=True)],
        charts=[{"cid": cid, "height": height_at(WIDTH, png)} for cid, png in charts],
        to_do=words.say("What to do"),
        note=note,
        enclosed=enclosed,
        **frame(said.title, said.eyebrow, said.through, reach, words),
        preheader=_preheader(said),
    )
    parts = [
        _heading(said.title, said.eyebrow, said.through),
        *(_call_text(alert, "! ") for alert in said.alerts),
        _wrapped(said.calm),
        "\n".join(_wrapped(finding.headline, "* ") for finding in said.findings),
        words.say("What to do") if said.actions else "",
        *(_call_text(action, "> ") for action in said.actions),
        "\n\n".join(map(_kpi_text, said.kpis)),
        _wrapped(note) if said.kpis else "",
        "\n".join(filter(None, (_address(words.say("Open the full report"), reach.index), enclosed))),
        *(_picture_text(picture) for picture in said.pictures),
        ending(reach, words),
    ]
    pictures = {cid: png for cid, png in (*lines, *charts) if png}
    return Letter(subject, html, joined(parts), words.locale, pictures)


def frame(title: str, eyebrow: str, through: str, reach: Reach, words: Words) -> dict[str, str]:
    """What stands around every letter."""
    return {
        "language": words.locale,
        "title": title,
        "eyebrow": eyebrow,
        "through": through,
        "index": reach.index,
        "open": words.say("Open the full report"),
        "why": reach.why,
        "unsubscribe": reach.leave,
        "leave": words.say("Unsubscribe"),
    }


def ending(reach: Reach, words: Words) -> str:
    """Why the mail came and how to get off the list, below the line that mail programs know as a signature's."""
    return f"-- \n{_wrapped(reach.why)}\n{words.say('Unsubscribe')}: {reach.leave}"


def joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(title: str, eyebrow: str, through: str) -> str:
    return "\n".join(filter(None, (_wrapped(title), "-" * min(len(title), _COLUMNS), eyebrow, through)))


def _preheader(said: Contents) -> str:
    """What a mailbox shows beside the subject: the first alert, else the first number and the first finding."""
    if said.alerts:
        return said.alerts[0].headline
    first = [f"{kpi.name}: {kpi.text}." for kpi in said.kpis[:1]]
    return " ".join((*first, *(finding.headline for finding in said.findings[:1])))


def _call_text(item: Call, mark: str) -> str:
    behind = " · ".join(filter(None, (item.number, item.audience)))
    return "\n".join(
        (_wrapped(item.headline, mark), *(_wrapped(text, "  ") for text in (item.sentence, behind) if text))
    )


def _kpi_text(kpi: Kpi) -> str:
    return "\n".join((f"{kpi.name}: {kpi.text}", *filter(None, [_wrapped(kpi.description, "    ")]), *_deltas(kpi)))


def _deltas(kpi: Kpi) -> Iterator[str]:
    for delta in kpi.deltas:
        words = [delta[key] for key in ("arrow", "text", "uncertainty", "label") if delta[key]]
        yield "    " + " ".join((*words, f"({delta['word']})" if delta["word"] else "")).rstrip()


def _picture_text(picture: Picture) -> str:
    texts = [picture.headline, picture.sentence, picture.subtitle, picture.alt, picture.caption, picture.link]
    return "\n".join(_wrapped(text) for text in dict.fromkeys(texts) if text)


def _address(label: str, link: str) -> str:
    return f"{label}: {link}" if link else ""


def _wrapped(text: str, first: str = "") -> str:
    indent = first if not first.strip() else " " * len(first)
    return textwrap.fill(
        text, _COLUMNS, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
