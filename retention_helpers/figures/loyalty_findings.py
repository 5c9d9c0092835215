"""What is said of a loyalty programme's effect: how large, how sure, or why nothing is claimed."""

from typing import Protocol

import numpy as np
import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import direction
from .unit import is_missing, write, write_difference, write_difference_interval, write_interval

DIGITS = 2


class Declining(Protocol):
    """A reason to say nothing."""

    reason: str
    text: str
    form: tuple[str, int]
    found: float
    needed: float


def why_declined(declined: tuple[Declining, ...], words: Words) -> str:
    """Every reason to say nothing, in sentences."""
    return " ".join(
        words.say(
            one.text,
            found=write(one.found, one.form[0], words, one.form[1]),
            needed=write(one.needed, one.form[0], words, one.form[1]),
        )
        for one in declined
    )


def effect_finding(effect: object, words: Words) -> Finding:
    """Whether members order more than they would have without the programme, of a `ProgrammeEffect` on orders."""
    name, subtitle = "effect", words.say("Orders a month and member, in the months after joining")
    if is_missing(effect.effect):
        headline = words.say("Nothing can be said of what the programme changes")
        return Finding(name, headline, why_declined(effect.declined, words), subtitle)
    low, high = effect.robust_low, effect.robust_high
    texts = {
        "up": marked("Members order more than they would have without the programme: {value} a month"),
        "down": marked("Members order less than they would have without the programme: {value} a month"),
        "flat": marked("Whether members order more with the programme cannot be told ({range})"),
        "untold": marked("Whether members order more with the programme cannot be told"),
    }
    claimed = {"raised": "up", "lowered": "down"}.get(effect.verdict, "flat")
    side = claimed if direction(low, high) == claimed else "flat"
    shown = side if direction(low, high) == side else "untold"
    value, least, most = (write_difference(one, "number", words, DIGITS) for one in (effect.effect, low, high))
    span = (
        words.say("no interval is known")
        if is_missing(low + high)
        else words.say("{low} to {high} a month", low=least, high=most)
    )
    headline = words.say(texts[shown], value=value, range=span)
    sentence = words.plural(
        "{n} member was compared with others who might have joined then: {value} (95% interval, with room for hidden "
        "reasons).",
        "{n} members were compared with others who might have joined then: {value} (95% interval, with room for hidden "
        "reasons).",
        int(effect.counts["month_seen"]),
        value=write_difference_interval(effect.effect, (low, high), "number", words, DIGITS),
    )
    told = [] if is_missing(low + high) else [sentence]
    why = why_not_claimed(effect, words) if side == "flat" else ""
    return Finding(name, headline, " ".join([*told, why]).strip(), subtitle)


def why_not_claimed(effect: object, words: Words) -> str:
    """Why nothing is claimed though there is a number, of a `ProgrammeEffect`; empty where nothing is there."""
    if effect.declined:
        return why_declined(effect.declined, words)
    if direction(effect.robust_low, effect.robust_high) != "flat":
        if direction(effect.late_low, effect.late_high) == "flat":
            return words.say("In the later months nothing is left that chance could not make, so nothing is claimed.")
        return words.say("Another way of comparing contradicts it, so nothing is claimed.")
    if direction(effect.low, effect.high) != "flat":
        return words.say("Without that room the interval would be clear of zero: hidden reasons decide.")
    return ""


def gap_finding(effect: object, words: Words) -> Finding:
    """How much of what members have more than others is who joins, not what joining does."""
    name = "gap"
    if effect.others is None or is_missing(effect.others.naive):
        headline = words.say("Members and others cannot be set side by side yet")
        return Finding(name, headline, words.say("Nobody has been a member for a month beside others who are none."))
    naive, ends = effect.others.naive, (effect.robust_low, effect.robust_high)
    gap = write(naive, "number", words, DIGITS)
    nothing = words.say("Members minus others: {gap} orders a month, which says nothing of the programme", gap=gap)
    if not effect.is_told:
        return Finding(
            name, nothing, words.say("How much of it is who joins, and not what joining does, is not known.")
        )
    left = write_difference_interval(effect.effect, ends, "number", words, DIGITS)
    low, high = (1 - end / naive if naive > 0 else np.nan for end in reversed(ends))
    if not high > 0 or not low <= 1:
        sentence = words.say("Compared with those who might have joined then, it is {left}.", left=left)
        return Finding(name, nothing, sentence)
    return Finding(
        name,
        words.say(
            "Members order {gap} times a month more than others; {low} to {high} of that is who joins, not what "
            "joining does",
            gap=gap,
            low=words.percent(max(low, 0.0), 0),
            high=words.percent(min(high, 1.0), 0),
        ),
        words.say("Compared with those who might have joined then, {left} is left.", left=left),
    )


def hidden_finding(effect: object, words: Words) -> Finding:
    """How large a hidden reason would have to be to leave nothing of the effect."""
    tests, name = effect.tests, "placebos"
    subtitle = words.say("Differences that joining cannot have made: they should be zero")
    if tests is None:
        return Finding(
            name, words.say("Nothing could be tried on the comparison"), why_declined(effect.declined, words)
        )
    tried = (tests.slope, tests.placebo)
    if all(one.is_zero for one in tried):
        headline = words.say("Where the programme cannot have changed anything, no change is found")
    elif all(one.holds for one in tried):
        headline = words.say("Where the programme cannot have changed anything, hardly any change is found")
    elif any(one.is_tried and not one.holds for one in tried):
        headline = words.say("A change shows where the programme cannot have made one: the comparison fails")
    else:
        headline = words.say("Not all could be tried that has to hold before anything is claimed")
    if not effect.is_told or is_missing(tests.hidden_share):
        sentence = words.say("How strong a hidden reason would have to be cannot be told.")
    elif tests.hidden_share == 0:
        sentence = words.say("The interval holds zero already, without any hidden reason.")
    else:
        sentence = words.say(
            "A hidden reason {share} as strong as all that was removed would be enough to leave nothing: {orders} "
            "orders a month.",
            share=words.percent(tests.hidden_share, 0),
            orders=write(tests.hidden_outcome, "number", words, DIGITS),
        )
    return Finding(name, headline, sentence, subtitle)


def placebo_outcome(tried: object, words: Words) -> str:
    """What came of one `Placebo`."""
    if not tried.is_tried:
        return words.say("not tried")
    if tried.is_zero:
        return words.say("none seen")
    if tried.holds:
        return words.say("small enough")
    return words.say("too large")


def overlap_finding(classes: pd.DataFrame, effect: object, words: Words) -> Finding:
    """Whether members had others to be compared with, of a `chance_classes`."""
    name = "overlap"
    if classes.empty or effect.tests is None:
        return Finding(
            name,
            words.say("There is nobody to compare"),
            words.say("It takes members, and customers who might have joined and did not."),
        )
    certain = effect.tests.certain_share
    sentence = words.say(
        "The largest difference left between members and those they are compared with is {off} of a spread; {certain} "
        "of members were all but certain to join.",
        off=words.number(effect.tests.most_off, 2),
        certain=words.percent(certain, 1),
    )
    headline = (
        words.say("Members were compared with customers who were as likely to join")
        if effect.tests.overlaps
        else words.say("Too few customers who were as likely to join stayed outside")
    )
    return Finding(name, headline, sentence, words.say("By the chance to join at an order, as the model has it"))


def quarters_finding(quarters: pd.DataFrame, effect: object, words: Words) -> Finding:
    """Whether early and late members differ, of an `effect_by_quarter` and the effect on all."""
    name, known = "quarters", quarters.dropna(subset=["effect"])
    subtitle = words.say("Orders a month and member, by quarter of joining")
    if known.empty:
        headline = words.say("By quarter of joining nothing can be told yet")
        sentence = (
            words.say("It takes 100 members of a quarter that can be compared, and others beside them.")
            if effect.is_told
            else words.say("What is not known of all members together is not known of some of them.")
        )
        return Finding(name, headline, sentence, subtitle)
    low, high = known["effect"].min(), known["effect"].max()
    apart = bool(known["low"].max() > known["high"].min())
    headline = (
        words.say(
            "By quarter of joining it differs: {low} to {high} orders a month",
            low=write_difference(low, "number", words, DIGITS),
            high=write_difference(high, "number", words, DIGITS),
        )
        if apart
        else words.say(
            "No reliable difference between quarters of joining: {low} to {high} orders a month",
            low=write_difference(low, "number", words, DIGITS),
            high=write_difference(high, "number", words, DIGITS),
        )
    )
    largest = known.loc[known["members"].idxmax()]
    sentence = words.say(
        "Most of those compared joined in {quarter}: {value} (95% interval, with room for hidden reasons).",
        quarter=largest["quarter"],
        value=write_interval(largest["effect"], (largest["low"], largest["high"]), "number", words, DIGITS),
    )
    return Finding(name, headline, sentence, subtitle)
