"""What is said of the cohort figures; every headline is computed from the table it stands over."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words, marked

from .columns import value_name
from .finding import Finding
from .month_findings import unknown
from .unit import is_missing, write_interval


@dataclass(frozen=True)
class Dimension:
    """How a dimension of the cohorts is spoken of: as a column, under a figure, and where its values do not differ."""

    title: str
    subtitle: str
    nothing: str


# Full sentences each: channel and category differ in gender where languages have one.
DIMENSIONS = {
    "channel": Dimension(
        marked("Channel"),
        marked("Share that ordered again, by channel of the first order, %"),
        marked("No channel reliably keeps more or fewer customers than the others"),
    ),
    "category": Dimension(
        marked("Category"),
        marked("Share that ordered again, by category of the first order, %"),
        marked("No category reliably keeps more or fewer customers than the others"),
    ),
    "source": Dimension(
        marked("Source"),
        marked("Share that ordered again, by source of the customer, %"),
        marked("No source reliably keeps more or fewer customers than the others"),
    ),
    "country": Dimension(
        marked("Country"),
        marked("Share that ordered again, by country, %"),
        marked("No country reliably keeps more or fewer customers than the others"),
    ),
    "city": Dimension(
        marked("City"),
        marked("Share that ordered again, by city, %"),
        marked("No city reliably keeps more or fewer customers than the others"),
    ),
    "gender": Dimension(
        marked("Gender"),
        marked("Share that ordered again, by gender, %"),
        marked("Neither gender reliably keeps more or fewer customers than the other"),
    ),
}


def grid_finding(curve: pd.DataFrame, differences: pd.DataFrame, words: Words) -> Finding:
    """How many come back a month later, of an `all_cohorts`, and whether any shown cohort differs from the others."""
    row = _at(curve, 1)
    if row is None:
        return unknown("cohort_grid", words)
    headline = words.say(
        "{rate} of customers order again in the month after their first order",
        rate=words.percent(row["retention_rate"]),
    )
    first = differences[differences["months_since_first"] == 1] if len(differences) else differences
    different = first[first["is_different"]] if len(first) else first
    interval = _interval(row, words)
    if len(different):
        best, worst = different.loc[different["difference"].idxmax()], different.loc[different["difference"].idxmin()]
        odd = best if best["difference"] >= -worst["difference"] else worst
        sentence = words.say(
            "All matured cohorts: {interval}. {count} of {all} cohorts reliably differ, "
            "most of all {cohort} ({difference}).",
            interval=interval,
            count=words.integer(len(different)),
            all=words.integer(len(first)),
            cohort=words.month(odd["cohort"]),
            difference=words.points(odd["difference"]),
        )
    else:
        sentence = words.say(
            "All matured cohorts: {interval}. No cohort reliably differs from the others.", interval=interval
        )
    caption = words.say(
        "A cohort is the customers of one first month; a cell is the share of them who ordered that many months later."
    )
    return Finding(
        "cohort_grid", headline, sentence, words.say("Share of each cohort that ordered in the month, %"), caption
    )


def later_finding(details: pd.DataFrame, words: Words, *, since: date) -> Finding:
    """How many of a cohort ordered at all after their first month, of a `cohort_details`.

    Speaks of the oldest cohort that begins on ``since`` or later: before it a "new" customer may be an old one.
    """
    first = details["cohort"] >= Period.of(since).label
    later = details[first & (details["months_since_first"] == 1)]
    if later.empty:
        return unknown("on_or_after", words)
    row = later.iloc[0]
    headline = words.say(
        "{rate} of the {cohort} cohort ordered again at some time",
        rate=words.percent(row["on_or_after_rate"]),
        cohort=words.month(row["cohort"]),
    )
    sentence = words.say(
        "That is the cohort of really new customers that has been watched the longest; 95% interval {low} to {high}. "
        "Younger ones have had less time.",
        low=words.percent(row["on_or_after_rate_low"]),
        high=words.percent(row["on_or_after_rate_high"]),
    )
    return Finding(
        "on_or_after", headline, sentence, words.say("Share of each cohort that ordered in the month or later, %")
    )


def revenue_finding(curve: pd.DataFrame, words: Words) -> Finding:
    """What a customer has brought after a year, or after the longest age of three cohorts, of an `all_cohorts`."""
    known = curve[(curve["month_cohorts"] >= 3) & (curve["months_since_first"] <= 12)] if len(curve) else curve
    if known.empty:
        return unknown("cohort_revenue", words)
    row, first = known.iloc[-1], known.iloc[0]
    headline = words.say(
        "A new customer brings {later} within {age}, {first} of it in the first",
        later=words.money(row["cumulative_revenue_per_customer"]),
        age=words.plural("{n} month after the first", "{n} months after the first", int(row["months_since_first"])),
        first=words.money(first["cumulative_revenue_per_customer"]),
    )
    sentence = words.say(
        "Net revenue of {cohorts} cohorts with {customers} customers.",
        cohorts=words.integer(row["month_cohorts"]),
        customers=words.integer(row["cohort_customers"]),
    )
    return Finding("cohort_revenue", headline, sentence, words.say("Cumulative net revenue per customer of the cohort"))


def dimension_finding(name: str, differences: pd.DataFrame, words: Words, *, dimension: str) -> Finding:
    """Which channel or category keeps more or fewer customers, of `cohort_differences` between values at age 1."""
    first = differences[differences["months_since_first"] == 1] if len(differences) else differences
    said = DIMENSIONS[dimension]
    subtitle = words.say(said.subtitle)
    if len(first) < 2:
        return unknown(name, words).about(name, subtitle)
    different = first[first["is_different"]]
    if different.empty:
        sentence = words.say("In the month after the first order, all cohorts together.")
        return Finding(name, words.say(said.nothing), sentence, subtitle)
    row = different.loc[different["difference"].abs().idxmax()]
    text = (
        marked("Customers who came through {value} return more often")
        if row["difference"] > 0
        else marked("Customers who came through {value} return less often")
    )
    sentence = words.say(
        "{rate} in the month after the first order, {others} of the others: {difference} ({low} to {high}).",
        rate=words.percent(row["retention_rate"]),
        others=words.percent(row["others_rate"]),
        difference=words.points(row["difference"]),
        low=words.points(row["difference_low"]),
        high=words.points(row["difference_high"]),
    )
    return Finding(name, words.say(text, value=value_name(row["value"], words)), sentence, subtitle)


def differences_finding(differences: pd.DataFrame, words: Words) -> Finding:
    """How many cells differ beyond chance, of `cohort_differences`."""
    if differences.empty:
        return unknown("cohort_differences", words)
    count = int(differences["is_different"].sum())
    headline = words.say(
        "{count} of {all} comparisons show a reliable difference between cohorts",
        count=words.integer(count),
        all=words.integer(len(differences)),
    )
    sentence = words.say(
        "Each cohort against all others at the same age; 5% false discoveries are allowed among those named."
    )
    caption = words.say(
        "Cohorts of the same age stand in different calendar months: season and campaigns look like a difference too."
    )
    return Finding("cohort_differences", headline, sentence, "", caption)


def projection_finding(projected: pd.DataFrame, backtest: pd.DataFrame, words: Words) -> Finding:
    """What the open cells will probably be, of `project_cohorts`; says when that is no better than the simple rule."""
    used = _used(backtest)
    if projected.empty or used is None:
        return unknown("projection", words)
    near = projected[projected["months_ahead"] == 1]
    texts = {
        True: marked("About {n} customers of these cohorts will order next month"),
        False: marked(
            "About {n} customers of these cohorts may order next month; the projection is no better than the last rate"
        ),
    }
    headline = words.say(texts[bool(used["beats_naive"])], n=words.integer(near["active_customers"].sum()))
    sentence = words.say(
        "Projected from the ages and cohorts seen so far; each cell has a 95% interval in the data table."
    )
    if not is_missing(used["coverage"]):
        sentence += " " + words.say("On hidden months {share} lay inside it.", share=words.percent(used["coverage"]))
    return Finding(
        "projection", headline, sentence, words.say("Share of each cohort that ordered, projected months in outline, %")
    )


def backtest_finding(backtest: pd.DataFrame, words: Words) -> Finding:
    """How far off the projection would have been, against the simple rule, of `backtest_projection`."""
    used = _used(backtest)
    if used is None:
        return unknown("backtest", words)
    texts = {
        True: marked("Hidden months were missed by {error} on average, by the simple rule by {naive}"),
        False: marked(
            "Hidden months were missed by {error} on average; the simple rule ({naive}) is not reliably worse"
        ),
    }
    headline = words.say(
        texts[bool(used["beats_naive"])],
        error=words.percent(used["mean_absolute_error"]),
        naive=words.percent(used["naive_mean_absolute_error"]),
    )
    sentence = words.say(
        "Each of the last six months was hidden and projected from what was known before: {cells} cells.",
        cells=words.integer(used["cells"]),
    )
    return Finding("backtest", headline, sentence, words.say("Mean error of the rate, by way of projecting"))


def _used(backtest: pd.DataFrame) -> pd.Series | None:
    """The chosen candidate over all months ahead together."""
    rows = backtest[backtest["is_used"] & (backtest["months_ahead"] == 0)] if len(backtest) else backtest
    return None if rows.empty else rows.iloc[0]


def _at(curve: pd.DataFrame, age: int) -> pd.Series | None:
    rows = curve[curve["months_since_first"] == age] if len(curve) else curve
    return None if rows.empty else rows.iloc[0]


def _interval(row: pd.Series, words: Words) -> str:
    edges = (row["retention_rate_low"], row["retention_rate_high"])
    return write_interval(row["retention_rate"], edges, "percent", words)
