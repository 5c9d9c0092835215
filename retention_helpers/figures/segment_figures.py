"""The figures of the segment report: each takes a metric's table, finds the words for it, and draws."""

import pandas as pd

from retention_helpers.params import SegmentRules
from retention_helpers.periods import Period
from retention_helpers.words import Words

from . import segment_findings as findings
from .figure import Figure
from .finding import Finding
from .migration import MigrationOptions, migration_grid
from .month_findings import unknown
from .paired_bars import PairedOptions, paired_bars
from .segment_wordings import DIRECTIONS, MEASURES, segment_name, segment_names
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import Unit, write, write_interval


def segments_figure(
    details: pd.DataFrame, finding: Finding, words: Words, *, rules: SegmentRules, period: str
) -> Figure:
    """Customers and revenue of each segment with their change, of a `segment_details`; a `best_finding` over it."""
    levels = [rules.levels[name] for name in details["rfm_segment"]]
    better = {max(levels): "up", min(levels): "down"} if len(set(levels)) > 1 else {}
    drawn = details.assign(better=[better.get(level, "neither") for level in levels])
    options = PairedOptions(
        label="rfm_segment",
        first_name=words.say("of customers"),
        second_name=words.say("of revenue"),
        change_title=words.say("customers since {month}", month=words.month_short((Period.parse(period) - 1).label)),
        names={name: segment_name(name, words) for name in rules.names},
        header=words.say("Segment"),
    )
    return paired_bars(drawn, finding, words, options=options)


def migration_figure(
    moves: pd.DataFrame, finding: Finding, words: Words, *, rules: SegmentRules, period: str
) -> Figure:
    """From which segment to which customers moved, of a `migration`; a `movement_finding` over it."""
    now = Period.parse(period)
    options = MigrationOptions(
        names=segment_names(rules.names, words),
        origin_title=words.month_title((now - 1).label),
        destination_title=words.say("{month:title}: now in", month=words.month(now.label)),
    )
    return migration_grid(moves, finding, words, options=options)


def flows_table(flows: pd.DataFrame, finding: Finding, words: Words) -> ReadableTable:
    """Who came into and left each segment, of an `entered_and_left`; a `step_finding` over it."""
    shown = flows.assign(
        rfm_segment=[segment_name(name, words) for name in flows["rfm_segment"]],
        other_in=flows["sideways_in"],
        other_out=flows["sideways_out"] + flows["left"],
    )
    columns = {
        "rfm_segment": Column(words.say("Segment"), "text"),
        "opening": Column(words.say("Month before"), "integer"),
        "up_out": Column(words.say("Moved up from it"), "integer"),
        "down_out": Column(words.say("Moved down from it"), "integer"),
        "other_out": Column(words.say("Left it otherwise"), "integer"),
        "up_in": Column(words.say("Moved up to it"), "integer"),
        "down_in": Column(words.say("Moved down to it"), "integer"),
        "other_in": Column(words.say("Came otherwise"), "integer"),
        "entered": Column(words.say("New customers"), "integer"),
        "closing": Column(words.say("Now"), "integer"),
    }
    kept = {name: column for name, column in columns.items() if not name.startswith("other") or shown[name].any()}
    return readable_table(shown, finding, words, options=TableOptions(kept))


def movement_table(moved: pd.DataFrame, words: Words, *, period: str) -> ReadableTable:
    """How many moved up, down or not at all, in this month and the one before, of a `movement`.

    What nobody did is left out.
    """
    moved = moved[(moved["customers"] > 0) | (moved["previous_customers"] > 0)]
    shown = pd.DataFrame(
        {
            "direction": [words.say(DIRECTIONS[name]) for name in moved["direction"]],
            "customers": moved["customers"],
            "share": [
                write_interval(
                    row.customers_share, (row.customers_share_low, row.customers_share_high), "percent", words
                )
                for row in moved.itertuples()
            ],
            "previous": moved["previous_customers"],
            "previous_share": moved["previous_share"],
            "change": [
                write_interval(row.change, (row.change_low, row.change_high), "points", words)
                for row in moved.itertuples()
            ],
        }
    )
    month = Period.parse(period)
    columns = {
        "direction": Column(words.say("What they did"), "text"),
        "customers": Column(words.say("Customers"), "integer"),
        "share": Column(words.say("Share (95% interval)"), "text"),
        "previous": Column(words.month_title((month - 1).label), "integer"),
        "previous_share": Column(words.say("Share"), "percent"),
        "change": Column(words.say("Change (95% interval)"), "text"),
    }
    stayed = moved.loc[moved["direction"] == "stayed", "customers_share"]
    headline = words.say("{share} of customers stayed in their segment", share=write(stayed.sum(), "percent", words))
    finding = Finding("movement", headline, words.say("Shares are of those who were customers a month before."))
    if stayed.isna().all():
        finding = unknown("movement", words)
    return readable_table(shown, finding, words, options=TableOptions(columns))


def actions_table(segments: pd.DataFrame, words: Words, *, rules: SegmentRules) -> ReadableTable:
    """What to do next with the customers of each segment, of a `segments` table."""
    actions = {segment.name: words.say(segment.action) for segment in rules.segments}
    shown = segments.assign(
        action=segments["rfm_segment"].map(actions),
        rfm_segment=[segment_name(name, words) for name in segments["rfm_segment"]],
    )
    columns = {
        "rfm_segment": Column(words.say("Segment"), "text"),
        "action": Column(words.say("Next step"), "text", wraps=True),
        "customers": Column(words.say("Customers"), "integer"),
        "previous_customers": Column(words.say("Month before"), "integer"),
        "revenue": Column(words.say("Net spend so far"), "money"),
        "average_order_value": Column(words.say("Average order"), "money", 2),
    }
    return readable_table(shown, findings.actions_finding(segments, words), words, options=TableOptions(columns))


def cuts_table(cuts: pd.DataFrame, words: Words, *, is_alike: bool) -> ReadableTable:
    """Which values earned which score, of a `cut_values`; ``is_alike`` of a `SegmentMonth`."""
    rows = cuts.pivot(index="score", columns="measure", values=["value_from", "value_to", "customers"]).sort_index(
        ascending=False
    )
    shown, columns = {"score": rows.index}, {"score": Column(words.say("Score"), "integer")}
    for measure, title in MEASURES.items():
        unit: Unit = "money" if measure == "spend_total" else "integer"
        edges = zip(rows["value_from", measure], rows["value_to", measure], strict=True)
        shown[measure] = [_span(low, high, unit, words) for low, high in edges]
        shown[f"{measure}_customers"] = rows["customers", measure].to_numpy()
        columns[measure] = Column(words.say(title), "text")
        columns[f"{measure}_customers"] = Column(words.say("Customers"), "integer")
    finding = findings.cuts_finding(cuts, words, is_alike=is_alike)
    return readable_table(pd.DataFrame(shown), finding, words, options=TableOptions(columns))


def _span(low: float, high: float, unit: Unit, words: Words) -> str:
    """From one value to another, or the one value that both are."""
    first, last = write(low, unit, words), write(high, unit, words)
    return first if first == last else f"{first} – {last}"
