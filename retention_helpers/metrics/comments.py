"""One comment that speaks for many, without what would name anybody."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .reasons import plain_words

HIDDEN = "…"
MOST_HIDDEN = 1 / 3  # of a comment's words; one that hides more is not shown
COLUMNS = {"question": "str", "mood": "str", "topic": "str", "comment": "str", "answers": "int64", "texts": "int64"}
# Addresses first, then long numbers (telephones, orders, cards), then ids of letters and digits.
_PLACES = (
    re.compile(r"\S*@\S+"),
    re.compile(r"(?i:https?://|www\.)\S+"),
    re.compile(r"[+(]?\d(?:[\s().–/-]{0,2}\d){3,}"),
    re.compile(r"\b(?=[^\W_]*\d)(?=\d*[^\W\d_])[^\W_]{3,}\b"),
)
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_ENDS = (".", "!", "?", HIDDEN, "\n")  # of a sentence
_TITLE = re.compile(r"(?<![^\W\d_])(?=[A-ZА-ЯҐЄІЇ])[^\W\d_]{1,3}\.$")  # "Mr.", "A."
_BETWEEN = " \t\"'«»“”„()*-–—:"  # may stand between the end of one and the first word of the next
_SEVERAL = re.compile(rf"{HIDDEN}(?:[\s.,&-]*{HIDDEN})+")


@dataclass(frozen=True)
class Vocabulary:
    """Words that are nobody's name: ``listed`` ones, beginnings of topics' words, words ``seen`` in small letters."""

    listed: frozenset[str]
    beginnings: tuple[str, ...]
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, ordinary: Collection[str], beginnings: Mapping[str, Sequence[str]], texts: Collection[str] = ()
    ) -> "Vocabulary":
        """From the words of params/topics.yaml, and the comments themselves."""
        small = {plain_words(w) for text in texts for w in _WORD.findall(text) if w == w.lower()}
        begins = tuple(plain_words(word) for words in beginnings.values() for word in words)
        return cls(frozenset(map(plain_words, ordinary)), begins, frozenset(small))

    def is_listed(self, word: str) -> bool:
        return plain_words(re.split("['’ʼ]", word, maxsplit=1)[0]) in self.listed

    def is_ordinary(self, word: str) -> bool:
        plain = plain_words(word)
        return self.is_listed(word) or plain in self.seen or plain.startswith(self.beginnings)


def vocabulary_of(
    texts: pd.DataFrame, *, ordinary: Collection[str], beginnings: Mapping[str, Sequence[str]]
) -> Vocabulary:
    """Which words are nobody's name? Those of params/topics.yaml, and those that comments write small.

    Parameters: ``texts``, of `topic_texts`; ``ordinary`` words; ``beginnings``, topic -> beginnings of its words.
    """
    return Vocabulary.of(ordinary, beginnings, texts["comment"].tolist())


def without_names(text: str, vocabulary: Vocabulary) -> str:
    """The comment with "…" for whatever may name somebody: addresses, numbers, ids, capitalised words.

    A capitalised word inside a sentence is hidden unless it is listed in params/topics.yaml (words such as "I" or
    "Вам"). At the beginning of a sentence, where every word is capitalised, it stays when it is no name for certain:
    listed, the beginning of a topic's word, or written small elsewhere in the comments; and not before a word that is
    hidden. The usual wrong edge: a name written small is not found, so whoever publishes comments reads them.

    >>> vocabulary = Vocabulary.of(["the", "i"], {"service": ["help"]})
    >>> without_names("Helpful! The lady, Anna Petrova, wrote to me@example.org on order AB1234. I waited", vocabulary)
    'Helpful! The lady, …, wrote to … on order …. I waited'
    """
    for pattern in _PLACES:
        text = pattern.sub(HIDDEN, text)
    words = list(_WORD.finditer(text))
    is_hidden = [False] * len(words)
    for place in reversed(range(len(words))):
        word = words[place][0]
        if word[0] == word[0].lower() or vocabulary.is_listed(word):
            continue
        joined = place + 1 < len(words) and text[words[place].end() : words[place + 1].start()].strip(" -.") == ""
        is_first = _begins_sentence(text[: words[place].start()])
        is_hidden[place] = not (is_first and vocabulary.is_ordinary(word)) or (joined and is_hidden[place + 1])
    parts, end = [], 0
    for found, hide in zip(words, is_hidden, strict=True):
        parts += [text[end : found.start()], HIDDEN if hide else found[0]]
        end = found.end()
    return _SEVERAL.sub(HIDDEN, "".join([*parts, text[end:]])).strip()


def representative_comments(texts: pd.DataFrame, *, vocabulary: Vocabulary, quoted: bool = True) -> pd.DataFrame:
    """Which one comment speaks for all that were written about a topic?

    Of the texts of about median length (the middle half) the one whose words are most often those of the others
    (cosine to the topic's centre, frequent texts weighing more); of equal ones the one nearest to the median, then the
    first in the alphabet. Names are hidden (`without_names`); a text that has no small letters, or would be hidden by
    more than a third, is not shown. The same texts give the same comment.

    Parameters: ``texts``, of `topic_texts`; ``vocabulary``, of `vocabulary_of`; ``quoted``: False shows none.

    Returns one row per ``question``, ``mood`` and ``topic`` that has a text to show: ``comment``, ``answers`` (how many
    wrote about it, of the texts looked at), ``texts`` (different ones).
    """
    rows = []
    for key, group in texts.groupby(["question", "mood", "topic"]) if quoted else ():
        shown = _nearest(group["comment"].tolist(), group["answers"].to_numpy(dtype=float), vocabulary)
        if shown is not None:
            rows.append((*key, shown, int(group["answers"].sum()), len(group)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _nearest(texts: list[str], answers: np.ndarray, vocabulary: Vocabulary) -> str | None:
    words = [{word for word in plain_words(text).split() if len(word) > 2} - vocabulary.listed for text in texts]
    centre: dict[str, float] = {}
    for own, weight in zip(words, answers, strict=True):
        for word in own:
            centre[word] = centre.get(word, 0) + weight
    lengths = np.array([len(text) for text in texts])
    low, middle, high = np.quantile(lengths, [0.25, 0.5, 0.75], weights=answers, method="inverted_cdf")
    ranked = sorted(
        (
            (-sum(centre[word] for word in own) / max(len(own), 1) ** 0.5, abs(len(text) - middle), text)
            for text, own in zip(texts, words, strict=True)
            if low <= len(text) <= high
        )
    )
    shown = (_shown(text, vocabulary) for *_, text in ranked)
    return next((text for text in shown if text is not None), None)


def _shown(text: str, vocabulary: Vocabulary) -> str | None:
    """The text without names, if enough of it is left and its letters tell names from words."""
    if text == text.upper():
        return None
    safe = " ".join(without_names(text, vocabulary).split())
    left, before = len(_WORD.findall(safe)), len(_WORD.findall(text))
    return safe if left and left >= before * (1 - MOST_HIDDEN) else None


def _begins_sentence(before: str) -> bool:
    """Whether what stands before a word ends a sentence, or is nothing; a title or an initial ends none."""
    rest = before.rstrip(_BETWEEN)
    return not rest or (rest.endswith(_ENDS) and not _TITLE.search(rest))
