"""The two index pages: a month's front page, and the history of a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retention_helpers.words import MISSING, Words

from .cards import card
from .inspection import HISTORY
from .page import Frame
from .sanitizer import is_local
from .style import TEMPLATES, stylesheet


@dataclass(frozen=True)
class LeftOut:
    """A notebook that this month has no page of, and why, in a sentence for the reader."""

    notebook: str
    sentence: str


@dataclass(frozen=True)
class Restatement:
    """A past month whose source rows changed after it was built; amounts in major units."""

    month: str
    noticed_at: str
    customers: int
    amount_before: float
    amount_after: float


@dataclass(frozen=True)
class Front:
    """What a month's front page says besides its records.

    ``shared`` names the notebooks whose tables lie in the month's own folder alone, being the same in every language.
    """

    left_out: Sequence[LeftOut] = ()
    restatements: Sequence[Restatement] = ()
    failed: Sequence[str] = ()
    shared: Sequence[str] = ()


def month_index(headline: Mapping[str, Any], frame: Frame, front: Front) -> str:
    """The front page of a month, from its headline.json."""
    words = frame.words
    return _render(
        "month.html.j2",
        words,
        title=words.say("Customer retention: {month}", month=frame.month),
        eyebrow=f"{words.say('Monthly report')} · {frame.company}",
        history=HISTORY,
        frame=frame,
        badges=[*frame.badges, *_partial(words, front.failed)],
        cards=[card(kpi, words) for kpi in headline["kpis"]],
        findings=[{"sentence": "", **finding, "link": _link(finding)} for finding in headline["findings"]],
        reports=[_report(record, headline, front, frame) for record in headline["notebooks"]],
        restated=[_restated(item, words) for item in front.restatements],
        front=front,
    )


def history_index(company: str, months: Sequence[Mapping[str, Any]], failures: Sequence[Mapping], words: Words) -> str:
    """Periods x notebooks: what was published from which data, and what failed since, beside the last good report.

    ``months`` are manifests, the latest period first; ``failures`` are failure.json files.
    """
    names = list(dict.fromkeys(name for month in months for name in month["notebooks"]))
    names += sorted({failure["notebook"] for failure in failures} - set(names))
    failed = {(failure["period"], failure["notebook"]): failure for failure in failures}
    published = {month["period"]: month for month in months}
    rows = [
        {
            "period": period,
            "month": words.month_title(period),
            "manifest": published.get(period),
            "data_through": _day(published.get(period, {}).get("data_through", ""), words),
            "published": _day(published.get(period, {}).get("published_at", ""), words),
            "cells": [_state(published.get(period), failed.get((period, name)), name, words) for name in names],
        }
        for period in sorted({*published, *(period for period, _ in failed)}, reverse=True)
    ]
    return _render(
        "history.html.j2",
        words,
        title=words.say("Customer retention: all months"),
        eyebrow=f"{words.say('Monthly report')} · {company}",
        names=names,
        rows=rows,
    )


def _link(finding: Mapping[str, Any]) -> str:
    figure = finding.get("figure")
    address = f"{finding['notebook']}.html" + (f"#fig-{figure}" if figure else "")
    return address if is_local(address) else f"{finding['notebook']}.html"


def _report(record: Mapping[str, Any], headline: Mapping, front: Front, frame: Frame) -> dict[str, Any]:
    words, name = frame.words, record["notebook"]
    above = frame.above if name in front.shared else ""
    first = next((item for item in headline["findings"] if item["notebook"] == name), None)
    notes = []
    if name in front.failed:
        notes.append(words.say("Failed in this run; the last good version is shown."))
    elif record["data_through"] < headline["data_through"]:
        through = _day(record["data_through"], words)
        notes.append(words.say("Made from earlier data, through {date}.", date=through))
    return {
        "name": name,
        "title": record["title"],
        "line": first["headline"] if first else "",
        "tables": [{"name": table, "link": f"{above}tables/{name}/{table}.csv"} for table in record["tables"]],
        "notes": notes,
    }


def _restated(item: Restatement, words: Words) -> str:
    return words.say(
        "{month}: {customers}, revenue {before} before, {after} now.",
        month=words.month(item.month),
        customers=words.plural("{n} customer", "{n} customers", item.customers),
        before=words.money(item.amount_before),
        after=words.money(item.amount_after),
    )


def _partial(words: Words, failed: Sequence[str]) -> list[str]:
    return [words.say("Partial: {names} failed.", names=", ".join(failed))] if failed else []


def _state(manifest: Mapping[str, Any] | None, failure: Mapping | None, name: str, words: Words) -> dict[str, Any]:
    page = f"{name}.html" if manifest and name in manifest["notebooks"] else ""
    return {"page": page, "failure": failure, "failed": _day(failure["failed_at"], words) if failure else ""}


def _day(text: str, words: Words) -> str:
    """The day of an ISO date or time, as the reader writes it."""
    return words.date(date.fromisoformat(text[:10])) if text else MISSING


def _render(template: str, words: Words, **values: Any) -> str:
    html = (
        _environment()
        .get_template(template)
        .render(words=words, say=words.say, css=stylesheet(), language=words.locale, **values)
    )
    return html.strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([TEMPLATES, TEMPLATES / "report"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
