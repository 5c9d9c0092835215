"""The settings of the lists as small tables, so that the SQL files hold no value of any company."""

from collections.abc import Mapping

import duckdb

from retention_helpers.engine import literal, quote
from retention_helpers.errors import CallError
from retention_helpers.params import Audiences

from .digests import digest_bound

_COLUMNS = {
    "lists": """
        list VARCHAR, place INTEGER, campaign_id VARCHAR, label VARCHAR, purpose VARCHAR, channel VARCHAR,
        steps INTEGER, min_days_since_contact INTEGER, holdout_below VARCHAR, needs_address BOOLEAN,
        hash_will_do BOOLEAN
    """,
    "steps": "list VARCHAR, step INTEGER, step_name VARCHAR, days_after INTEGER",
    "wanted": "list VARCHAR, label VARCHAR, value VARCHAR",
    "words": "kind VARCHAR, word VARCHAR",
}


def write_lists(
    connection: duckdb.DuckDBPyConnection, settings: Audiences, period: str, reachable: frozenset[str]
) -> None:
    """Make ``audience_lists``, ``audience_steps``, ``audience_wanted`` (labels) and ``audience_words`` of the settings.

    ``period`` is the month in which new campaigns begin; ``reachable`` are the channels whose addresses are known.
    """
    tables: dict[str, list[tuple]] = {"lists": [], "steps": [], "wanted": [], "words": []}
    for place, (name, wanted) in enumerate(settings.lists.items()):
        columns = settings.columns_of(name)
        needs_address = settings.destinations[wanted.destination].needs_address or wanted.channel in reachable
        hash_will_do = "email_hash" in columns or "email" not in columns
        tables["lists"].append(
            (
                name, place, f"{name}-{period}", wanted.label, wanted.purpose, wanted.channel, len(wanted.steps),
                wanted.min_days_since_contact, digest_bound(wanted.holdout_share), needs_address, hash_will_do,
            )
        )  # fmt: skip
        steps = enumerate(wanted.steps, start=1)
        tables["steps"] += [(name, number, step.name, step.days_after) for number, step in steps]
        tables["wanted"] += [(name, wanted.label, value) for value in wanted.values]
    tables["words"] += [("control_arm", word) for word in settings.control_arms]
    tables["words"] += [("not_marketing", word) for word in settings.not_marketing]
    for name, rows in tables.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE audience_{name} ({_COLUMNS[name]})")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO audience_{name} VALUES ({marks})", rows)


def write_labels(
    connection: duckdb.DuckDBPyConnection, settings: Audiences, labels: Mapping[str, duckdb.DuckDBPyRelation]
) -> None:
    """Make ``audience_labels``: one row per label and customer. Raises `CallError` for one that is not given."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE audience_labels (label VARCHAR, customer_id VARCHAR, value VARCHAR)"
    )
    for name, wanted in settings.lists.items():
        if wanted.label not in labels:
            raise CallError(f"the list {name} chooses its customers by {wanted.label}, which is not given.")
    for label in sorted({wanted.label for wanted in settings.lists.values()}):
        chosen = f"SELECT {literal(label)}, customer_id, {quote(label)} FROM labelled"
        labels[label].query("labelled", f"INSERT INTO audience_labels {chosen}")
