"""A published survey through its profile: the scores that were published."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from retention_helpers.facts import open_facts
from retention_helpers.metrics.answers import (
    Answers,
    answer_counts,
    answer_ledger,
    check_scales,
    judged_answers,
    leading_question,
    missing_codes,
)
from retention_helpers.metrics.feedback import monthly_csat, monthly_nps, question_scores
from retention_helpers.params import load_profile
from retention_helpers.report import build, survey
from tests.metrics.answer_base import row

MAY_2017 = date(2017, 5, 31)


@pytest.fixture(scope="module")
def sfo(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    profile, folder = load_profile("sfo_survey"), tmp_path_factory.mktemp("sfo")
    with survey(profile) as seen:
        build(profile, seen, folder)
    facts = open_facts(folder)
    yield judged_answers(facts.con, scales=profile.scales, as_of=MAY_2017)
    facts.close()


def test_sfo_gives_the_published_nps_plain_and_weighted(sfo: Answers) -> None:
    frame = monthly_nps(answer_counts(sfo), as_of=MAY_2017)
    assert frame["month"].tolist() == ["2017-05"]
    may = frame.iloc[0]
    assert may["answers"] == 2746
    assert round(may["nps"], 2) == 39.84
    assert round(may["weighted_nps"], 2) == 40.40
    assert may["nps_low"] < 39.84 < may["nps_high"]
    assert may["effective_answers"] < may["answers"]
    assert may["weighted_nps_high"] - may["weighted_nps_low"] > may["nps_high"] - may["nps_low"]


def test_sfo_codes_that_are_no_answer_are_missing_and_counted(sfo: Answers) -> None:
    codes = missing_codes(answer_counts(sfo), as_of=MAY_2017)
    codes = codes[codes["question"] == "nps"]
    assert codes["answers"].sum() == 85
    assert codes.dropna(subset="code")[["month", "code", "answers"]].values.tolist() == [["2017-05", "11", 84]]
    ledger = answer_ledger(answer_counts(sfo), as_of=MAY_2017)
    ledger = ledger[ledger["question"] == "nps"]
    assert dict(zip(ledger["judged"], ledger["answers"], strict=True)) == {
        "counted": 2746, "no_score": 1, "outside_scale": 84,
    }  # fmt: skip


def test_sfo_gives_the_published_satisfaction_of_three_years_as_one_series(sfo: Answers) -> None:
    counts = answer_counts(sfo)
    check_scales(counts, scales=sfo.scales, as_of=MAY_2017)
    frame = monthly_csat(counts, scales=sfo.scales, as_of=MAY_2017)
    assert len(frame) == 25
    asked_in = frame[frame["answers"] > 0]
    read = [(r.month, r.answers, round(r.mean, 3), round(100 * r.csat, 2)) for r in asked_in.itertuples(index=False)]
    assert [(month, *values) for month, _, *values in read] == [
        ("2015-05", 4.048, 80.00),
        ("2016-05", 4.038, 80.99),
        ("2017-05", 4.064, 82.07),
    ]
    assert asked_in["answers"].tolist()[:2] == [2810, 2919]
    may = row(frame, "2017-05")
    assert may["last_year_change"] == pytest.approx(may["csat"] - row(frame, "2016-05")["csat"])
    assert may["last_year_change_low"] < may["last_year_change"] < may["last_year_change_high"]
    assert np.isnan(may["change"])


def test_sfo_keeps_every_respondent_of_every_question(sfo: Answers) -> None:
    ledger = answer_ledger(answer_counts(sfo), as_of=MAY_2017).groupby("question")["answers"].sum()
    everybody = 2958 + 3087 + 2831
    assert ledger.to_dict() == dict.fromkeys(sfo.scales, everybody) | {"nps": 2831}
    assert leading_question(answer_counts(sfo), as_of=MAY_2017) == "nps"
    scores = question_scores(answer_counts(sfo), scales=sfo.scales, as_of=MAY_2017)
    assert set(scores["question"]) == set(sfo.scales) - {"nps"}
    assert scores["csat"].is_monotonic_decreasing


def test_sfo_before_2017_has_no_nps(sfo: Answers) -> None:
    counts = answer_counts(sfo)
    assert monthly_nps(counts, as_of=date(2016, 5, 31)).empty
    assert leading_question(counts, as_of=date(2016, 5, 31)) == "csat"
