"""What is said of customers' answers; every headline is computed from the table it stands over."""

from collections.abc import Mapping

import pandas as pd

from retention_helpers.words import MISSING, Words, marked

from .finding import Finding
from .month_findings import unknown
from .said_changes import Value, Wordings, headline, sentence
from .unit import SMALL, is_missing, write, write_difference, write_interval

NPS_VALUE = Value("nps", "number")
CSAT_VALUE = Value("csat", "percent")
RATE_VALUE = Value("response_rate", "percent")
NPS_WORDINGS = Wordings(
    marked("The NPS rose to {value}"),
    marked("The NPS fell to {value}"),
    marked("The NPS shows no reliable change: {value}"),
    marked("The NPS is {value}"),
)
CSAT_WORDINGS = Wordings(
    marked("More customers are satisfied: {value}"),
    marked("Fewer customers are satisfied: {value}"),
    marked("The share of satisfied customers shows no reliable change: {value}"),
    marked("Satisfied customers: {value}"),
)
RATE_WORDINGS = Wordings(
    marked("More of those asked answered: {value}"),
    marked("Fewer of those asked answered: {value}"),
    marked("The response rate shows no reliable change: {value}"),
    marked("Of those asked, {value} answered"),
)


def question_name(question: str) -> str:
    """A question as it is shown: the two that everybody knows by their letters, others as the company calls them."""
    return question.upper() if question in ("nps", "csat") else question


def nps_finding(monthly: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """Whether customers would recommend the company, and whether that changes, of a `monthly_nps`."""
    row = _month(monthly, period)
    if row is None:
        return _nobody("nps", words, period)
    said = [sentence(row, NPS_VALUE, words, period=period)]
    if not is_missing(row["weighted_nps"]):
        edges = (row["weighted_nps_low"], row["weighted_nps_high"])
        weighted = write_interval(row["weighted_nps"], edges, "number", words)
        said.append(words.say("Weighted: {value}.", value=weighted))
    caption = words.say(
        "Promoters answered 9 or 10, detractors 0 to 6: {promoters} and {detractors} of {answers} answers.",
        promoters=words.integer(row["promoters"]),
        detractors=words.integer(row["detractors"]),
        answers=words.integer(row["answers"]),
    )
    subtitle = words.say("Share of promoters less share of detractors, in points, by month")
    return Finding("nps", headline(row, NPS_VALUE, NPS_WORDINGS, words), " ".join(said), subtitle, caption)


def csat_finding(monthly: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """How many customers are satisfied, and whether that changes, of a `monthly_csat`."""
    row = _month(monthly, period)
    if row is None:
        return _nobody("csat", words, period)
    mean = write_interval(row["mean"], (row["mean_low"], row["mean_high"]), "number", words, 2)
    said = [sentence(row, CSAT_VALUE, words, period=period), words.say("Mean answer: {mean}.", mean=mean)]
    caption = words.say(
        "Satisfied: one of the two best answers. {satisfied} of {answers} answers.",
        satisfied=words.integer(row["satisfied"]),
        answers=words.integer(row["answers"]),
    )
    subtitle = words.say("Share of the two best answers, by month")
    return Finding("csat", headline(row, CSAT_VALUE, CSAT_WORDINGS, words), " ".join(said), subtitle, caption)


def answers_finding(ledger: pd.DataFrame, codes: pd.DataFrame, words: Words) -> Finding:
    """How many answers count, and which codes stand for no answer, of an `answer_ledger` and `missing_codes`."""
    everything = int(ledger["answers"].sum())
    if not everything:
        return unknown("answers", words)
    counted = int(ledger.loc[ledger["judged"] == "counted", "answers"].sum())
    text = words.say(
        "{share} of {answers} answers are counted",
        share=words.percent(counted / everything),
        answers=words.integer(everything),
    )
    caption = words.say(
        "Answers without a date or a question, and those that the profile leaves out, belong to no month; "
        "make data-check lists them."
    )
    missing = int(codes["answers"].sum())
    if not missing:
        return Finding("answers", text, words.say("Every answer lies on its scale."), caption=caption)
    often = codes.assign(code=codes["code"].fillna("")).groupby("code", as_index=False)["answers"].sum()
    often = often.sort_values(["answers", "code"], ascending=[False, True]).head(3)
    named = ", ".join(
        words.say("{code}: {n}", code=code or words.say("empty"), n=words.integer(n))
        for code, n in zip(often["code"], often["answers"], strict=True)
    )
    said = words.plural(
        "{n} answer is missing: outside its scale, or empty. The most frequent codes: {codes}.",
        "{n} answers are missing: outside their scale, or empty. The most frequent codes: {codes}.",
        missing,
        codes=named,
    )
    return Finding("answers", text, said, caption=caption)


def questions_finding(questions: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """What customers are most and least satisfied with, of a `question_scores`."""
    if questions.empty:
        return _nobody("questions", words, period)
    best, worst = questions.iloc[0], questions.iloc[-1]
    if len(questions) == 1:
        text = words.say("One question was asked beside the NPS: {question}", question=question_name(best["question"]))
    else:
        text = words.say(
            "Most satisfied with {best} ({best_share}), least with {worst} ({worst_share})",
            best=question_name(best["question"]),
            best_share=words.percent(best["csat"]),
            worst=question_name(worst["question"]),
            worst_share=words.percent(worst["csat"]),
        )
    said = words.say("Share of the two best answers in {month}, question by question.", month=words.month(period))
    return Finding("questions", text, said)


def groups_finding(groups: pd.DataFrame, words: Words, *, question: str, months: int) -> Finding:
    """Which groups are more or less content than the others, of a `compare_cuts` with the groups' ``name``."""
    if groups.empty:
        return unknown("groups", words)
    different = groups[groups["is_different"]]
    tested = int(groups["q_value"].notna().sum())
    caption = words.say(
        "Groups differ in much else: the difference says who is content, not why. "
        "Groups below {n} answers are shown, but not compared.",
        n=words.integer(SMALL),
    )
    subtitle = words.plural("Answers of the last {n} month", "Answers of the last {n} months", months)
    if different.empty:
        text = words.say("No group is reliably more or less content than the others")
        said = words.plural(
            "{n} group was compared with all others.", "{n} groups were compared with all others.", tested
        )
        return Finding("groups", text, said, subtitle, caption)
    row = different.loc[different["difference"].abs().idxmax()]
    text = (
        marked('More content than the others: "{group}"')
        if row["difference"] > 0
        else marked('Less content than the others: "{group}"')
    )
    unit = "number" if question == "nps" else "percent"
    said = words.say(
        "{score} against {others} of all others: {difference} ({low} to {high}). "
        "{count} of {all} groups reliably differ; 5% false discoveries are allowed among those named.",
        score=write(row["score"], unit, words),
        others=write(row["others_score"], unit, words),
        difference=write_difference(row["difference"], unit, words),
        low=write_difference(row["difference_low"], unit, words),
        high=write_difference(row["difference_high"], unit, words),
        count=words.integer(len(different)),
        all=words.integer(tested),
    )
    return Finding("groups", words.say(text, group=row["name"]), said, subtitle, caption)


def response_finding(rates: pd.DataFrame, words: Words, *, period: str) -> Finding:
    """How many of those asked answered, of a `response_rate`."""
    row = _month(rates, period, "contacts")
    if row is None:
        text = words.say("Nobody was asked in {month}", month=words.month(period))
        return Finding("response", text, words.say("The data name no contact with the purpose survey in it."))
    if is_missing(row["response_rate"]):
        text = words.say("Too early to say how many answer")
        return Finding("response", text, words.say("Whoever was asked in the month still has time to answer."))
    caption = words.say(
        "{contacts} asked, of whom {open} still have time to answer and are left out. "
        "{unasked} answers of the month were given without a survey contact before them.",
        contacts=words.integer(row["contacts"]),
        open=words.integer(row["open_contacts"]),
        unasked=words.integer(row["unasked_answers"]),
    )
    return Finding(
        "response",
        headline(row, RATE_VALUE, RATE_WORDINGS, words),
        sentence(row, RATE_VALUE, words, period=period),
        words.say("Share of survey contacts that were answered, by month of the contact"),
        caption,
    )


def weights_finding(rows: pd.DataFrame, words: Words) -> Finding:
    """Whether weights change the picture, of the rows of the weights' table."""
    if (rows["weighted"] == MISSING).all():
        text = words.say("The answers have no weights")
        return Finding("weights", text, words.say("Every answer counts the same."))
    text = words.say("With weights and without, the figures of the month side by side")
    said = words.say(
        "Weights make the answers stand for all customers; their interval is that of fewer answers "
        "(Kish's effective number)."
    )
    return Finding("weights", text, said)


def _month(frame: pd.DataFrame, period: str, count: str = "answers") -> Mapping | None:
    """The row of the month, if there is anything to speak of in it."""
    rows = frame[(frame["month"] == period) & (frame[count] > 0)]
    return None if rows.empty else rows.iloc[0].to_dict()


def _nobody(name: str, words: Words, period: str) -> Finding:
    text = words.say("Nobody answered in {month}", month=words.month(period))
    return Finding(name, text, words.say("There is no answer on the scale of the question in it."))
