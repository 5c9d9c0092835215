"""How many of those who are asked answer?"""

from datetime import timedelta

import numpy as np
import pandas as pd

from retention_helpers.errors import CallError

from .answers import Answers
from .feedback import share_changes
from .frames import every_month, last_month, numbers, table, total_by_month
from .intervals import is_small, share, wilson

EVENT_COLUMNS = ["month", "is_contact", "is_open", "is_matched", "events"]


def response_rate(answers: Answers, *, answer_days: int = 14) -> pd.DataFrame:
    """Which share of the customers asked for their opinion gave it?

    Contacts with purpose ``survey`` that were answered over all of them. A contact is answered by the customer's first
    answer after it, if that comes within ``answer_days`` days (the day of the contact is the first) and before the next
    contact; one contact that brings answers to several questions is answered once. Contacts whose days are not over on
    ``as_of`` are counted apart. The usual wrong edge: answers / contacts of one month counts answers that nobody asked
    for, holds the answers to last month's questions, and falls in the last days because they have had no time.

    Parameters: ``answers``, of `judged_answers` (table ``contacts`` of the facts); ``answer_days`` >= 1.

    Returns one row for every calendar month from the first contact or answer to the answers' ``as_of``:
      month                                      text, YYYY-MM, of the contact
      contacts                                   contacts with purpose survey
      open_contacts                              of them still to be answered on ``as_of``; not in the rate
      answered                                   of the others, those that were answered
      response_rate, ..._low, ..._high           rate 0..1, missing without closed contacts; Wilson interval
      change, change_low, change_high            -1..1, against the month before; Newcombe interval
      last_year_change, ..._low, ..._high        -1..1, against the same month last year
      asked_answers, unasked_answers             answers of known customers on the scale, by month of the answer
      is_small                                   fewer than 30 closed contacts

    Raises `CallError` for ``answer_days`` below 1. Source: METRICS section 10.
    """
    if answer_days < 1:
        raise CallError(f"answer_days is {answer_days}; an answer has 1 day or more.")
    last_asked = answers.as_of - timedelta(days=answer_days - 1)
    values = {"as_of_month": last_month(answers.as_of), "last_asked": last_asked, "answer_days": answer_days}
    events = answers.ask("survey_response", **values).astype(dict.fromkeys(EVENT_COLUMNS, "int64"))
    months = every_month(events, answers.as_of)

    def count(is_contact: int, is_open: int, is_matched: int | None = None) -> np.ndarray:
        which = (events["is_contact"] == is_contact) & (events["is_open"] == is_open)
        which &= True if is_matched is None else events["is_matched"] == is_matched
        return total_by_month(numbers(events[which], "month"), numbers(events[which], "events"), months)

    closed, answered = count(1, 0), count(1, 0, 1)
    low, high = wilson(answered, closed)
    return table(
        months,
        {
            "contacts": closed + count(1, 1),
            "open_contacts": count(1, 1),
            "answered": answered,
            "response_rate": share(answered, closed),
            "response_rate_low": low,
            "response_rate_high": high,
            **share_changes(answered.astype(float), closed.astype(float)),
            "asked_answers": count(0, 0, 1),
            "unasked_answers": count(0, 0, 0),
            "is_small": is_small(closed),
        },
    )
