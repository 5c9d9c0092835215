"""The history of a profile: periods x notebooks, what was published when, and what failed since."""

from collections.abc import Mapping, Sequence
from typing import Any

from retention_helpers.words import Words

from .markup import day, html_of


def history_index(
    company: str,
    months: Sequence[Mapping[str, Any]],
    failures: Sequence[Mapping[str, Any]],
    titles: Mapping[str, str],
    words: Words,
) -> str:
    """The page over all months of a profile.

    ``months`` are manifests, the latest period first; ``failures`` are failure.json files, each shown beside the last
    good report; ``titles`` says what a notebook asks, where that is known.
    """
    names = list(dict.fromkeys(name for month in months for name in month["notebooks"]))
    names += sorted({failure["notebook"] for failure in failures} - set(names))
    failed = {(failure["period"], failure["notebook"]) for failure in failures}
    published = {month["period"]: month for month in months}
    rows = [
        {
            "period": period,
            "month": words.month_title(period),
            "manifest": published.get(period),
            "data_through": day(published.get(period, {}).get("data_through", ""), words),
            "published": day(published.get(period, {}).get("published_at", ""), words),
            "cells": [_cell(published.get(period), name, (period, name) in failed) for name in names],
        }
        for period in sorted({*published, *(period for period, _ in failed)}, reverse=True)
    ]
    latest_first = sorted(failures, key=lambda failure: (failure["period"], failure["notebook"]), reverse=True)
    return html_of(
        "history.html.j2",
        words,
        title=words.say("Customer retention: all months"),
        eyebrow=f"{words.say('Monthly report')} · {company}",
        notebooks=[titles.get(name) or name for name in names],
        rows=rows,
        failures=[_failure(failure, titles, words) for failure in latest_first],
    )


def _cell(manifest: Mapping[str, Any] | None, name: str, is_failed: bool) -> dict[str, Any]:
    page = f"{name}.html" if manifest and name in manifest["notebooks"] else ""
    return {"page": page, "is_failed": is_failed}


def _failure(failure: Mapping[str, Any], titles: Mapping[str, str], words: Words) -> dict[str, str]:
    return {
        "month": words.month_title(failure["period"]),
        "title": titles.get(failure["notebook"]) or failure["notebook"],
        "when": words.say("failed {date}", date=day(failure["failed_at"], words)),
        "cell": words.say("cell {number}", number=failure["cell"]) if failure.get("cell") else "",
        "reason": failure["reason"],
    }
