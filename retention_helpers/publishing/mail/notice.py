"""The plain letters: a month that failed, and a manager's own customers."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_helpers.periods import Period
from retention_helpers.words import Words

from .contents import plain
from .letter import Letter, Reach, ending, frame, joined
from .markup import html_of

# A notebook that knows whose customers need a call writes this table: manager, list, customer_id.
MANAGERS_TABLE = "customers_by_manager.csv"
_SHOWN = 200


@dataclass(frozen=True)
class Group:
    headline: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A letter without a picture: some sentences, then groups of things that are named."""

    title: str
    eyebrow: str
    lines: tuple[str, ...]
    groups: tuple[Group, ...] = ()

    def letter(self, subject: str, reach: Reach, words: Words) -> Letter:
        html = html_of(
            "notice",
            notice=self,
            **frame(self.title, self.eyebrow, "", reach, words),
            preheader=" ".join(self.lines[:1]),
        )
        parts = [
            f"{self.title}\n{'-' * min(len(self.title), 72)}\n{self.eyebrow}",
            *self.lines,
            *(f"{group.headline}\n{', '.join(group.items)}".strip() for group in self.groups),
            f"{words.say('Open the full report')}: {reach.index}" if reach.index else "",
            ending(reach, words),
        ]
        return Letter(subject, html, joined(parts), words.locale)


def failure_notice(
    failures: Sequence[Mapping[str, Any]], company: str, folder: str, is_published: bool, words: Words
) -> Notice:
    """What failed of one month, in which cell and why; says that no report of it is mailed.

    ``folder`` is where the executed notebooks are, seen from the reports folder.
    """
    period = failures[0]["period"]
    after = (
        words.say("The last good version stays published; nothing of this month is mailed.")
        if is_published
        else words.say("The month is not published and nothing of it is mailed.")
    )
    return Notice(
        title=words.say("Failed: {month}", month=words.month(Period.parse(period).label)),
        eyebrow=f"{words.say('Monthly report')} · {plain(company)}",
        lines=(after, words.say("The executed notebooks are in {folder}.", folder=folder)),
        groups=tuple(Group(_failed(item, words), (plain(item["reason"])[:500],)) for item in failures),
    )


def manager_notice(manager: str, rows: Mapping[str, Sequence[str]], about: tuple[str, str], words: Words) -> Notice:
    """How many of a manager's own customers are on which list, and their ids: no name, no address.

    ``about`` is the company and the month.
    """
    company, period = about
    total = len({customer for customers in rows.values() for customer in customers})
    return Notice(
        title=words.say("Your customers: {month}", month=words.month(period)),
        eyebrow=f"{words.say('Monthly report')} · {plain(company)} · {plain(manager)}",
        lines=(words.plural("{n} of your customers is on a list.", "{n} of your customers are on lists.", total),),
        groups=tuple(_customers(name, customers, words) for name, customers in rows.items()),
    )


def customers_by_manager(month: Path) -> dict[str, dict[str, list[str]]]:
    """Manager -> list -> customer ids, from the tables of a month that name managers; empty when none does."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(month.glob(f"tables/*/{MANAGERS_TABLE}")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["manager"], {}).setdefault(row["list"], []).append(row["customer_id"])
    return found


def _failed(failure: Mapping[str, Any], words: Words) -> str:
    if failure.get("cell") is None:
        return plain(failure["notebook"])
    return f"{plain(failure['notebook'])}, {words.say('cell {number}', number=failure['cell'])}"


def _customers(name: str, customers: Sequence[str], words: Words) -> Group:
    ids = sorted(map(plain, set(customers)))
    counted = words.plural("{n} customer", "{n} customers", len(ids))
    more = (words.say("and {n} more", n=words.integer(len(ids) - _SHOWN)),) if len(ids) > _SHOWN else ()
    return Group(f"{plain(name)}: {counted}", (*ids[:_SHOWN], *more))
