"""What is said of groups of customers that buy alike."""

import pandas as pd
import pytest

from retention_helpers.figures import personas as groups
from retention_helpers.figures.segment_wordings import WHO
from retention_helpers.words import Words
from tests.figures.samples import preferences, speak

WORDS = Words("en", "EUR")


def told(*kinds: tuple[str, str, str]) -> pd.DataFrame:
    rows = [
        {
            "persona": number, "customers": 100, "customers_share": 1 / len(kinds), "customers_share_low": 0.1,
            "customers_share_high": 0.9, "revenue_share": 1 / len(kinds), "days_since_last_order": 10.0 * number,
            "all_days": 40.0, "orders": 2.0, "all_orders": 1.0, "average_order_value": 20.0, "all_average": 25.0,
            "frequency": frequency, "recency": recency, "order_size": size, "main_segment": "Loyal",
            "main_segment_share": 0.6,
        }
        for number, (frequency, recency, size) in enumerate(kinds, 1)
    ]  # fmt: skip
    names = list(told(("once", "recent", "usual"))) if not kinds else None
    return pd.DataFrame(rows, columns=names)


CHOICE = pd.DataFrame(
    {
        "groups": [2, 3],
        "silhouette": 0.4,
        "stability": 0.9,
        "stability_low": [0.8, 0.6],
        "is_stable": [True, False],
        "is_used": [True, False],
    }
)


def test_every_persona_has_a_title_of_its_own() -> None:
    kinds = [(*who, size) for who in WHO for size in ("small", "usual", "large")]
    titles = groups.persona_titles(told(*kinds, *kinds), WORDS)
    assert len(set(titles.values())) == len(titles) == 54
    assert groups.persona_titles(told(("often", "recent", "large"), ("once", "silent", "small")), WORDS) == {
        1: "Frequent buyers, active now",
        2: "One order, long ago",
    }
    same = told(("once", "silent", "small"), ("once", "silent", "large"), ("once", "silent", "large"))
    assert list(groups.persona_titles(same, WORDS).values()) == [
        "One order, long ago; small orders",
        "One order, long ago; large orders; last order 20 days ago",
        "One order, long ago; large orders; last order 30 days ago",
    ]
    twins = told(("once", "silent", "small"), ("once", "silent", "small")).assign(days_since_last_order=9.0)
    assert len(set(groups.persona_titles(twins, WORDS).values())) == 2


def test_a_persona_is_told_in_words() -> None:
    frame = told(("often", "recent", "usual"), ("once", "silent", "small"))
    liked = preferences(
        {"dimension": "category", "rfm_segment": "1", "value": "tea", "is_favourite": False},
        {"dimension": "channel", "rfm_segment": "1", "value": "web", "is_typical": False},
        {"dimension": "day_kind", "rfm_segment": "1", "value": "weekend", "is_favourite": False},
        {"dimension": "day_kind", "rfm_segment": "2", "value": "weekday", "is_typical": False},
    )
    liked = liked.assign(persona=liked["rfm_segment"].astype(int))
    shown = groups.personas_table(frame, liked, WORDS)
    assert shown.headline == "All customers: 1 order, the last one 40 days ago, €25.00 an order"
    assert shown.table["How they differ"].tolist() == [
        "More than others they buy tea: 30% of their spending, 1.5 times the usual part. "
        "Their main channel is web (30%). More than others they order on weekends: 30% of their orders. "
        "By scores most are Loyal: 60%.",
        "They order at the same times as others. By scores most are Loyal: 60%.",
    ]


def test_where_no_group_is_stable_none_is_told_of(without_picture: None) -> None:
    nobody = told()
    figure = groups.personas_figure(nobody, CHOICE.assign(is_used=False), WORDS)
    assert figure.headline == "The customers form no stable groups by themselves"
    assert "other groups come out" in figure.sentence
    few = groups.personas_figure(nobody, CHOICE.iloc[:0], WORDS)
    assert few.sentence == "There are too few customers to look for groups."
    assert (
        groups.choice_table(CHOICE.assign(is_used=False), WORDS).headline == "No number of groups is clear and stable"
    )
    assert groups.choice_table(CHOICE, WORDS).headline == "2 groups are as many as the data bear"
    assert groups.personas_table(nobody, preferences().assign(persona=0), WORDS).table.empty


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "ru", "uk"])
def test_the_figure_is_drawn_in_every_language(locale: str) -> None:
    kinds = told(("often", "recent", "usual"), ("once", "silent", "small"))
    assert groups.personas_figure(kinds, CHOICE, speak(locale, "UAH")).png
