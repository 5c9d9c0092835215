"""What is said of segments and personas says what the numbers under it say, in whole sentences and nobody's markup."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from retention_helpers.figures import segment_figures as figures
from retention_helpers.figures import segment_findings as findings
from retention_helpers.figures import segment_traits as traits
from retention_helpers.params import NOBODY, SegmentRules, load_profile
from retention_helpers.words import Words
from tests.figures.samples import EVIL, preferences, speak

WORDS = Words("en", "EUR")
RULES = load_profile("sample").segment_rules
NAN = float("nan")
PERIOD = "2026-10"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# ---- the best segment


def details(**changed: float) -> pd.DataFrame:
    rows = [
        {
            "rfm_segment": name,
            "customers": 60 if name == "VIP" else 134,
            "customers_share": 0.06 if name == "VIP" else 0.134,
            "revenue_share": 0.41 if name == "VIP" else 0.084,
            "revenue_share_low": 0.38,
            "revenue_share_high": 0.44,
            "customers_share_change": 0.01,
            "customers_share_change_low": 0.005,
            "customers_share_change_high": 0.015,
            "customers_share_previous": 0.05,
            "revenue_share_previous": 0.4,
            "revenue_share_change": 0.01,
            "revenue_share_change_low": -0.01,
            "revenue_share_change_high": 0.03,
            "customers_share_last_year": 0.07,
            "revenue_share_last_year": 0.39,
            **changed,
        }
        for name in RULES.names
    ]
    return pd.DataFrame(rows)


def best(share: float = 0.41, verdict: str = "not confirmed") -> pd.DataFrame:
    row = {"rfm_segment": "VIP", "customers": 60, "revenue_share": share, "claim_low": 0.7, "claim_high": 0.8}
    return pd.DataFrame([{**row, "verdict": verdict}])


def test_the_best_segment_is_told_with_its_interval_and_both_comparisons() -> None:
    said = findings.best_finding(details(), best(), WORDS, period=PERIOD)
    assert said.headline == "VIP are 6.0% of customers and bring 41.0% of revenue"
    assert plain(said.sentence) == (
        "Their part of revenue lies between 38.0% and 44.0% (95% interval). "
        "Against September 2026 (5.0% and 40.0%): +1.0 pp of revenue (95% interval −1.0 pp to +3.0 pp). "
        "October 2025: 7.0% and 39.0%. "
        "The best customers are often said to bring 70% to 80% of revenue: here it is less."
    )


@pytest.mark.parametrize(
    ("share", "verdict", "said"),
    [
        (0.75, "confirmed", "here they do."),
        (0.41, "not confirmed", "here it is less."),
        (0.91, "not confirmed", "here it is more."),
        (0.7, "cannot tell", "these data cannot tell."),
    ],
)
def test_the_claim_is_told_by_its_verdict(share: float, verdict: str, said: str) -> None:
    assert findings.best_finding(details(), best(share, verdict), WORDS, period=PERIOD).sentence.endswith(said)


def test_months_that_are_not_known_are_not_spoken_of() -> None:
    frame = details(revenue_share_change_low=NAN, revenue_share_last_year=NAN)
    sentence = findings.best_finding(frame, best(), WORDS, period=PERIOD).sentence
    assert "2026" not in sentence
    assert "2025" not in sentence
    nobody = findings.best_finding(details(), best(NAN, "cannot tell"), WORDS, period=PERIOD)
    assert nobody.headline == "Not known for this month"


# ---- moves


def moved(up: int, down: int, low: float, high: float) -> pd.DataFrame:
    rows = {
        name: {
            "customers": customers,
            "customers_share": customers / 1000,
            "previous_customers": 30,
            "previous_share": 0.03,
        }
        for name, customers in {"up": up, "down": down, "sideways": 0, "stayed": 900, "entered": 7, "left": 0}.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("direction").reset_index()
    edges = {"customers_share_low": 0.02, "customers_share_high": 0.06, "change": 0.01}
    edges |= {"change_low": -0.005, "change_high": 0.02, "of_moves_share_low": low, "of_moves_share_high": high}
    return frame.assign(**edges)


@pytest.mark.parametrize(
    ("up", "down", "edges", "headline"),
    [
        (20, 40, (0.55, 0.77), "More customers moved down than up: 40 against 20"),
        (40, 20, (0.23, 0.45), "More customers moved up than down: 40 against 20"),
        (31, 30, (0.37, 0.62), "About as many customers moved down as up: 30 and 31"),
    ],
)
def test_down_against_up_is_told_by_the_interval(up: int, down: int, edges: tuple, headline: str) -> None:
    said = findings.movement_finding(moved(up, down, *edges), WORDS, period=PERIOD, is_alike=True)
    assert said.headline == headline
    assert "In September 2026 3.0% moved down: +1.0 pp (−0.5 pp to +2.0 pp)." in plain(said.sentence)


def test_months_scored_otherwise_are_not_compared() -> None:
    said = findings.movement_finding(moved(20, 40, 0.55, 0.77), WORDS, period=PERIOD, is_alike=False)
    assert "September" not in said.sentence
    assert "another number of orders earns a score" in said.sentence


def test_the_first_month_has_no_moves_to_speak_of() -> None:
    frame = moved(0, 0, NAN, NAN).assign(customers_share=NAN)
    assert findings.movement_finding(frame, WORDS, period=PERIOD, is_alike=True).headline == "Not known for this month"
    assert figures.movement_table(frame, WORDS, period=PERIOD).headline == "Not known for this month"


def moves(*rows: tuple[str, str, int]) -> pd.DataFrame:
    counted = {(start, end): customers for start, end, customers in rows}
    pairs = [pair for pair in product((*RULES.names, NOBODY), repeat=2) if pair != (NOBODY, NOBODY)]
    return pd.DataFrame(
        [(*pair, counted.get(pair, 0)) for pair in pairs], columns=["from_segment", "to_segment", "customers"]
    )


def test_the_largest_step_down_is_told_with_what_to_do_next() -> None:
    frame = moves(("New", "Needs attention", 30), ("New", "New", 70), ("VIP", "Loyal", 20), ("none", "Lost", 99))
    said = findings.step_finding(frame, WORDS, rules=RULES)
    assert said.headline == "The largest step down: 30 from New to Needs attention"
    assert said.sentence == (
        "That is 30.0% of those who were in New a month before. "
        "Next step for Needs attention: Remind them before they fall silent."
    )
    assert findings.step_finding(moves(("New", "VIP", 3)), WORDS, rules=RULES).headline == (
        "Nobody moved to a lower segment"
    )
    assert findings.step_finding(moves(), WORDS, rules=RULES).headline == "Nobody moved to a lower segment"


def test_tables_of_moves_leave_out_what_nobody_did() -> None:
    table = figures.movement_table(moved(20, 40, 0.55, 0.77).assign(previous_customers=0), WORDS, period=PERIOD).table
    assert table.iloc[:, 0].tolist() == ["Moved up", "Moved down", "Stayed", "Entered"]


# ---- what to do, what earns a score


def test_every_segment_has_its_next_step_and_a_companys_own_words_stay_as_they_are() -> None:
    content = RULES.model_dump()
    first, *others = content["segments"]
    content["segments"] = [first | {"name": EVIL, "action": "Call {them} & <b>now</b>"}, *others]
    rules = SegmentRules.model_validate(content)
    frame = pd.DataFrame(
        {
            "rfm_segment": rules.names,
            "customers": 5,
            "customers_share": 1 / 8,
            "previous_customers": 4,
            "revenue": 10.0,
            "average_order_value": 5.0,
        }
    )
    shown = figures.actions_table(frame, WORDS, rules=rules)
    assert shown.headline == "A next step for each of 40 customers"
    assert shown.table["Next step"].tolist() == [segment.action for segment in rules.segments]
    html = shown.html()
    assert "<script" not in html
    assert "<b>" not in html
    assert 'class="gt_row prose' in html
    assert figures.actions_table(frame.assign(customers=0), WORDS, rules=RULES).headline == "Not known for this month"


def test_the_next_steps_for_index_and_mail_begin_with_those_who_spent_most() -> None:
    frame = pd.DataFrame(
        {
            "rfm_segment": ["VIP", "Loyal", "New", "Lost"],
            "customers": [3, 1, 0, 9],
            "revenue": [50.0, 70.0, 0.0, 20.0],
            "revenue_share": [0.36, 0.5, 0.0, 0.14],
        }
    )
    said = findings.segment_actions(frame, WORDS, rules=RULES, audiences={"VIP": "thank_vip.csv"})
    assert [(action["customers"], action["audience"]) for action in said] == [(1, ""), (3, "thank_vip.csv"), (9, "")]
    assert said[0] == {
        "headline": "Ask them to refer a friend",
        "sentence": "Loyal: 1 customer, 50.0% of revenue so far.",
        "audience": "",
        "customers": 1,
    }


def cuts(threshold: float = NAN) -> pd.DataFrame:
    rows = [
        (measure, score, float(base * score), float(base * score + base - 1), 10, threshold)
        for measure, base in (("days_since_last_order", 30), ("orders", 2), ("spend_total", 50))
        for score in (5, 4, 3, 2, 1)
    ]
    return pd.DataFrame(rows, columns=["measure", "score", "value_from", "value_to", "customers", "threshold"])


def test_what_earns_a_five_is_told() -> None:
    said = figures.cuts_table(cuts(), WORDS, is_alike=True)
    assert said.headline == "A 5 takes 10 orders, €250 of net spend, at most 179 days since the last order"
    assert said.table["Score"].tolist() == ["5", "4", "3", "2", "1"]
    assert said.table["Orders"].tolist() == ["10 – 11", "8 – 9", "6 – 7", "4 – 5", "2 – 3"]
    fixed = figures.cuts_table(cuts(threshold=7), WORDS, is_alike=True)
    assert fixed.headline == "A 5 takes 7 orders, €7 of net spend, at most 7 days since the last order"
    equal = cuts()
    equal.loc[equal["score"] != 3, ["value_from", "value_to"]] = NAN
    assert figures.cuts_table(equal, WORDS, is_alike=True).headline == (
        "Not every score has somebody: equal values share one"
    )
    assert figures.cuts_table(cuts().assign(customers=0), WORDS, is_alike=True).headline == "Not known for this month"


# ---- traits


def test_what_sets_a_segment_apart_is_told_of_the_largest_lift() -> None:
    frame = preferences(
        {"dimension": "category", "rfm_segment": "VIP", "value": EVIL},
        {"dimension": "channel", "rfm_segment": "Lost", "value": "shop", "lift": 1.1},
        {"dimension": "day_part", "rfm_segment": "VIP", "value": "evening", "lift": 1.2},
    )
    shown = traits.preferences_table(frame, WORDS, rules=RULES)
    assert shown.headline == f"What sets VIP apart: {EVIL}, 1.50 times the usual part"
    assert shown.sentence == "30.0% against 20.0% among all customers (95% interval of the ratio 1.20 to 1.80)."
    assert shown.table["Segment"].tolist() == ["VIP", "Lost"]
    assert shown.table["More orders than others"].tolist() == ["evenings (×1.20)", "–"]
    assert "<script" not in shown.html()


def test_segments_that_buy_alike_are_said_to() -> None:
    alike = preferences({"dimension": "channel", "rfm_segment": "VIP", "value": "web", "is_typical": False})
    shown = traits.preferences_table(alike, WORDS, rules=RULES)
    assert shown.headline == "The segments buy the same, in the same places and at the same times"
    assert list(shown.table) == ["Segment", "Main channel"]
    nothing = traits.preferences_table(preferences(), WORDS, rules=RULES)
    assert nothing.headline == "What the segments buy, and where, the data do not say"
    assert "No data" in nothing.html()


def trait(**changed: object) -> dict:
    row = {
        "dimension": "city",
        "value": "Kyiv",
        "rfm_segment": "VIP",
        "customers": 30,
        "n": 100,
        "customers_share": 0.3,
    }
    row |= {"customers_share_low": 0.2, "customers_share_high": 0.4, "others_share": 0.1, "difference": 0.2}
    return row | {"difference_low": 0.1, "difference_high": 0.3, "q_value": 0.001, "is_different": True} | changed


def test_where_the_best_segment_is_larger_is_told_before_all_else() -> None:
    rows = [
        trait(),
        trait(value="unassigned", is_different=False, q_value=0.7),
        trait(rfm_segment="Lost", difference=0.5),
        trait(dimension="age", value="18-24", n=12, customers_share=NAN, is_different=False, q_value=NAN),
    ]
    shown = traits.cuts_by_trait_table(pd.DataFrame(rows), WORDS, rules=RULES)
    assert shown.headline == "City, Kyiv: 30.0% are VIP, 10.0% of the others"
    assert "2 of 3 comparisons are beyond chance." in shown.sentence
    assert shown.table["Customers"].tolist() == ["City: Kyiv", "City: unassigned", "Age: 18-24"]
    assert shown.table["n"].tolist() == ["100", "100", "12 (small)"]
    alike = traits.cuts_by_trait_table(pd.DataFrame([trait(is_different=False)]), WORDS, rules=RULES)
    assert alike.headline == "The segments are made of the same people everywhere"
    nobody = traits.cuts_by_trait_table(pd.DataFrame([trait()]).iloc[:0], WORDS, rules=RULES)
    assert nobody.headline == "Cities, sources, genders and ages are not in the data"


def test_at_most_so_many_values_of_a_trait_are_shown() -> None:
    rows = pd.DataFrame([trait(value=f"town {n}") for n in range(9)])
    assert len(traits.cuts_by_trait_table(rows, WORDS, rules=RULES, most=4).table) == 4


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "ru", "uk"])
def test_the_figures_are_drawn_in_every_language_with_nothing_of_the_data_as_markup(locale: str) -> None:
    words = speak(locale, "UAH")
    content = RULES.model_dump()
    first, second, *others = content["segments"]
    content["segments"] = [first, second | {"name": EVIL}, *others]
    rules = SegmentRules.model_validate(content)
    frame = details().assign(rfm_segment=rules.names)
    said = findings.best_finding(frame, best(), words, period=PERIOD)
    drawn = [
        figures.segments_figure(frame, said, words, rules=rules, period=PERIOD),
        figures.migration_figure(moves(("VIP", "VIP", 3)), said.about("m", ""), words, rules=rules, period=PERIOD),
    ]
    for figure in drawn:
        assert figure.png
        assert "<script" not in figure.html()


def test_the_direction_of_better_is_told_of_the_best_and_the_last_segment_alone(without_picture: None) -> None:
    frame = details()
    said = findings.best_finding(frame, best(), WORDS, period=PERIOD)
    table = figures.segments_figure(frame, said, WORDS, rules=RULES, period=PERIOD).table
    words = table.iloc[:, -1].tolist()
    assert "better" in words[0]
    assert "worse" in words[-1]
    assert all("more" in word for word in words[1:-1])
    assert not np.any(["better" in word for word in words[1:]])
