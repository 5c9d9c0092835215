"""What one mail says, chosen from a published month: findings, key figures, pictures, and where each leads."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from retention_helpers.words import Words

from ..cards import card
from ..followups import Action, Alert, FollowUp
from ..turns import in_turn
from .picture import framed
from .published import Published, concerning

FINDINGS, ACTIONS, KPIS, PICTURES = 4, 3, 4, 3
# Base64 and line ends make 1.37 of a byte: with HTML, text and small lines the whole mail stays below 300 KB.
PICTURE_BYTES = 175_000
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_MAIL_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"'@]+\.[^\s<>()\[\],;:\"'@]+")


@dataclass(frozen=True)
class Links:
    """Where the pages of the month are served; without an address a mail has no links."""

    month: str = ""

    def page(self, notebook: str, figure: str = "") -> str:
        anchor = f"#fig-{quote(figure)}" if figure else ""
        return f"{self.month}/{quote(notebook)}.html{anchor}" if self.month else ""


@dataclass(frozen=True)
class Finding:
    headline: str
    link: str


@dataclass(frozen=True)
class Call:
    """An alert or an action: its sentence, the number behind it (a size, or how many customers), and its audience."""

    headline: str
    sentence: str
    number: str
    audience: str
    link: str
    is_worse: bool = True


@dataclass(frozen=True)
class Kpi:
    """A key figure; ``deltas`` are its comparisons as `publishing.cards` words them."""

    name: str
    text: str
    description: str
    deltas: tuple[dict[str, str], ...]
    series: tuple[float | None, ...]
    target: float | None = None


@dataclass(frozen=True)
class Picture:
    """A figure: its words are text of the mail, its drawing a PNG."""

    name: str
    headline: str
    sentence: str
    subtitle: str
    caption: str
    alt: str
    link: str
    png: bytes


@dataclass(frozen=True)
class Contents:
    """One mail before it is written."""

    title: str
    eyebrow: str
    through: str
    alerts: tuple[Call, ...]
    calm: str
    findings: tuple[Finding, ...]
    actions: tuple[Call, ...]
    kpis: tuple[Kpi, ...]
    pictures: tuple[Picture, ...]


def contents(month: Published, notebooks: Sequence[str], words: Words, links: Links) -> Contents:
    """What a mail about these notebooks of the month says.

    Findings and actions are taken in turn, one of each notebook; key figures with a target first, then as they come;
    pictures are those of the findings first, then the next of each notebook, as many as a mail may weigh.
    """
    figures = {name: month.figures(name) for name in notebooks}
    said = in_turn(month.of(name, "findings") for name in notebooks)[:FINDINGS]
    kpis = sorted((item for name in notebooks for item in month.of(name, "kpis")), key=_is_aimless)
    actions = in_turn(month.of(name, "actions") for name in notebooks)[:ACTIONS]
    headline = month.headline
    return Contents(
        title=words.say("Customer retention: {month}", month=words.month(headline["period"])),
        eyebrow=f"{words.say('Monthly report')} · {plain(headline['company'])}",
        through=words.say("Data through {date}.", date=words.date(date.fromisoformat(headline["data_through"]))),
        alerts=tuple(_alert(Alert.read(item), links) for item in concerning(headline.get("alerts", ()), notebooks)),
        calm=_calm(headline, notebooks),
        findings=tuple(
            Finding(plain(item["headline"]), links.page(item["notebook"], _anchor(item, figures))) for item in said
        ),
        actions=tuple(_action(Action.read(item), words, links) for item in actions),
        kpis=tuple(_kpi(item, words) for item in kpis[:KPIS]),
        pictures=tuple(_pictures(figures, said, links)),
    )


def plain(text: object) -> str:
    """A text as a mail may say it: on one line, nothing unprinted in it, and nobody's mail address.

    >>> plain("Ask jane@shop.example\\nnow")
    'Ask (…) now'
    """
    return _MAIL_ADDRESS.sub("(…)", _UNPRINTED.sub(" ", str(text or ""))).strip()


def _anchor(finding: Mapping[str, Any], figures: Mapping[str, Mapping]) -> str:
    """The figure that a finding is about: the one it names, else the one that says the same."""
    shown, name = figures[finding["notebook"]], finding.get("figure")
    if name in shown:
        return name
    return next((other for other, part in shown.items() if part["headline"] == finding["headline"]), "")


def _calm(headline: Mapping[str, Any], notebooks: Sequence[str]) -> str:
    """What is said where nothing is up: of a month that is watched, and where the mail is about what watches it."""
    watch = headline.get("watch") or {}
    is_calm = watch.get("notebook") in notebooks and not headline.get("alerts")
    return f"{plain(watch['headline'])}." if is_calm else ""


def _alert(alert: Alert, links: Links) -> Call:
    return replace(_call(alert, alert.size, links), is_worse=alert.is_worse)


def _action(action: Action, words: Words, links: Links) -> Call:
    counted = words.plural("{n} customer", "{n} customers", action.customers) if action.customers else ""
    return _call(action, counted, links)


def _call(item: FollowUp, number: str, links: Links) -> Call:
    texts = [plain(text) for text in (item.headline, item.sentence, number, item.audience)]
    return Call(*texts, links.page(item.notebook) if item.notebook else "")


def _is_aimless(item: Mapping[str, Any]) -> bool:
    return item.get("target") is None


def _kpi(item: Mapping[str, Any], words: Words) -> Kpi:
    shown = card(item, words)
    return Kpi(
        name=plain(shown["name"]),
        text=plain(shown["text"]),
        description=plain(shown["description"]),
        deltas=tuple({key: plain(value) for key, value in delta.items()} for delta in shown["deltas"]),
        series=tuple(item.get("series") or ()),
        target=item.get("target"),
    )


def _pictures(figures: Mapping[str, Mapping[str, dict]], said: Sequence[Mapping], links: Links) -> Iterator[Picture]:
    told = [(item["notebook"], _anchor(item, figures)) for item in said]
    others = in_turn([(notebook, name) for name in named] for notebook, named in figures.items())
    room, left = PICTURE_BYTES, PICTURES
    for notebook, name in dict.fromkeys((*told, *others)):
        part = figures[notebook].get(name, {})
        if left == 0 or not part.get("png"):
            continue
        png = framed(base64.b64decode(part["png"]))
        if len(png) > room:
            continue
        room, left = room - len(png), left - 1
        texts = {key: plain(part.get(key)) for key in ("headline", "sentence", "subtitle", "caption", "alt")}
        yield Picture(name, **texts, link=links.page(notebook, name), png=png)
