"""The report object of one notebook: it knows period, facts and words, shows results, writes tables, records."""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
from IPython.display import display

from retention_helpers.errors import ParameterError
from retention_helpers.facts import Facts
from retention_helpers.figures import stylesheet
from retention_helpers.params import Profile, Topics, load_profile, load_topics
from retention_helpers.periods import Period
from retention_helpers.words import Words

from .counted import BOOKED, who_is_counted
from .csv import write_csv, write_private_csv, write_relation
from .period import resolve_period
from .source import ensure_facts, pinned_facts

TABLES_VARIABLE = "RETENTION_TABLES"
LISTS_VARIABLE = "RETENTION_AUDIENCES"
_LIST_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}(\.control)?")
PART = "application/vnd.retention-report+json"
ACTION = {"headline", "sentence", "audience", "customers"}
ALERT = {"headline", "sentence", "audience", "kpi", "size"}


class Shown(Protocol):
    """A figure or table made in the figures room."""

    name: str
    headline: str
    sentence: str


class Report:
    """One notebook's report of one period.

    ``facts(table)`` gives a fact table up to ``as_of``; ``show`` displays a figure; ``table`` writes the data
    behind it; ``record`` ends the notebook with what the index, the mail and the next month read.
    """

    def __init__(self, notebook: str, profile: Profile, facts: Facts, period: Period, words: Words) -> None:
        self.notebook = notebook
        self.profile = profile
        self.period = period
        self.words = words
        # A past month reads the same however far the source has grown since.
        self.data_through = min(facts.data_through, period.as_of)
        self.is_complete = facts.is_complete(period)
        self._facts = facts
        self._frames: dict[str, pd.DataFrame] = {}
        self._figures: list[Shown] = []
        self._tables: list[str] = []
        self._customer_tables: list[str] = []
        self._audiences: dict[str, int] = {}
        self._kpis: list[dict[str, Any]] = []
        self._findings: list[dict[str, str]] = []
        self._actions: list[dict[str, Any]] = []
        self._alerts: list[dict[str, Any]] = []
        self._watch: dict[str, str] = {}

    @property
    def as_of(self) -> date:
        """The last day that counts."""
        return self.period.as_of

    @property
    def history_starts(self) -> date:
        """From when a first order in the data is taken for the first in life.

        As the profile says; else after as long as a customer may be silent without being lapsed, because whoever is
        older has shown up by then.
        """
        first = Period(min(self._facts.months, default=self.period.index))
        return self.profile.history_starts or (first + self.profile.lapse_months).start

    @property
    def retention_rules(self) -> dict[str, Any]:
        """The profile's choices for `metrics.retention.monthly_retention`."""
        return {"existing_base_rule": self.profile.existing_base_rule, "history_starts": self.history_starts}

    @property
    def topics(self) -> Topics:
        """What customers write about: the profile's own topics, or those of the house."""
        return load_topics(self.profile.topics_path)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The read-only facts, for metrics that need a row per customer."""
        return self._facts.con

    def facts(self, table: str) -> pd.DataFrame:
        """A fact table's rows up to ``as_of``."""
        if table not in self._frames:
            self._frames[table] = self._facts.frame(table, as_of=self.as_of)
        return self._frames[table].copy()

    def who_is_counted(self) -> pd.DataFrame:
        """Rows in = rows counted + rows left out by reason, up to ``as_of``: see `who_is_counted`."""
        return who_is_counted(self.facts("row_ledger"))

    def show(self, figure: Shown) -> None:
        """Display a figure; it becomes part of the page, the index and the mail."""
        self._figures.append(figure)
        display(figure)

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Write the data behind a figure as CSV where the run asks for it; in JupyterLab nothing is written."""
        self._tables.append(name)
        folder = os.environ.get(TABLES_VARIABLE)
        if folder:
            write_csv(Path(folder) / f"{name}.csv", frame)

    def table_of(self, name: str, relation: duckdb.DuckDBPyRelation, *, by: str = "customer_id") -> None:
        """Write a table with a row per customer straight from the database, ordered by a column.

        CSV, or Parquet where it is too long for a spreadsheet; readable by its owner alone and linked from no page.
        In JupyterLab nothing is written.
        """
        folder = os.environ.get(TABLES_VARIABLE)
        if folder:
            self._customer_tables.append(write_relation(Path(folder), name, relation, by=by).name)

    def audience(self, name: str, rows: duckdb.DuckDBPyRelation, *, by: str = "customer_id") -> int:
        """Write a list of customers to act on as ``audiences/<name>.csv``, ordered by a column; says how many it holds.

        Always CSV, for other programs import it; readable by its owner alone, linked from no page, in no mail. A list
        of nobody is a file with a header. The number is recorded, and publishing holds the file against it. In
        JupyterLab nothing is written. Raises `ParameterError` for a name that cannot be a file's, or is used twice.
        """
        if not _LIST_NAME.fullmatch(name) or name in self._audiences:
            used = "is used twice" if name in self._audiences else "takes a-z, 0-9 and _, and may end in .control"
            raise ParameterError(f'the name of a list {used}: "{name}".')
        folder = os.environ.get(LISTS_VARIABLE)
        if folder:
            write_private_csv(Path(folder) / f"{name}.csv", rows, by=by)
        self._audiences[name] = int(rows.count("*").fetchall()[0][0])
        return self._audiences[name]

    def in_short(self, findings: Sequence[Any]) -> None:
        """Show the computed sentences that open the report, and keep them for index and mail."""
        self._findings = [
            {"name": item.name, "headline": item.headline, "sentence": item.sentence} for item in findings
        ]
        # A headline may end with the stop of an abbreviation.
        told = [(_plain(item["headline"].removesuffix(".")), _plain(item["sentence"])) for item in self._findings]
        lines = "\n".join(f"- **{headline}.** {sentence}" for headline, sentence in told)
        display({"text/markdown": lines, "text/plain": lines}, raw=True)

    def kpis(self, cards: object, parts: Sequence[dict[str, Any]]) -> None:
        """Display the KPI cards; their parts are kept for index and mail."""
        self._kpis = list(parts)
        display(cards)

    def actions(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Keep what to do next, for index and mail; nothing is displayed.

        Each action has exactly the keys ``headline``, ``sentence``, ``audience`` (the name of a file in audiences/, or
        "") and ``customers`` (how many it concerns). Raises `ParameterError` for others.
        """
        for action in actions:
            if set(action) != ACTION:
                raise ParameterError(f"an action has the keys {', '.join(sorted(ACTION))}, not {', '.join(action)}.")
        self._actions += [{**action, "customers": int(action["customers"])} for action in actions]

    def alerts(self, alerts: Sequence[Mapping[str, Any]], watched: Shown) -> None:
        """Keep the alerts for index, mail and alerts.json, and ``watched``, which says it where there is none.

        Each has at least the keys ``headline``, ``sentence``, ``audience``, ``kpi`` and ``size`` (the change with its
        interval, as readers write it). Raises `ParameterError` for one that lacks any.
        """
        for alert in alerts:
            if not set(alert) >= ALERT:
                raise ParameterError(f"an alert has the keys {', '.join(sorted(ALERT))}, not {', '.join(alert)}.")
        self._alerts = [dict(alert) for alert in alerts]
        self._watch = {"headline": watched.headline, "sentence": watched.sentence}

    def booked_revenue(self) -> float:
        """All booked amounts up to ``as_of``, straight from the ledger of rows: what every revenue must add up to."""
        ledger = self.facts("row_ledger")
        return float(ledger.loc[ledger["reason"].isin(BOOKED), "amount_cents"].sum()) / 100

    def record(self) -> None:
        """End the notebook: what was shown and said, for index, mail and the next month."""
        # A sentence leads to the figure that it stands over, by name or by its words; some stand over none.
        figures = {figure.headline: figure.name for figure in self._figures} | {f.name: f.name for f in self._figures}
        body = {
            "kind": "record",
            "notebook": self.notebook,
            "period": self.period.label,
            "as_of": self.as_of.isoformat(),
            "data_through": self.data_through.isoformat(),
            "is_complete": self.is_complete,
            "currency": self.profile.currency,
            "findings": [
                {**said, "figure": figures.get(said["name"]) or figures.get(said["headline"], "")}
                for said in self._findings
            ],
            "kpis": self._kpis,
            "tables": self._tables,
            "customer_tables": self._customer_tables,
            "audiences": [{"name": name, "rows": rows} for name, rows in self._audiences.items()],
            "figures": [figure.name for figure in self._figures],
            "alerts": self._alerts,
            "watch": self._watch,
            "actions": self._actions,
        }
        said = self.words.plural("{n} figure recorded", "{n} figures recorded", len(self._figures))
        display({PART: body, "text/plain": said}, raw=True)


def open_report(
    notebook: str, *, profile: str, period: str = "", locale: str = "", allow_incomplete: bool = False
) -> Report:
    """Open the report of a period: its profile, its facts (built first where they are missing), its words.

    In a run they are the facts that the run began with. An empty period is the last complete month. Raises the errors
    of `load_profile`, `ensure_facts`, `resolve_period`.
    """
    loaded = load_profile(profile)
    facts = pinned_facts(loaded) or ensure_facts(loaded)
    if TABLES_VARIABLE not in os.environ:
        # A published page has the style of its own; JupyterLab and plain nbconvert get it here.
        display({"text/html": f"<style>{stylesheet()}</style>", "text/plain": ""}, raw=True)
    chosen = resolve_period(period, facts.months, facts.data_through, allow_incomplete=allow_incomplete)
    return Report(notebook, loaded, facts, chosen, Words(locale or loaded.locale, loaded.currency))


def _plain(text: str) -> str:
    """A sentence inside Markdown: names from data must not become markup, nor two sums in dollars a formula."""
    escaped = "".join(f"\\{letter}" if letter in r"\`*_{}[]()#+!|<>&~" else letter for letter in text)
    return escaped.replace("$", "&#36;")
