"""The figures of the feedback report: each takes a metric's table, finds the words for it, and draws."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words, capital, marked

from . import feedback_findings as findings
from . import reason_findings as why
from .columns import value_name
from .curves import CurvesOptions, survival_curves
from .figure import Figure
from .finding import Finding
from .journey_findings import stage_names
from .lifecycle_wordings import STAGES
from .lines import LineOptions, retention_lines
from .paired_bars import PairedOptions, paired_bars
from .said_changes import write_change
from .segment_wordings import segment_name
from .tables import Column, ReadableTable, TableOptions, readable_table
from .unit import is_missing, write, write_interval

VERDICTS = {
    "counted": marked("counted"),
    "earlier_answer": marked("earlier answers of the same customer and month"),
    "no_score": marked("empty, or not a number"),
    "outside_scale": marked("codes outside the scale"),
    "negative_weight": marked("answers with a weight below zero"),
    "no_scale": marked("questions without a scale in the profile"),
}
DIMENSIONS = {
    "segment": marked("Segment"),
    "life_stage": marked("Life stage"),
    "channel": marked("Channel"),
    "topic": marked("Topic"),
    "stage": marked("Stage of the journey"),
}
_LINE_SHARE = 0.5  # of the months between first and last answer; below it a survey is asked in waves, not monthly
_LINE_MONTHS = 3  # with answers; fewer make no line
_WAVES = 8


def nps_figure(monthly: pd.DataFrame, words: Words, *, period: str) -> Figure | ReadableTable:
    """NPS by month, of a `monthly_nps`; a table of the waves where it is asked now and then."""
    options = LineOptions({"nps": words.say("NPS")}, bases={"nps": "answers"}, unit="number")
    return _trend(monthly, findings.nps_finding(monthly, words, period=period), words, options)


def csat_figure(monthly: pd.DataFrame, words: Words, *, period: str) -> Figure | ReadableTable:
    """Satisfied customers by month, of a `monthly_csat`; a table of the waves where they are asked now and then."""
    options = LineOptions({"csat": words.say("Satisfied")}, bases={"csat": "answers"})
    return _trend(monthly, findings.csat_finding(monthly, words, period=period), words, options)


def response_figure(rates: pd.DataFrame, words: Words, *, period: str) -> Figure:
    """The share of those asked who answered, of a `response_rate`."""
    options = LineOptions({"response_rate": words.say("Answered")}, bases={"response_rate": "contacts"})
    return retention_lines(rates, findings.response_finding(rates, words, period=period), words, options=options)


def answers_table(ledger: pd.DataFrame, codes: pd.DataFrame, words: Words) -> ReadableTable:
    """What became of every answer, of an `answer_ledger` and `missing_codes`."""
    shown = ledger.assign(
        question=[findings.question_name(question) for question in ledger["question"]],
        judged=[words.say(VERDICTS[judged]) for judged in ledger["judged"]],
    )
    columns = {
        "question": Column(words.say("Question"), "text"),
        "judged": Column(words.say("What became of the answer"), "text"),
        "answers": Column(words.say("Answers"), "integer"),
    }
    return readable_table(shown, findings.answers_finding(ledger, codes, words), words, options=TableOptions(columns))


def questions_table(questions: pd.DataFrame, words: Words, *, period: str) -> ReadableTable:
    """Satisfaction question by question, of a `question_scores`."""
    rows = [
        {
            "question": findings.question_name(row["question"]),
            "csat": write_interval(row["csat"], (row["csat_low"], row["csat_high"]), "percent", words),
            "mean": write_interval(row["mean"], (row["mean_low"], row["mean_high"]), "number", words, 2),
            "change": write_change(row, "change", "percent", words),
            "last_year_change": write_change(row, "last_year_change", "percent", words),
            "answers": row["answers"],
        }
        for row in questions.to_dict("records")
    ]
    month = Period.parse(period)
    columns = {
        "question": Column(words.say("Question"), "text"),
        "csat": Column(words.say("Satisfied (95% interval)"), "text"),
        "mean": Column(words.say("Mean (95% interval)"), "text"),
        "change": Column(words.say("vs {month}", month=words.month_short((month - 1).label)), "text"),
        "last_year_change": Column(words.say("vs {month}", month=words.month_short((month - 12).label)), "text"),
        "answers": Column(words.say("Answers"), "integer"),
    }
    finding = findings.questions_finding(questions, words, period=period)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def groups_table(
    groups: pd.DataFrame, names: Mapping[str, str], words: Words, *, question: str, months: int
) -> ReadableTable:
    """How content each group is against all others, of a `compare_cuts`; ``names``: topic -> what readers call it."""
    unit = "number" if question == "nps" else "percent"
    known = {
        "topic": names,
        "stage": stage_names(words),
        "life_stage": {stage: words.say(name) for stage, name in STAGES.items()},
    }

    def said(dimension: str, value: str) -> str:
        if value == "unassigned":
            return value_name(value, words)
        return segment_name(value, words) if dimension == "segment" else known.get(dimension, {}).get(value, value)

    groups = groups.assign(name=[said(*group) for group in zip(groups["dimension"], groups["value"], strict=True)])
    rows = [
        {
            "dimension": words.say(DIMENSIONS.get(row["dimension"], row["dimension"])),
            "name": row["name"],
            "score": write_interval(row["score"], (row["score_low"], row["score_high"]), unit, words),
            "difference": write_change(row, "difference", unit, words),
            "verdict": ""
            if is_missing(row["q_value"])
            else words.say("yes")
            if row["is_different"]
            else words.say("no"),
            "answers": row["answers"],
        }
        for row in groups.to_dict("records")
    ]
    title = words.say("NPS (95% interval)") if question == "nps" else words.say("Satisfied (95% interval)")
    columns = {
        "dimension": Column(words.say("By"), "text"),
        "name": Column(words.say("Group"), "text"),
        "score": Column(title, "text"),
        "difference": Column(words.say("Against all others"), "text"),
        "verdict": Column(words.say("Reliably different"), "text"),
        "answers": Column(words.say("Answers"), "integer"),
    }
    finding = findings.groups_finding(groups, words, question=question, months=months)
    return readable_table(pd.DataFrame(rows, columns=list(columns)), finding, words, options=TableOptions(columns))


def reasons_figure(
    reasons: pd.DataFrame, names: Mapping[str, str], words: Words, *, question: str, months: int
) -> Figure:
    """What those who are not content name, beside those who are, of a `reasons`."""
    mine = reasons[reasons["mood"] == "not_content"].set_index("topic")
    theirs = reasons[reasons["mood"] == "content"].set_index("topic")
    both = mine.join(theirs[["share", "share_low", "share_high"]], rsuffix="_content", how="outer")
    both = both.assign(n=both["answers"].fillna(0)).sort_values("n", ascending=False, kind="stable").reset_index()
    both = both.rename(columns={f"share{end}_content": f"content{end}" for end in ("", "_low", "_high")})
    content, not_content = map(capital, why.mood_names(question, words))
    options = PairedOptions(
        label="topic",
        first="content",
        second="share",
        first_name=content,
        second_name=not_content,
        n="n",
        names={topic: names.get(topic, topic) for topic in both["topic"]},
        header=words.say("Topic"),
    )
    finding = why.reasons_finding(reasons, names, words, question=question, months=months)
    return paired_bars(both, finding, words, options=options)


def comments_table(comments: pd.DataFrame, names: Mapping[str, str], words: Words, *, question: str) -> ReadableTable:
    """One comment a topic, of those who are content and those who are not, of a `representative_comments`."""
    mine = comments[(comments["question"] == question) & comments["mood"].isin(["content", "not_content"])]
    mine = mine.assign(topic=[names.get(topic, topic) for topic in mine["topic"]])
    quoted = mine.assign(comment=[words.say('"{comment}"', comment=text) for text in mine["comment"]])
    wide = quoted.pivot_table(index="topic", columns="mood", values="comment", aggfunc="first", sort=False)
    wide = wide.reindex(columns=["not_content", "content"]).reset_index()
    content, not_content = map(capital, why.mood_names(question, words))
    columns = {
        "topic": Column(words.say("Topic"), "text"),
        "not_content": Column(not_content, "text"),
        "content": Column(content, "text"),
    }
    return readable_table(wide, why.comments_finding(mine, words), words, options=TableOptions(columns))


def leaving_figure(
    curves: pd.DataFrame, hazard: pd.DataFrame, words: Words, *, question: str, lapse_days: int
) -> Figure:
    """Who is still there after their answer, by how content they were, of `leaving_curves` and `leaving_hazard`."""
    content, not_content = map(capital, why.mood_names(question, words))
    options = CurvesOptions(
        group="mood",
        names={"content": content, "not_content": not_content},
        accent="not_content",
        x_title=words.say("days since the answer"),
    )
    shown = curves[curves["mood"] != "neither"]
    return survival_curves(
        shown, why.leaving_finding(hazard, words, question=question, lapse_days=lapse_days), words, options=options
    )


def weights_table(nps: pd.DataFrame, csat: pd.DataFrame, words: Words, *, period: str) -> ReadableTable:
    """The month's figures without and with weights, of a `monthly_nps` and a `monthly_csat`."""
    measures = (
        (nps, "nps", words.say("NPS"), "number", 1),
        (csat, "csat", words.say("Satisfied"), "percent", 1),
        (csat, "mean", words.say("Mean answer"), "number", 2),
    )
    rows = []
    for monthly, name, title, unit, digits in measures:
        for row in monthly[(monthly["month"] == period) & (monthly["answers"] > 0)].to_dict("records"):
            texts = {
                kind: write_interval(row[column], (row[f"{column}_low"], row[f"{column}_high"]), unit, words, digits)
                for kind, column in (("plain", name), ("weighted", f"weighted_{name}"))
            }
            worth = write(row["effective_answers"], "integer", words)
            rows.append({"measure": title, **texts, "answers": words.integer(row["answers"]), "worth": worth})
    columns = {
        "measure": Column(words.say("Measure"), "text"),
        "plain": Column(words.say("Plain (95% interval)"), "text"),
        "answers": Column(words.say("Answers"), "text"),
        "weighted": Column(words.say("Weighted (95% interval)"), "text"),
        "worth": Column(words.say("Worth answers"), "text"),
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    return readable_table(frame, findings.weights_finding(frame, words), words, options=TableOptions(columns))


def _trend(monthly: pd.DataFrame, finding: Finding, words: Words, options: LineOptions) -> Figure | ReadableTable:
    (name, title), *_ = options.series.items()
    shown = monthly.tail(options.months)
    answered = monthly["answers"] > 0
    if monthly.empty or (answered.sum() >= _LINE_MONTHS and (shown["answers"] > 0).mean() >= _LINE_SHARE):
        return retention_lines(monthly, finding, words, options=options)
    waves = monthly[answered].tail(_WAVES).iloc[::-1]
    rows = [
        {
            "month": words.month_title(row["month"]),
            "value": write_interval(row[name], (row[f"{name}_low"], row[f"{name}_high"]), options.unit, words),
            "answers": row["answers"],
        }
        for row in waves.to_dict("records")
    ]
    columns = {
        "month": Column(words.say("Month"), "text"),
        "value": Column(words.say("{name} (95% interval)", name=title), "text"),
        "answers": Column(words.say("Answers"), "integer"),
    }
    return readable_table(pd.DataFrame(rows), finding, words, options=TableOptions(columns))


def _verdict(row: Mapping, words: Words) -> str:
    """Whether a group reliably differs; nothing where it was not compared."""
    if is_missing(row["q_value"]):
        return ""
    return words.say("yes") if row["is_different"] else words.say("no")
