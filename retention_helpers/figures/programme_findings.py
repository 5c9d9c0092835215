"""What is said of a loyalty programme's members, points and money, and what to do about it."""

import numpy as np
import pandas as pd

from retention_helpers.words import Words, marked

from .finding import Finding
from .kpis import direction
from .loyalty_findings import why_not_claimed
from .unit import is_missing, write_interval

LEFT_OUT = {
    "compared": marked("Compared"),
    "too_new": marked("Left out: first order less than five months before joining"),
    "no_recent_order": marked("Left out: no order in the 30 days before joining"),
    "no_order": marked("Left out: never ordered"),
    "no_join_date": marked("Left out: no date of joining"),
}
PARTS = {
    "gain": marked("Profit of what members spend more"),
    "rewards": marked("Points redeemed, at cost"),
    "outstanding": marked("Points still held, at cost, as far as they will be redeemed"),
    "running": marked("Running cost, these months' part"),
    "net": marked("Net"),
}
MISSING = {
    "no_margin": marked("No margin is known, and none is guessed. Set margin_share in the profile."),
    "no_reward_cost": marked(
        "What a reward costs is not known, and is not guessed. Set reward_cost_share in the profile."
    ),
    "no_value": marked("No event says what points are worth."),
    "no_members": marked("No members could be compared."),
}


def members_finding(counts: dict[str, int], words: Words) -> Finding:
    """How many members are compared, and how many are left out."""
    joined = counts["joined"] + counts["no_join_date"]
    seen = words.plural(
        "{n} of them has been there for all months that are looked at.",
        "{n} of them have been there for all months that are looked at.",
        counts["all_months_seen"],
    )
    before = words.plural(
        "{n} of all members had ordered before joining.",
        "{n} of all members had ordered before joining.",
        counts["ordered_before"],
    )
    beside = words.plural(
        "They are set beside {n} order after which others might have joined.",
        "They are set beside {n} orders after which others might have joined.",
        counts["controls"],
    )
    outside = words.plural(
        "{n} customer ordered in the last twelve months and never joined.",
        "{n} customers ordered in the last twelve months and never joined.",
        counts["outside"],
    )
    return Finding(
        "members",
        words.plural(
            "{compared} of {n} member can be compared",
            "{compared} of {n} members can be compared",
            joined,
            compared=words.integer(counts["compared"]),
        ),
        f"{seen} {before} {beside} {outside}",
    )


def dated_text(counts: dict[str, int], words: Words) -> str:
    """What is known of when members joined, where it is worth a sentence."""
    said = []
    if counts["by_month"]:
        said.append(
            words.plural(
                "Of {n} member joining is dated on the very beginning of a month.",
                "Of {n} members joining is dated on the very beginning of a month.",
                counts["by_month"],
            )
        )
    if counts["joined"] and not counts["controls"]:
        said.append(words.say("There is nobody to compare them with."))
    return " ".join(said)


def joins_finding(joins: pd.DataFrame, words: Words) -> Finding:
    """In which months unusually many joined, of a `joins_by_month`."""
    name, unusual = "joins", joins[joins["is_unusual"]]
    if joins.empty:
        return Finding(name, words.say("Nobody joined"), words.say("The data hold no joining with a date."))
    usual = words.number(joins["usual"].iloc[0], 0)
    if unusual.empty:
        return Finding(
            name,
            words.say("In no month did clearly more join than usual: the median month has {usual}", usual=usual),
            words.say("Counted is the first joining of each customer."),
        )
    top = unusual.loc[unusual["joined"].idxmax()]
    return Finding(
        name,
        words.plural(
            "In {n} month clearly more joined than usual, most in {month:of}: {joined}, the median month has {usual}",
            "In {n} months clearly more joined than usual, most in {month:of}: {joined}, the median month has {usual}",
            len(unusual),
            month=words.month(top["month"]),
            joined=words.integer(top["joined"]),
            usual=usual,
        ),
        words.say(
            "Such a month, of a promotion for example, tells how many joined. Whether they order more than they would "
            "have without it takes others who joined in the same month without it."
        ),
    )


def money_finding(money: object, orders: object, revenue: object, words: Words, *, months: int) -> Finding:
    """Whether the programme pays in the first months, of a `ProgrammeMoney` and the effects on orders and revenue."""
    name = "money"
    subtitle = words.plural(
        "The first {n} month after joining, members compared",
        "The first {n} months after joining, members compared",
        months,
    )
    if money.missing is not None:
        return Finding(
            name, words.say("Whether the programme pays is not worked out"), words.say(MISSING[money.missing])
        )
    least, most = (words.money(end, 2) for end in sorted(money.break_even))
    needed = words.say(
        "It pays once a member spends {value} more a month.", value=least if least == most else f"{least} – {most}"
    )
    if not money.has_running_cost:
        needed = f"{needed} {words.say('Its running cost is not in the data and counts as nothing.')}"
    if not any(is_missing(end) for end in orders.anyway):
        low, high = (words.percent(end, 0) for end in orders.anyway)
        more = words.say(
            "Of what members ordered in these months {low} to {high} would have come anyway, and the rewards for it "
            "with it.",
            low=low,
            high=high,
        )
        needed = f"{needed} {more}"
    net = money.parts.set_index("part").loc["net"]
    if is_missing(net["amount"]):
        headline = words.say("To pay for itself the programme has to bring {value} a month and member", value=most)
        more = words.say("What it brings cannot be told.")
        return Finding(name, headline, f"{needed} {more} {why_not_claimed(revenue, words)}".strip(), subtitle)
    texts = {
        "up": marked("The programme pays in the months seen: {value}"),
        "down": marked("The programme costs more than it brings in the months seen: {value}"),
        "flat": marked("Whether the programme pays in the months seen cannot be told ({range})"),
    }
    value, least, most = (words.money(one) for one in (net["amount"], net["low"], net["high"]))
    span = (
        words.say("no interval is known")
        if is_missing(net["low"] + net["high"])
        else words.say("{low} to {high}", low=least, high=most)
    )
    headline = words.say(texts[direction(net["low"], net["high"])], value=value, range=span)
    return Finding(name, headline, needed, subtitle)


def points_finding(points: object, words: Words) -> Finding:
    """Which part of the points is never redeemed, of a `Points`."""
    name = "points"
    if not points.earned > 0:
        headline = words.say("The data hold no points")
        return Finding(name, headline, words.say("Points are events earn, redeem and expire of the table memberships."))
    subtitle = words.say("Of the points earned, by their age")
    headline = words.say(
        "Between {low} and {high} of the points earned are never redeemed",
        low=words.percent(points.breakage_low, 0),
        high=words.percent(points.breakage_high, 0),
    )
    sentence = words.say(
        "Earned so far: {earned}; redeemed {redeemed}, expired {expired}, still held {held}.",
        earned=words.integer(points.earned),
        redeemed=words.integer(points.redeemed),
        expired=words.integer(points.expired),
        held=words.integer(points.held),
    )
    if not any(is_missing(end) for end in points.liability):
        low, high = points.liability
        more = words.say(
            "Those held stand for {low} if they go the way of older ones, and for {high} if all are redeemed.",
            low=words.money(low),
            high=words.money(high),
        )
        sentence = f"{sentence} {more}"
    if points.unearned > 0:
        more = words.say(
            "{n} more were used than earned: the data lack where they came from.", n=words.integer(points.unearned)
        )
        sentence = f"{sentence} {more}"
    return Finding(name, headline, sentence, subtitle)


def programme_actions(effect: object, money: object, words: Words) -> list[dict]:
    """What to do next, of a `ProgrammeEffect` on orders and the `ProgrammeMoney`: for customers who are no members."""
    outside = effect.counts["outside"] if effect.counts["joined"] else 0
    texts = {
        "raised": (
            marked("Invite more customers to the programme"),
            marked("Those who order and are no members yet are asked first. A random tenth is asked later, to check."),
        ),
        "dear": (
            marked("Make the programme cheaper before inviting more customers"),
            marked("Members order more, and yet it costs more than it brings: see what the rewards cost."),
        ),
        "lowered": (
            marked("Invite nobody to the programme until it is known why members order less"),
            marked("Ask members what keeps them from ordering; change one thing at a time, for a random half."),
        ),
        "cannot_tell": (
            marked("Find out by chance: leave a random tenth without an invitation for six months"),
            marked("Who is invited is then drawn, not chosen, and the difference needs no room for hidden reasons."),
        ),
    }
    case = "dear" if effect.verdict == "raised" and _loses(money) else effect.verdict
    headline, sentence = (words.say(text) for text in texts[case])
    return [{"headline": headline, "sentence": sentence, "audience": "", "customers": outside}] if outside else []


def _loses(money: object) -> bool:
    net = money.parts.set_index("part")["high"].get("net", np.nan)
    return bool(net < 0)


def part_rows(money: object, words: Words) -> pd.DataFrame:
    """The parts of the money in words, of a `ProgrammeMoney`."""
    parts = money.parts
    edges = zip(parts["amount"], parts["low"], parts["high"], strict=True)
    values = [
        words.money(value) if low == high else write_interval(value, (low, high), "money", words)
        for value, low, high in edges
    ]
    said = [words.say(PARTS[part]) for part in parts["part"]]
    return pd.DataFrame({"part": said, "amount": np.array(values, dtype=object)}, dtype="object")
