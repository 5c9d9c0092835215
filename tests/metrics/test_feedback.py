"""Feedback: a published survey through its profile, scores worked by hand, and which answers count."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.answers import (
    Answers,
    answer_counts,
    answer_ledger,
    check_scales,
    leading_question,
    missing_codes,
)
from retention_helpers.metrics.feedback import monthly_csat, monthly_nps
from retention_helpers.metrics.feedback_cuts import compare_groups, customer_groups, cut_counts, each_cut
from retention_helpers.metrics.response import response_rate
from tests.metrics.answer_base import (
    FEBRUARY,
    IN_FEBRUARY,
    IN_JANUARY,
    JANUARY,
    MARCH,
    SCALES,
    asked,
    contacted,
    row,
)
from tests.metrics.opinions import Said, month_of, several


def nps(answers: list[Said], as_of: date = JANUARY) -> pd.DataFrame:
    return monthly_nps(answer_counts(asked(answers, as_of)), as_of=as_of)


def csat(answers: list[Said], as_of: date = JANUARY) -> pd.DataFrame:
    return monthly_csat(answer_counts(asked(answers, as_of)), scales=SCALES, as_of=as_of)


def verdicts(answers: Answers) -> dict[str, int]:
    ledger = answer_ledger(answer_counts(answers), as_of=answers.as_of)
    return ledger.groupby("judged")["answers"].sum().to_dict()


# ---- by hand


def test_nps_by_hand() -> None:
    """Two promoters, one passive, one detractor: 25. With 3/4 more of each 16 +- 1.96 * sqrt(.6944 / 6.25)."""
    january = nps(several({10: 1, 9: 1, 8: 1, 6: 1}, IN_JANUARY)).iloc[0]
    assert [january[name] for name in ("answers", "promoters", "passives", "detractors")] == [4, 2, 1, 1]
    assert january["nps"] == 25
    assert (january["nps_low"], january["nps_high"]) == pytest.approx((-49.3303, 81.3303), abs=1e-3)
    assert january["is_small"]


@pytest.mark.parametrize(("score", "expected"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)], ids=str)
def test_each_answer_is_of_its_class(score: float, expected: float) -> None:
    assert nps(several({score: 1}, IN_JANUARY))["nps"].tolist() == [expected]


def test_csat_by_hand() -> None:
    """5, 5, 4, 3, 1: three of five are satisfied, the mean is 3.6; Wilson 23.1 to 88.2 %."""
    january = csat(several({5: 2, 4: 1, 3: 1, 1: 1}, IN_JANUARY, "csat")).iloc[0]
    assert (january["answers"], january["satisfied"], january["csat"], january["mean"]) == (5, 3, 0.6, 3.6)
    assert (january["csat_low"], january["csat_high"]) == pytest.approx((0.2307, 0.8824), abs=1e-4)
    assert (january["mean_low"], january["mean_high"]) == pytest.approx((2.3237, 4.5039), abs=1e-4)


def test_weights_shift_the_score_and_widen_its_interval() -> None:
    """Promoters weigh 3 and 1, the detractor 1: (4 - 1) / 5 of 25 / 11 answers."""
    answers = [Said(IN_JANUARY, score, weight=w) for score, w in ((10.0, 3.0), (9.0, 1.0), (0.0, 1.0))]
    january = nps(answers).iloc[0]
    assert january["nps"] == pytest.approx(100 / 3)
    assert january["weighted_nps"] == pytest.approx(60)
    assert january["effective_answers"] == pytest.approx(25 / 11)
    alike = nps([replace(answer, weight=2.0) for answer in answers]).iloc[0]
    for edge in ("", "_low", "_high"):
        assert alike[f"weighted_nps{edge}"] == pytest.approx(alike[f"nps{edge}"])
    assert alike["effective_answers"] == pytest.approx(3)


def test_without_any_weight_there_is_no_weighted_score() -> None:
    january = nps(several({10: 3, 0: 1}, IN_JANUARY)).iloc[0]
    names = ["weighted_nps", "weighted_nps_low", "weighted_nps_high", "effective_answers"]
    assert january[names].isna().all()


def test_changes_are_against_the_month_before_and_the_same_month_last_year() -> None:
    answers = [
        *several({10: 50, 0: 50}, datetime(2024, 2, 1)),
        *several({10: 60, 0: 40}, IN_JANUARY),
        *several({10: 90, 0: 10}, IN_FEBRUARY),
    ]
    frame = nps(answers, MARCH)
    february = row(frame, "2025-02")
    january = row(frame, "2025-01")
    assert (february["nps"], february["change"], february["last_year_change"]) == (80, 60, 80)
    low = 60 - np.hypot(80 - february["nps_low"], january["nps_high"] - 20)
    assert february["change_low"] == pytest.approx(low)
    assert np.isnan(january["change"])
    march = row(frame, "2025-03")
    assert march["answers"] == 0
    assert march[["nps", "nps_low", "change", "last_year_change"]].isna().all()


def test_the_change_of_csat_has_newcombes_interval() -> None:
    answers = [*several({5: 48, 1: 32}, IN_JANUARY, "csat"), *several({5: 56, 1: 14}, IN_FEBRUARY, "csat")]
    february = row(csat(answers, FEBRUARY), "2025-02")
    # Newcombe (1998), method 10, 56 / 70 - 48 / 80.
    assert february["change"] == pytest.approx(0.2)
    assert (february["change_low"], february["change_high"]) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert february["mean_change"] == pytest.approx(4.2 - 3.4)


def test_no_answer_and_one() -> None:
    for metric, question in ((nps, "nps"), (csat, "csat")):
        empty, one = metric([]), metric(several({5: 1}, IN_JANUARY, question))
        assert empty.empty
        assert (empty.dtypes == one.dtypes).all()
        assert one["answers"].tolist() == [1]
        assert one["is_small"].all()
    one = csat(several({5: 1}, IN_JANUARY, "csat")).iloc[0]
    assert (one["csat"], one["mean"], one["mean_high"]) == (1, 5, 5)
    assert one["csat_low"] < 0.3
    assert one["mean_low"] < 4
    nothing = asked([], JANUARY)
    assert leading_question(answer_counts(nothing), as_of=JANUARY) == "nps"
    assert answer_ledger(answer_counts(nothing), as_of=JANUARY).empty
    assert missing_codes(answer_counts(nothing), as_of=JANUARY).empty
    check_scales(answer_counts(nothing), scales=SCALES, as_of=JANUARY)


def test_an_as_of_inside_a_month_is_refused() -> None:
    with pytest.raises(PeriodError, match="2025-01-15"):
        asked([], date(2025, 1, 15))


# ---- which answers count


def test_of_several_answers_of_a_customer_in_a_month_the_last_on_the_scale_counts() -> None:
    answers = [
        Said(IN_JANUARY, 2, "a"),
        Said(IN_JANUARY + timedelta(days=1), 9, "a"),
        Said(IN_JANUARY + timedelta(days=2), 11, "a"),
        Said(IN_JANUARY, 4, "a", question="csat"),
        Said(IN_FEBRUARY, 3, "a"),
        Said(IN_JANUARY, 1, "b"),
    ]
    frame = nps(answers, FEBRUARY)
    assert row(frame, "2025-01")[["promoters", "passives", "detractors"]].tolist() == [1, 0, 1]
    assert row(frame, "2025-02")[["promoters", "passives", "detractors"]].tolist() == [0, 0, 1]
    assert verdicts(asked(answers, FEBRUARY)) == {"counted": 4, "earlier_answer": 1, "outside_scale": 1}


def test_answers_without_a_customer_count_each_by_itself() -> None:
    assert nps(several({9: 2, 0: 1}, IN_JANUARY))["answers"].tolist() == [3]


def test_what_is_no_answer_is_left_out_by_its_reason() -> None:
    answers = [
        Said(IN_JANUARY, 10, score_code="10"),
        Said(IN_JANUARY, 11, score_code="11"),
        Said(IN_JANUARY, 11, score_code="11"),
        Said(IN_JANUARY, -1, score_code="-1"),
        Said(IN_JANUARY, 7.5, score_code="7.5"),
        Said(IN_JANUARY, None, score_code="Blank"),
        Said(IN_JANUARY, None),
        Said(IN_JANUARY, 3, score_code="3", weight=-1.0),
        Said(IN_JANUARY, 3, score_code="3", question="effort"),
    ]
    judged = asked(answers, JANUARY)
    assert verdicts(judged) == {
        "counted": 1, "outside_scale": 4, "no_score": 2, "negative_weight": 1, "no_scale": 1,
    }  # fmt: skip
    codes = missing_codes(answer_counts(judged), as_of=JANUARY)
    found = {None if pd.isna(code) else code: n for code, n in zip(codes["code"], codes["answers"], strict=True)}
    assert found == {"11": 2, "-1": 1, "7.5": 1, "Blank": 1, None: 1}
    assert nps(answers)["nps"].tolist() == [100]


SAYINGS = st.lists(
    st.tuples(
        st.integers(0, 89),
        st.sampled_from([None, -1.0, 0.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 4.5]),
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from(["nps", "csat"]),
    ),
    max_size=25,
)


def told(sayings: list[tuple]) -> list[Said]:
    return [Said(datetime(2025, 1, 1) + timedelta(days=day), *said) for day, *said in sayings]


def slow_classes(answers: list[Said]) -> Counter:
    """(month, class) -> answers to NPS that count: of each customer and month the last one on the scale."""
    usable = [a for a in answers if a.question == "nps" and a.score is not None and a.score in range(11)]
    last: dict[tuple, Said] = {}
    for number, answer in enumerate(sorted(usable, key=lambda a: (a.at, a.score))):
        last[answer.customer_id or number, month_of(answer.at)] = answer
    classes = {a: "promoters" if a.score >= 9 else "passives" if a.score >= 7 else "detractors" for a in last.values()}
    return Counter((month_of(answer.at), classes[answer]) for answer in last.values())


@given(SAYINGS)
def test_it_equals_its_brute_force_twin_in_any_order_of_rows(sayings: list[tuple]) -> None:
    answers = told(sayings)
    frame = nps(answers, MARCH)
    twin = slow_classes(answers)
    found = Counter()
    for shown in frame.to_dict("records"):
        month = int(shown["month"][:4]) * 12 + int(shown["month"][5:]) - 1
        found.update({(month, name): shown[name] for name in ("promoters", "passives", "detractors")})
        n = shown["promoters"] + shown["passives"] + shown["detractors"]
        assert shown["answers"] == n
        if n:
            assert shown["nps"] == pytest.approx(100 * (shown["promoters"] - shown["detractors"]) / n)
            assert -100 <= shown["nps_low"] <= shown["nps"] <= shown["nps_high"] <= 100
    assert +found == twin
    assert sum(verdicts(asked(answers, MARCH)).values()) == len(answers)
    pd.testing.assert_frame_equal(nps(answers[::-1], MARCH), frame)


@given(SAYINGS)
def test_later_answers_change_nothing(sayings: list[tuple]) -> None:
    answers = told(sayings)
    then = [answer for answer in answers if answer.at.date() <= FEBRUARY]
    pd.testing.assert_frame_equal(nps(answers, FEBRUARY), nps(then, FEBRUARY))
    later = monthly_nps(answer_counts(asked(answers, MARCH)), as_of=FEBRUARY)
    pd.testing.assert_frame_equal(later, nps(then, FEBRUARY))


def test_weights_sum_alike_in_any_order() -> None:
    answers = [replace(said, weight=0.1) for said in several({10: 10}, IN_JANUARY)]
    assert answer_counts(asked(answers, JANUARY))["weight"].tolist() == [1.0]  # floats one by one: 0.9999999999999999


# ---- groups


def test_groups_are_held_against_all_others_and_the_unassigned_are_shown() -> None:
    answers = [
        *several({10: 80, 0: 20}, IN_JANUARY, channel="web"),
        *several({10: 30, 0: 70}, IN_JANUARY, channel="shop"),
        *several({10: 5, 0: 5}, IN_JANUARY, channel="app"),
        *several({10: 40}, IN_JANUARY),
    ]
    counts = cut_counts(asked(answers, JANUARY), by="channel")
    groups = compare_groups(counts, scales=SCALES).set_index("value")
    assert groups.index.tolist() == ["shop", "web", "app", "unassigned"]
    assert groups["answers"].tolist() == [100, 100, 10, 40]
    assert groups["score"].tolist() == [-40, 60, 0, 100]
    # Others of the shop: 125 promoters and 25 detractors of 150.
    assert groups.loc["shop", "others_score"] == pytest.approx(100 * 100 / 150)
    assert groups.loc["shop", "difference"] == pytest.approx(-40 - 100 * 100 / 150)
    assert groups["is_different"].tolist() == [True, True, False, False]
    assert groups.loc[["app", "unassigned"], "p_value"].isna().all()


def test_answers_are_cut_by_the_groups_of_customers_and_a_cut_that_holds_nobody_is_left_out() -> None:
    given = asked([Said(IN_JANUARY, 10, "a"), Said(IN_JANUARY, 3, "b"), Said(IN_JANUARY, 9, "c"), IN_SHOP], JANUARY)
    segments = given.con.sql(
        "SELECT * FROM (VALUES ('a', 'VIP'), ('b', 'Lost'), ('x', 'New')) AS t(customer_id, value)"
    )
    by = {"channel": "channel", "segment": segments, "life_stage": segments.filter("customer_id = 'x'")}
    cuts = each_cut(given, by)
    assert list(cuts) == ["channel", "segment"]
    assert cuts["channel"]["value"].value_counts().to_dict() == {"unassigned": 3, "shop": 1}
    shown = cuts["segment"][["value", "score", "answers"]].to_numpy().tolist()
    assert shown == [["Lost", 3, 1], ["VIP", 10, 1], ["unassigned", 8, 1], ["unassigned", 9, 1]]


def test_advocates_stand_with_the_loyal_for_their_answers_made_them_advocates() -> None:
    con = asked([], JANUARY).con
    segments = con.sql("SELECT * FROM (VALUES ('a', 'VIP'), ('b', 'Lost')) AS t(customer_id, rfm_segment)")
    stages = con.sql("SELECT * FROM (VALUES ('a', 'advocate'), ('b', 'lapsed')) AS t(customer_id, life_stage)")
    groups = customer_groups({"rfm_segment": segments, "life_stage": stages})
    assert sorted(groups["segment"].fetchall()) == [("a", "VIP"), ("b", "Lost")]
    assert sorted(groups["life_stage"].fetchall()) == [("a", "loyal"), ("b", "lapsed")]


IN_SHOP = Said(IN_JANUARY, 8, channel="shop")


# ---- how many answer


def test_the_response_rate_by_hand() -> None:
    """a answers; b too late; c twice asked, answers the second; d is asked with a day too few left; e unasked."""
    answers = [
        Said(datetime(2025, 1, 15), 9, "a"),
        Said(datetime(2025, 1, 15), 4, "a", question="csat"),
        Said(datetime(2025, 1, 24), 9, "b"),
        Said(datetime(2025, 1, 13), 9, "c"),
        Said(datetime(2025, 1, 20), 9, "e"),
        Said(datetime(2025, 1, 20), 9),
    ]
    judged = asked(answers, JANUARY)
    contacted(
        [
            ("a", datetime(2025, 1, 2), "survey"),
            ("b", datetime(2025, 1, 10), "survey"),
            ("c", datetime(2025, 1, 10), "survey"),
            ("c", datetime(2025, 1, 12), "survey"),
            ("d", datetime(2025, 1, 19), "survey"),
            ("e", datetime(2025, 1, 19), "win_back"),
            ("f", datetime(2025, 1, 18), "survey"),
        ]
    )
    january = response_rate(judged, answer_days=14).iloc[0]
    assert (january["contacts"], january["open_contacts"], january["answered"]) == (6, 1, 2)
    assert january["response_rate"] == pytest.approx(2 / 5)
    assert (january["asked_answers"], january["unasked_answers"]) == (3, 2)
    with pytest.raises(CallError, match="answer_days"):
        response_rate(judged, answer_days=0)
