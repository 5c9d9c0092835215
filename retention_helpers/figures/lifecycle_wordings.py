"""The names of the stages of a customer's life, and what is said of the steps between them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from retention_helpers.words import Words, marked

from .unit import Unit, write_interval
from .wordings import Wording

STAGES = {
    "outside": marked("Not known before"),
    "potential": marked("Potential"),
    "new": marked("New"),
    "repeat": marked("Repeat"),
    "loyal": marked("Loyal"),
    "advocate": marked("Advocates"),
    "returned": marked("Returned"),
    "at_risk": marked("At risk"),
    "lapsed": marked("Lapsed"),
}
ACTIVE = ("new", "repeat", "loyal", "advocate", "returned")
LOSSES = {
    "new->silent": marked("New, fell silent"),
    "repeat->silent": marked("Repeat, fell silent"),
    "loyal->silent": marked("Loyal, fell silent"),
    "advocate->silent": marked("Advocates, fell silent"),
    "at_risk->lapsed": marked("At risk, lapsed"),
}
CHANNELS = {
    "email": marked("E-mail"),
    "sms": marked("SMS"),
    "push": marked("Push"),
    "any": marked("Any channel"),
}
TRAITS = {
    "gender": marked("Gender"),
    "age_band": marked("Age"),
    "city": marked("City"),
    "source": marked("Source"),
}
MEASURES = {
    "ordered_again_90_days": marked("Second order within 90 days"),
    "ordered_in_month_1": marked("Ordered in month 1"),
    "ordered_in_month_2": marked("Ordered in month 2"),
    "ordered_in_month_3": marked("Ordered in month 3"),
    "ordered_in_month_4": marked("Ordered in month 4"),
    "ordered_in_month_5": marked("Ordered in month 5"),
    "ordered_in_month_6": marked("Ordered in month 6"),
    "revenue_6_months": marked("Net revenue in months 0 to 6"),
}

STEPS: dict[str, Wording] = {
    "potential->new": Wording(
        marked("Potential to new"), "percent",
        marked("More potential customers placed their first order: {value}"),
        marked("Fewer potential customers placed their first order: {value}"),
        marked("First orders of potential customers show no reliable change: {value}"),
        marked("of potential customers placed their first order"),
    ),
    "new->repeat": Wording(
        marked("New to repeat"), "percent",
        marked("More new customers became repeat customers: {value}"),
        marked("Fewer new customers became repeat customers: {value}"),
        marked("The step from new to repeat customer shows no reliable change: {value}"),
        marked("of new customers ordered again"),
    ),
    "repeat->loyal": Wording(
        marked("Repeat to loyal"), "percent",
        marked("More repeat customers became loyal: {value}"),
        marked("Fewer repeat customers became loyal: {value}"),
        marked("The step from repeat to loyal customer shows no reliable change: {value}"),
        marked("of repeat customers became loyal"),
    ),
    "lapsed->returned": Wording(
        marked("Lapsed to returned"), "percent",
        marked("More lapsed customers came back: {value}"),
        marked("Fewer lapsed customers came back: {value}"),
        marked("The return of lapsed customers shows no reliable change: {value}"),
        marked("of lapsed customers ordered again"),
    ),
    "referred": Wording(
        marked("Referred new customers"), "percent",
        marked("More of the new customers had been referred: {value}"),
        marked("Fewer of the new customers had been referred: {value}"),
        marked("The share of referred new customers shows no reliable change: {value}"),
        marked("of new customers were referred by another"),
    ),
}  # fmt: skip


def said(names: Mapping[str, str], words: Words) -> dict[str, str]:
    """A table of marked names in the reader's language, in its order."""
    return {key: words.say(name) for key, name in names.items()}


def intervals(frame: pd.DataFrame, name: str, words: Words, units: Sequence[Unit] | None = None) -> list[str]:
    """A column with its interval, written row by row."""
    columns = (frame[f"{name}{edge}"] for edge in ("", "_low", "_high"))
    rows = zip(*columns, units or ["percent"] * len(frame), strict=True)
    return [write_interval(value, (low, high), unit, words) for value, low, high, unit in rows]


def yes_no(flags: pd.Series, words: Words) -> list[str]:
    """A column of yes and no in the reader's words."""
    return [words.say("yes") if flag else words.say("no") for flag in flags]
