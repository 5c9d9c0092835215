"""Why are customers content or not: the topics that they name, or write of."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

import duckdb
import numpy as np
import pandas as pd

from .answers import NPS, Answers
from .cohort_tests import FALSE_DISCOVERY_RATE, two_proportions
from .feedback_cuts import By, corrected, valued_answers
from .frames import numbers, statement
from .intervals import CONFIDENCE, Floats, Interval, holding, is_small, normal_quantile, share, wilson
from .relations import ask, named

MOODS = ("not_content", "content")
TEXTS = 400  # of one topic and mood are looked at for one that speaks for them
REASON_TYPES = {"value": "str", "mood": "str", "topic": "str", "answers": "int64", "answers_with_reason": "int64"}


def plain_words(text: str) -> str:
    """The words of a text as topics are compared with them: small, without accents and apostrophes, a blank between.

    >>> plain_words("  Café-Ёлка, don't!")
    'cafe елка dont'
    """
    small = "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))
    small = small.translate(dict.fromkeys(map(ord, "'’ʼ`"))).lower().translate(_without_accents())
    return " ".join("".join(letter if letter.isalnum() else " " for letter in small).split())


@cache
def _without_accents() -> dict[int, int]:
    return str.maketrans(*accents())


@cache
def accents() -> tuple[str, str]:
    """Small letters that are made of another letter and an accent, and those other letters."""
    found = {}
    for code in range(0xC0, 0x2000):  # Latin, Greek, Cyrillic and their extensions
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0]
        if letter == letter.lower() and base != letter and base.isalpha():
            found[letter] = base
    return "".join(found), "".join(found.values())


def comment_topics(answers: Answers, *, beginnings: Mapping[str, Sequence[str]]) -> duckdb.DuckDBPyRelation:
    """Which topics does a comment speak of, where the survey has not coded it?

    A comment speaks of a topic when one of its words begins as one of the topic's does; case, accents and apostrophes
    do not matter, a beginning may be several words. Nothing in ``beginnings`` is a pattern. The usual wrong edge: a
    beginning of three letters also begins words of other things; params/topics.yaml is to be read against the comments.

    Parameters: ``answers``, of `judged_answers`; ``beginnings``, topic -> beginnings of words in any language. Returns
    a relation over a temporary table of the answers' connection: ``comment, topic``, each pair once.
    """
    pairs = [(topic, plain_words(word)) for topic, words in beginnings.items() for word in words]
    topic_words = pd.DataFrame(pairs, columns=["topic", "beginning"]).astype("str")
    topic_words = topic_words[topic_words["beginning"] != ""]
    accented, plain = accents()
    with named(answers.con, answers=answers.rows, topic_words=topic_words):
        text = f"CREATE OR REPLACE TEMP TABLE found_topics AS {statement('comment_topics')}"
        answers.con.execute(text, {"accented": accented, "plain": plain})
    return answers.con.table("found_topics")


def reasons(
    answers: Answers,
    topics: duckdb.DuckDBPyRelation,
    *,
    by: By | None = None,
    months: int = 12,
    question: str = NPS,
) -> pd.DataFrame:
    """What do customers who are not content name more often than the others, and what do those who are?

    The topic as the survey codes it; else those that `comment_topics` finds in the comment. Shares are of the answers
    of that mood that give any reason (an answer may have several), with Wilson intervals. Lift: that share over the
    share among all other answers with a reason; interval of the log of the ratio, half an answer added (Walter 1975).
    The usual wrong edge: who writes a comment chose to; the shares speak of those who wrote.

    Parameters: ``answers``, of `judged_answers`; ``topics``, of `comment_topics`; ``by``: None, or a cut as in
    `cut_counts`; ``months`` up to the answers' ``as_of``; ``question``.

    Returns one row per ``value`` ("all" without a cut), ``mood`` (not_content, content) and ``topic``, the most
    frequent first:
      answers                     answers of that mood that name the topic
      answers_with_reason         answers of that mood with any reason
      share, share_low, ..._high  answers / answers_with_reason, 0..1
      others_share                the same among all other answers with a reason; missing where there is none
      lift, lift_low, lift_high   share / others_share, missing where nobody else names the topic
      q_value                     of the difference of the two shares, corrected over the topics of a value and mood
                                  (Benjamini-Hochberg); missing below 30 answers with a reason
      is_different                q_value <= 0.05
      is_small                    fewer than 30 answers with a reason
    """
    valued = answers.of(answers.rows.select("*, 'all' AS value")) if by is None else valued_answers(answers, by)
    after = {"after_month": answers.after_month(months)}
    counts = ask(answers.con, "reason_counts", after, answers=valued.rows, comment_topics=topics)
    counts = counts[counts["question"] == question].astype({"answers": "int64"})
    with_reason = _by_mood(counts[counts["kind"] == "any"], ["value"])
    named_topic = _by_mood(counts[counts["kind"] == "topic"], ["value", "topic"])
    bases = with_reason.reindex(named_topic.index.get_level_values("value"))
    frames = [_of_mood(mood, named_topic, bases) for mood in MOODS]
    together = pd.concat(frames, ignore_index=True).astype(REASON_TYPES)
    family = together.groupby(["value", "mood"])["p_value"]
    together["q_value"] = family.transform(lambda p: corrected(p.to_numpy()))
    together["is_different"] = together["q_value"] <= FALSE_DISCOVERY_RATE
    together = together.drop(columns="p_value").assign(place=-together["answers"])
    order = ["value", "mood", "place", "topic"]
    return together.sort_values(order, ignore_index=True).drop(columns="place")


def _by_mood(counts: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    wide = counts.pivot_table(index=index, columns="mood", values="answers", aggfunc="sum", fill_value=0)
    return wide.reindex(columns=["not_content", "neither", "content"], fill_value=0)


def _of_mood(mood: str, named_topic: pd.DataFrame, bases: pd.DataFrame) -> pd.DataFrame:
    mine, base = numbers(named_topic, mood), numbers(bases, mood)
    rest, rest_base = named_topic.sum(axis=1).to_numpy(float) - mine, bases.sum(axis=1).to_numpy(float) - base
    low, high = wilson(mine, base)
    lift_low, lift_high = ratio_interval((mine, base), (rest, rest_base))
    frame = pd.DataFrame(
        {
            "value": named_topic.index.get_level_values("value"),
            "mood": mood,
            "topic": named_topic.index.get_level_values("topic"),
            "answers": mine,
            "answers_with_reason": base,
            "share": share(mine, base),
            "share_low": low,
            "share_high": high,
            "others_share": share(rest, rest_base),
            "lift": share(share(mine, base), share(rest, rest_base)),
            "lift_low": lift_low,
            "lift_high": lift_high,
            "is_small": is_small(base),
            "p_value": np.where(is_small(base), np.nan, two_proportions(mine, base, rest, rest_base)),
        }
    )
    return frame[frame["answers_with_reason"] > 0]


def ratio_interval(part: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Interval:
    """Between which values does the ratio of two independent shares lie? Log interval, half a case added to each.

    Parameters: ``(k, n)`` of the share above and of the one below. Returns ``(low, high)``, missing where an n is 0.
    Source: Walter (1975), Biometrika 62, 371-374.

    >>> low, high = ratio_interval((np.array([20.0]), np.array([100.0])), (np.array([10.0]), np.array([100.0])))
    >>> float(low[0].round(2)), float(high[0].round(2))
    (0.98, 3.89)
    """
    (k1, n1), (k0, n0) = part, other
    known = (n1 > 0) & (n0 > 0)
    middle = np.log((k1 + 0.5) / (n1 + 0.5)) - np.log((k0 + 0.5) / (n0 + 0.5))
    variance = 1 / (k1 + 0.5) - 1 / (n1 + 0.5) + 1 / (k0 + 0.5) - 1 / (n0 + 0.5)
    half = normal_quantile(CONFIDENCE) * np.sqrt(variance)
    low, high = (np.where(known, np.exp(middle + side * half), np.nan) for side in (-1, 1))
    return holding(share(share(k1, n1), share(k0, n0)), low, high)


def topic_texts(answers: Answers, topics: duckdb.DuckDBPyRelation, *, months: int = 12) -> pd.DataFrame:
    """What was written about each topic? The texts out of which one is shown.

    Parameters as `reasons`. Returns one row per ``question``, ``mood``, ``topic`` and ``comment``, at most 400 texts of
    each: ``answers``, how many wrote it.
    """
    values = {"after_month": answers.after_month(months), "texts": TEXTS}
    frame = ask(answers.con, "topic_comments", values, answers=answers.rows, comment_topics=topics)
    types = {"question": "str", "mood": "str", "topic": "str", "comment": "str", "answers": "int64"}
    return frame.astype(types).sort_values(["question", "mood", "topic", "answers", "comment"], ignore_index=True)
