"""Each kind of picture, drawn of a sample, with a text that may be long or evil."""

from collections.abc import Callable

import pandas as pd

from retention_helpers.figures import (
    BarOptions,
    CalibrationOptions,
    Column,
    CurveOptions,
    CurvesOptions,
    EffectOptions,
    EventOptions,
    Figure,
    GainsOptions,
    GridOptions,
    HistogramOptions,
    JourneyOptions,
    LineOptions,
    MigrationOptions,
    MultiplesOptions,
    PairedOptions,
    ReadableTable,
    RiskOptions,
    TableOptions,
    WaterfallOptions,
    cohort_grid,
    decomposition_steps,
    effect_plot,
    event_study,
    journey_map,
    ledger_steps,
    migration_grid,
    paired_bars,
    ranked_bars,
    readable_table,
    retention_lines,
    risk_panels,
    small_multiples,
    survival_curve,
    survival_curves,
    waterfall,
)
from retention_helpers.words import Words
from tests.figures.samples import (
    DECOMPOSED,
    EXISTING,
    LEDGER,
    NEW,
    SEGMENTS,
    STAGES,
    STEPS,
    balance,
    channels,
    cohorts,
    effects,
    events,
    finding,
    groups,
    journey,
    marked_monthly,
    moves,
    pairs,
    risk,
    shown,
    survival,
)


def draw_lines(words: Words, text: str = "Established customers who had bought before") -> Figure:
    options = LineOptions({NEW: "New customers", EXISTING: text}, accent=EXISTING, bases={NEW: "new_base"})
    return retention_lines(marked_monthly(), finding("lines", text), words, options=options)


def draw_grid(words: Words, text: str = "") -> Figure:
    frame = cohorts(names=[text, "Web"] if text else None)
    return cohort_grid(frame, finding("grid", text or "Cohorts"), words, options=GridOptions(legend=text, header=text))


def draw_bars(words: Words, text: str = "Rank") -> Figure:
    options = BarOptions(unit="percent", header=text, title=f"{text} value")
    return ranked_bars(groups([text, "Web", "Phone"]), finding("bars", text), words, options=options)


def draw_struck(words: Words, text: str = "Members minus others") -> Figure:
    names = [text, "Web", "Phone"]
    options = BarOptions(unit="percent", header=text, title=f"{text} value", highlight=("Web",), struck=(text,))
    return ranked_bars(groups(names), finding("struck", text), words, options=options)


def draw_decomposition(words: Words, text: str = "Revenue") -> Figure:
    steps = decomposition_steps(DECOMPOSED, words).replace({"part": {"Number of buyers": text}})
    return waterfall(steps, finding("parts", text), words)


def draw_ledger(words: Words, text: str = "Ledger") -> Figure:
    return waterfall(
        ledger_steps(LEDGER, words), finding("ledger", text), words, options=WaterfallOptions(unit="integer")
    )


def draw_curve(words: Words, text: str = "days without an order") -> Figure:
    options = CurveOptions(marked=185, marked_label=f"185: {text}", level=0.1, x_title=text, y_title=f"{text} share")
    return survival_curve(survival(), finding("curve", text), words, options=options)


def draw_events(words: Words, text: str = "") -> Figure:
    options = EventOptions(
        mean=0.29,
        mean_label=text,
        joined_label=text,
        before_label=text,
        not_comparable_label=text or "joined because of these months",
        x_title=text,
        y_title=text,
        digits=2,
    )
    return event_study(events(), finding("events", text or "Events"), words, options=options)


def draw_effects(words: Words, text: str = "") -> Figure:
    frame = effects()
    if text:
        frame = frame.assign(label=[f"{text} {label}" for label in frame["label"]], why=f"{text} {text}")
    options = EffectOptions(header=text, title=f"{text} value", zero=text or "as the hold-out")
    return effect_plot(frame, finding("effects", text or "Effects"), words, options=options)


def draw_journey(words: Words, text: str = "") -> Figure:
    said = {"conversion_title": text, "days_title": text}
    options = JourneyOptions(names=shown(STEPS, words, text), **said)
    return journey_map(journey(), finding("journey", text or "Journey"), words, options=options)


def draw_risk(words: Words, text: str = "") -> Figure:
    said = {"title": text, "x_title": text or "predicted risk of no order in 90 days"}
    options = RiskOptions(
        HistogramOptions(high_from=0.7, high_label=text, **said),
        CalibrationOptions(y_title=text, **said),
        GainsOptions(marked=0.2, y_title=text, model_label=text, random_label=text, title=text, x_title=text),
    )
    return risk_panels(risk(), finding("risk", text or "Risk"), words, options=options)


def draw_moves(words: Words, text: str = "") -> Figure:
    options = MigrationOptions(names=shown(SEGMENTS, words, text), origin_title=text, destination_title=text)
    return migration_grid(moves(), finding("moves", text or "Moves"), words, options=options)


def draw_pairs(words: Words, text: str = "") -> Figure:
    names = {"first_name": text or "customers", "second_name": text or "revenue", "header": text}
    options = PairedOptions(names=shown(SEGMENTS, words, text), change_title=text or "since Sep 2026", **names)
    return paired_bars(pairs(), finding("pairs", text or "Pairs"), words, options=options)


def draw_multiples(words: Words, text: str = "") -> Figure:
    options = MultiplesOptions(names=shown(STAGES, words, text))
    return small_multiples(balance(), finding("multiples", text or "Stages"), words, options=options)


def draw_curves(words: Words, text: str = "") -> Figure:
    names = {"web": text or "Web", "shop": "Shop", "app": text or "App", "phone": "Phone"}
    options = CurvesOptions(
        names=names,
        accent="web",
        x_title=text or "days since the first order",
        marked=90,
        marked_label=text or "90 days",
    )
    return survival_curves(channels(), finding("curves", text or "Channels"), words, options=options)


def draw_table(words: Words, text: str = "Reason") -> ReadableTable:
    frame = pd.DataFrame({"reason": [text, "kept"], "rows": [1200, 3]})
    options = TableOptions({"reason": Column(text), "rows": Column(f"{text} rows")})
    return readable_table(frame, finding("table", text), words, options=options)


DRAWN: dict[str, Callable[..., Figure]] = {
    "lines": draw_lines,
    "grid": draw_grid,
    "bars": draw_bars,
    "struck": draw_struck,
    "decomposition": draw_decomposition,
    "ledger": draw_ledger,
    "curve": draw_curve,
    "curves": draw_curves,
    "events": draw_events,
    "effects": draw_effects,
    "journey": draw_journey,
    "risk": draw_risk,
    "moves": draw_moves,
    "pairs": draw_pairs,
    "multiples": draw_multiples,
}
ALL: dict[str, Callable[..., Figure | ReadableTable]] = {**DRAWN, "table": draw_table}
