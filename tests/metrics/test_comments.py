"""Comments: what would name somebody is hidden, and topics are found in three languages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from retention_helpers.metrics.comments import HIDDEN, Vocabulary, representative_comments, vocabulary_of, without_names
from retention_helpers.metrics.reasons import comment_topics, plain_words, reasons, topic_texts
from retention_helpers.params import load_topics
from retention_helpers.params.files import PARAMS
from tests.metrics.answer_base import asked
from tests.metrics.opinions import Said

AS_OF, AT = date(2025, 1, 31), datetime(2025, 1, 10)
HOUSE = load_topics(PARAMS / "topics.yaml")
BEGINNINGS = {
    "delivery": ["deliver", "курьер", "кур'єр", "достав"],
    "price": ["price", "day late", "дорог", "цін"],
    "café": ["CAFÉ"],
    "nothing": ["!?"],
}


def said(*comments: str | None, score: float = 3.0, **others: str) -> list[Said]:
    return [Said(AT + timedelta(minutes=n), score, comment=text, **others) for n, text in enumerate(comments)]


def found(comment: str, beginnings: Mapping[str, Sequence[str]] = BEGINNINGS) -> set[str]:
    relation = comment_topics(asked(said(comment), AS_OF), beginnings=beginnings)
    return {topic for text, topic in relation.fetchall() if text == comment}


@pytest.mark.parametrize(
    ("comment", "topics"),
    [
        ("The DELIVERY took long", {"delivery"}),
        ("undelivered", set()),
        ("Delivered for a good price.", {"delivery", "price"}),
        ("Курьер не приехал, и дорого!", {"delivery", "price"}),
        ("Кур’єр запізнився", {"delivery"}),
        ("Кур`єр, а ціна?", {"delivery", "price"}),
        ("КУР'ЄР", {"delivery"}),
        ("One   day,late", {"price"}),
        ("the cafe", {"café"}),
        ("Cafe\u0301s and Cafés", {"café"}),
        ("!? %", set()),
        ("", set()),
    ],
)
def test_a_topic_is_found_by_the_beginning_of_a_word(comment: str, topics: set[str]) -> None:
    assert found(comment) == topics


@pytest.mark.parametrize(
    ("comment", "topic"),
    [
        ("The parcel never arrived", "delivery"),
        ("Посылка пришла с опозданием", "delivery"),
        ("Посилка прийшла із запізненням", "delivery"),
        ("Broke after a week", "quality"),
        ("Сломалась через неделю", "quality"),
        ("Зламалась за тиждень, погана якість", "quality"),
        ("Too expensive", "price"),
        ("Слишком дорого", "price"),
        ("Занадто дорого, хотілося б знижку", "price"),
        ("Nobody answers the phone", "service"),
        ("Поддержка не отвечает", "service"),
        ("Підтримка не відповідає", "service"),
        ("The checkout crashed", "app"),
        ("Приложение зависает", "app"),
        ("Застосунок зависає", "app"),
    ],
)
def test_the_topics_of_the_house_are_found_in_three_languages(comment: str, topic: str) -> None:
    assert topic in found(comment, HOUSE.beginnings)


@pytest.mark.parametrize("text", ["Ёлка й Йод", "Don't", "It’s café-CRÈME!", "Зв'язок з'їзд", "ÅNGSTRÖM, straße", "ά"])
def test_words_are_compared_as_the_database_compares_them(text: str) -> None:
    assert found(text, {"whole": [plain_words(text)]}) == {"whole"}


def test_reasons_are_coded_or_found_and_shares_are_of_those_who_give_one() -> None:
    answers = [
        *said("Late delivery", "The courier: delivery failed", "dear price of delivery", "so-so", None),
        *said("price", topic="Delivery"),  # coded: the comment is not searched
        *said("good price", "good price", score=10.0),
        *said("delivery is fine", score=8.0),
        *said("delivery", score=11.0),
    ]
    judged = asked(answers, AS_OF)
    frame = reasons(judged, comment_topics(judged, beginnings=BEGINNINGS))
    assert frame[["value", "mood", "topic", "answers", "answers_with_reason"]].values.tolist() == [
        ["all", "content", "price", 2, 2],
        ["all", "content", "delivery", 0, 2],
        ["all", "not_content", "delivery", 4, 4],
        ["all", "not_content", "price", 1, 4],
    ]
    late = frame.set_index(["mood", "topic"]).loc[("not_content", "delivery")]
    assert (late["share"], late["others_share"]) == (1, pytest.approx(1 / 3))
    assert late["lift"] == pytest.approx(3)
    assert late["lift_low"] < 3 < late["lift_high"]
    assert frame["is_small"].all()
    assert frame["q_value"].isna().all()
    texts = topic_texts(judged, comment_topics(judged, beginnings=BEGINNINGS))
    mine = texts[(texts["mood"] == "content") & (texts["topic"] == "price")]
    assert mine[["comment", "answers"]].values.tolist() == [["good price", 2]]


def test_without_comments_there_are_no_reasons() -> None:
    for answers in ([], said(None, None)):
        judged = asked(answers, AS_OF)
        topics = comment_topics(judged, beginnings=BEGINNINGS)
        assert reasons(judged, topics).empty
        texts = topic_texts(judged, topics)
        assert texts.empty
        assert representative_comments(texts, vocabulary=Vocabulary.of([], {})).empty


# ---- names

VOCABULARY = Vocabulary.of(HOUSE.ordinary, HOUSE.beginnings)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I wrote to anna.k@example.org twice", f"I wrote to {HIDDEN} twice"),
        ("see https://example.org/u/17 please", f"see {HIDDEN} please"),
        ("call me: +7 (495) 123-45-67", f"call me: {HIDDEN}"),
        ("order AB1234 is late", f"order {HIDDEN} is late"),
        ("order 20250110 is late", f"order {HIDDEN} is late"),
        ("waited 12 days for 3 parcels", "waited 12 days for 3 parcels"),
        ("my courier Anna Petrova was rude", f"my courier {HIDDEN} was rude"),
        ("the lady, Anna-Maria O'Neil, helped", f"the lady, {HIDDEN}, helped"),
        ("Delivery was late", "Delivery was late"),
        ("Petrova was rude", f"{HIDDEN} was rude"),
        ("thanks to Mr. Delivery", f"thanks to {HIDDEN}"),
        ("курьер Иван опоздал", f"курьер {HIDDEN} опоздал"),
        ("Доставка с опозданием. Иван грубил", f"Доставка с опозданием. {HIDDEN} грубил"),
        ("дякую, Олено Іванівно, за допомогу", f"дякую, {HIDDEN}, за допомогу"),
        ("Кур'єр Тарас запізнився", f"{HIDDEN} запізнився"),
        ("", ""),
    ],
)
def test_what_may_name_somebody_is_hidden(text: str, shown: str) -> None:
    hidden = without_names(text, VOCABULARY)
    assert hidden == shown
    for name in ("Anna", "Petrova", "Neil", "Иван", "Олено", "Тарас", "example", "123", "1234"):
        assert name not in hidden


def test_a_word_that_others_write_small_is_no_name_at_the_beginning_of_a_sentence() -> None:
    seen = Vocabulary.of([], {}, ["it came with chocolate"])
    assert without_names("Chocolate was nice", seen) == "Chocolate was nice"
    assert without_names("the Chocolate was nice", seen) == f"the {HIDDEN} was nice"
    assert without_names("Chocolate was nice", Vocabulary.of([], {})) == f"{HIDDEN} was nice"


def texts(**comments: int) -> pd.DataFrame:
    rows = [("nps", "not_content", "delivery", text.replace("_", " "), n) for text, n in comments.items()]
    return pd.DataFrame(rows, columns=["question", "mood", "topic", "comment", "answers"])


def test_the_comment_shown_is_the_one_that_most_others_resemble() -> None:
    given = texts(
        delivery_was_very_late=3, the_delivery_was_late=2, parcel_left_with_neighbour=1, LATE_LATE_LATE_LATE_LATE_X=9
    )
    vocabulary = vocabulary_of(given, ordinary=["the", "was"], beginnings={})
    shown = representative_comments(given, vocabulary=vocabulary)
    assert shown[["answers", "texts"]].values.tolist() == [[15, 4]]
    assert shown["comment"].tolist() == ["delivery was very late"]
    again = representative_comments(given.iloc[::-1], vocabulary=vocabulary)
    pd.testing.assert_frame_equal(again, shown)
    assert representative_comments(given, vocabulary=vocabulary, quoted=False).empty


def test_a_comment_that_would_be_mostly_hidden_is_not_shown() -> None:
    given = texts(by_Anna_Petrova_Ivanovna=1)
    assert representative_comments(given, vocabulary=Vocabulary.of([], {})).empty
