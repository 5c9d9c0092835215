"""What is said of customers who order, or deal with us, less than before."""

import pandas as pd

from retention_helpers.words import Words

from .churn_findings import why_refused
from .finding import Finding
from .unit import is_missing, write


def warning_finding(found: object, warned: int, record: pd.DataFrame, words: Words) -> Finding:
    """Whose orders fell beyond luck, of an `early_warnings` and the `warning_record` of one horizon ago."""
    if not found.fit.converged:
        headline = words.say("Whose orders fell cannot be said yet")
        return Finding("warnings", headline, why_refused(found.fit.refusal, words))
    row = record.iloc[0]
    sentence = words.plural(
        "Looked at: {n} customer with a habit to fall away from.",
        "Looked at: {n} customers with a habit to fall away from.",
        found.tested,
    )
    if not is_missing(row["warned_rate"]):
        more = words.plural(
            "Of {n} warned of one horizon ago {rate} ordered nothing since, of the others {others}.",
            "Of the {n} warned of one horizon ago {rate} ordered nothing since, of the others {others}.",
            int(row["warned"]),
            rate=words.percent(row["warned_rate"]),
            others=write(row["others_rate"], "percent", words),
        )
        sentence = f"{sentence} {more}"
    return Finding(
        "warnings",
        words.plural(
            "{n} customer orders less than before, by more than luck explains",
            "{n} customers order less than before, by more than luck explains",
            warned,
        ),
        sentence,
    )


def interaction_finding(found: object, warned: int, words: Words) -> Finding:
    """Whose touch points, opened and clicked messages fell beyond luck."""
    if not found.fit.converged:
        return Finding(
            "interactions",
            words.say("Interaction is not known well enough to warn by it"),
            words.say("It takes touch points, or messages opened or clicked, of many customers over half a year."),
        )
    return Finding(
        "interactions",
        words.plural(
            "{n} customer deals with us less than before, by more than luck explains",
            "{n} customers deal with us less than before, by more than luck explains",
            warned,
        ),
        words.plural(
            "Looked at: {n} customer with touch points or messages opened or clicked before.",
            "Looked at: {n} customers with touch points or messages opened or clicked before.",
            found.tested,
        ),
    )
