"""A month's front page: what changed, how sure, what to do, and where to read more."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from retention_helpers.words import Words, marked

from .cards import card
from .drawings import choose
from .followups import Action, Alert, FollowUp
from .front import Front, Restatement
from .inspection import HISTORY, MAX_BYTES
from .markup import day, html_of
from .page import Frame
from .sanitizer import is_local
from .turns import in_turn

FINDINGS = 4
_VERDICTS = {
    "reached": marked("Reached: {names}."),
    "missed": marked("Missed: {names}."),
    "open": marked("Too early to say: {names}."),
}


def month_index(headline: Mapping[str, Any], frame: Frame, front: Front) -> str:
    """The front page of a month, from its headline.json.

    Each notebook is shown with one drawing, as far as the page may weigh it: see `drawings.choose`.
    """
    bare = _page(headline, frame, front, {})
    wanted = {record["notebook"]: _figures(record, headline) for record in headline["notebooks"]}
    wanted = {notebook: figures for notebook, figures in wanted.items() if notebook in front.drawings}
    chosen = choose(wanted, front.drawings, MAX_BYTES - len(bare.encode()))
    return _page(headline, frame, front, chosen) if chosen else bare


def _page(headline: Mapping[str, Any], frame: Frame, front: Front, chosen: Mapping[str, str]) -> str:
    words = frame.words
    reports = [_report(record, headline, front, frame) for record in headline["notebooks"]]
    for report in reports:
        name = report["name"]
        figure = chosen.get(name, "")
        report["drawing"] = front.drawings[name][figure] if figure else ""
        report["figure"] = _address(name, figure)
    findings = in_turn(_of(headline, "findings", record["notebook"]) for record in headline["notebooks"])
    return html_of(
        "month.html.j2",
        words,
        title=words.say("Customer retention: {month}", month=frame.month),
        eyebrow=f"{words.say('Monthly report')} · {frame.company}",
        history=HISTORY,
        frame=frame,
        badges=[*frame.badges, *_partial(words, front.failed)],
        targets=_targets(headline["kpis"], words),
        findings=[_finding(item) for item in findings[:FINDINGS]],
        more=[_finding(item) for item in findings[FINDINGS:]],
        alerts=[_alert(Alert.read(item), headline, front, frame) for item in headline.get("alerts", ())],
        calm=headline.get("watch", {}),
        actions=[_action(Action.read(item), front, frame) for item in headline.get("actions", ())],
        cards=[card(kpi, words) for kpi in headline["kpis"]],
        reports=reports,
        missing=_missing(reports, front, words),
        restated=[_restated(item, words) for item in front.restatements],
    )


def _of(headline: Mapping[str, Any], kind: str, notebook: str) -> list[Mapping[str, Any]]:
    return [item for item in headline[kind] if item["notebook"] == notebook]


def _address(notebook: str, figure: str = "") -> str:
    address = f"{notebook}.html" + (f"#fig-{figure}" if figure else "")
    return address if is_local(address) else f"{notebook}.html"


def _figures(record: Mapping[str, Any], headline: Mapping[str, Any]) -> list[str]:
    """The figures of a notebook: those that its findings lead to first, then the others."""
    told = [item.get("figure") for item in _of(headline, "findings", record["notebook"])]
    return list(dict.fromkeys(name for name in (*told, *(record.get("figures") or ())) if name))


def _finding(item: Mapping[str, Any]) -> dict[str, str]:
    return {
        "headline": item["headline"],
        "sentence": item.get("sentence", ""),
        "link": _address(item["notebook"], item.get("figure") or ""),
    }


def _targets(kpis: Sequence[Mapping[str, Any]], words: Words) -> dict[str, str]:
    """One sentence on all targets, and which they are; nothing where there are none."""
    names = {verdict: [kpi["name"] for kpi in kpis if kpi.get("target_verdict") == verdict] for verdict in _VERDICTS}
    if not any(names.values()):
        return {}
    counts = {verdict: words.integer(len(found)) for verdict, found in names.items()}
    told = [words.say(_VERDICTS[verdict], names=", ".join(found)) for verdict, found in names.items() if found]
    return {
        "headline": words.say("Targets: {reached} reached, {missed} missed, {open} too early to say", **counts),
        "sentence": " ".join(told),
    }


def _alert(alert: Alert, headline: Mapping[str, Any], front: Front, frame: Frame) -> dict[str, Any]:
    name = next((kpi["name"] for kpi in headline["kpis"] if kpi["kpi"] == alert.kpi), "")
    about = " · ".join(filter(None, (name, alert.size)))
    texts = {"headline": alert.headline, "sentence": alert.sentence, "about": about}
    return {**texts, "class": "" if alert.is_worse else " good", **_reach(alert, front, frame)}


def _action(action: Action, front: Front, frame: Frame) -> dict[str, Any]:
    counted = frame.words.plural("{n} customer", "{n} customers", action.customers) if action.customers else ""
    texts = {"headline": action.headline, "sentence": action.sentence, "about": counted}
    return {**texts, "class": "", **_reach(action, front, frame)}


def _reach(item: FollowUp, front: Front, frame: Frame) -> dict[str, str]:
    """Where to read more, and the list to act on: a link where the file is there."""
    there = item.audience in front.audiences
    return {
        "link": _address(item.notebook) if item.notebook else "",
        "audience": item.audience,
        "audience_link": f"{frame.above}audiences/{item.audience}" if there else "",
    }


def _report(record: Mapping[str, Any], headline: Mapping, front: Front, frame: Frame) -> dict[str, Any]:
    words, name = frame.words, record["notebook"]
    above = frame.above if name in front.shared else ""
    notes = []
    if name in front.failed:
        notes.append(words.say("Failed in this run; the last good version is shown."))
    elif record["data_through"] < headline["data_through"]:
        notes.append(words.say("Made from earlier data, through {date}.", date=day(record["data_through"], words)))
    return {
        "name": name,
        "title": record["title"],
        "purpose": record.get("purpose", ""),
        "line": next((item["headline"] for item in _of(headline, "findings", name)), ""),
        "tables": [{"name": table, "link": f"{above}tables/{name}/{table}.csv"} for table in record["tables"]],
        "notes": notes,
    }


def _missing(reports: Sequence[Mapping[str, Any]], front: Front, words: Words) -> list[dict[str, Any]]:
    """The notebooks without a page: left out for want of data, or failed and never published before."""
    shown = {report["name"] for report in reports}
    sentence = words.say("Failed in this run; there is no earlier version.")
    failed = [(title or name, sentence, True) for name, title in front.failed.items() if name not in shown]
    left_out = [(item.title or item.notebook, item.sentence, False) for item in front.left_out]
    return [dict(zip(("title", "sentence", "is_failed"), item, strict=True)) for item in (*failed, *left_out)]


def _restated(item: Restatement, words: Words) -> str:
    if item.customers is None:
        return words.say(
            "{month}: its rows have changed; what they came to before is not known any more.",
            month=words.month(item.month),
        )
    return words.say(
        "{month}: {customers}, revenue {before} before, {after} now.",
        month=words.month(item.month),
        customers=words.plural("{n} customer", "{n} customers", item.customers),
        before=words.money(item.amount_before),
        after=words.money(item.amount_after),
    )


def _partial(words: Words, failed: Collection[str]) -> list[str]:
    if not failed:
        return []
    return [words.plural("Partial: {n} report failed.", "Partial: {n} reports failed.", len(failed))]
