"""From group to group: where the customers of each group went."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.words import Words

from .columns import labels, numbers, ordered, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .migration_drawing import Moves, draw_moves
from .unit import write_interval, write_n

CUTS = (0.01, 0.05, 0.1, 0.2, 0.4, 0.7)


@dataclass(frozen=True)
class MigrationOptions:
    """What to draw of the moves, and how.

    origin, destination, count: columns. names: group -> its name for the reader, in the order of rows and columns;
    groups that it lacks follow under their own name. origin_title, destination_title: over the rows ("Segment in
    September 2026") and the columns ("moved to, October 2026"). cuts: the six cut points of the colours, fixed so that
    months can be compared.
    """

    origin: str = "from_segment"
    destination: str = "to_segment"
    count: str = "customers"
    names: Mapping[str, str] = field(default_factory=dict)
    origin_title: str = ""
    destination_title: str = ""
    cuts: tuple[float, ...] = CUTS


def migration_grid(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: MigrationOptions | None = None
) -> Figure:
    """Of the customers of each group, how many stayed and where did the others go?

    A cell is the share of its row; those who stayed are outlined. Nobody is a dot, few a "<1": a cell is never rounded
    to nothing. A group that nobody was in has no row, one that nobody went to no column.

    Columns needed: origin, destination (text; missing is called unassigned) and the count (int), one row per pair.
    Optional: ``share_low``, ``share_high``: the interval of the share of the row, for the data table.

    Raises `ParameterError` for a missing column or a pair that stands twice.
    """
    options = options or MigrationOptions()
    require(frame, [options.origin, options.destination, options.count], finding.name)
    tidy = _tidy(frame, words, options)
    _check(tidy, finding)
    moves = _moves(tidy, options)
    table = _table(tidy, moves, words)
    if not moves.counts.sum():
        return compose_without_data(finding, table, words)
    return compose(finding, table, lambda width: draw_moves(moves, width, words), words)


def _tidy(frame: pd.DataFrame, words: Words, options: MigrationOptions) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "origin": labels(frame, options.origin, words),
            "destination": labels(frame, options.destination, words),
            "count": numbers(frame, options.count).fillna(0.0),
            "low": numbers(frame, "share_low"),
            "high": numbers(frame, "share_high"),
        }
    )


def _check(tidy: pd.DataFrame, finding: Finding) -> None:
    twice = tidy.loc[tidy.duplicated(["origin", "destination"])]
    if len(twice):
        row = twice.iloc[0]
        raise ParameterError(
            f'Figure "{finding.name}": the move from "{row["origin"]}" to "{row["destination"]}" stands twice; '
            "give one row a pair."
        )


def _moves(tidy: pd.DataFrame, options: MigrationOptions) -> Moves:
    some = tidy.loc[tidy["count"] > 0]
    rows, columns = (ordered(some[side], options.names) for side in ("origin", "destination"))
    wide = some.pivot(index="origin", columns="destination", values="count")
    counts = wide.reindex(index=list(rows), columns=list(columns)).fillna(0.0).to_numpy(dtype=float)
    return Moves(rows, columns, counts, options)


def _table(tidy: pd.DataFrame, moves: Moves, words: Words) -> pd.DataFrame:
    """Counts, with the share of the row and its interval."""
    edges = {(row.origin, row.destination): (row.low, row.high) for row in tidy.itertuples()}
    columns = {
        moves.options.origin_title or words.say("From"): list(moves.rows.values()),
    }
    columns[untaken(words.say("Customers"), columns)] = [write_n(total, words) for total in moves.totals]
    for place, (key, name) in enumerate(moves.columns.items()):
        columns[untaken(name, columns)] = [
            words.say(
                "{n}: {share}",
                n=words.integer(count),
                share=write_interval(share, edges.get((origin, key), (np.nan, np.nan)), "percent", words),
            )
            for origin, count, share in zip(moves.rows, moves.counts[:, place], moves.shares[:, place], strict=True)
        ]
    return pd.DataFrame(columns, dtype="object")
