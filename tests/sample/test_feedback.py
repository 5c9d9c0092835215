"""Scores stay on their scales and follow what happened."""

import pandas as pd


def scores(tables, question):
    answers = tables["feedback"][tables["feedback"]["question"] == question]
    answers = answers.assign(score=pd.to_numeric(answers["score"].replace("", None)))
    return answers[answers["score"].notna() & (answers["score"] != 99)]


def test_scores_stay_on_their_scales(tables):
    assert scores(tables, "nps")["score"].between(0, 10).all()
    assert scores(tables, "csat")["score"].between(1, 5).all()


def test_there_are_more_promoters_than_detractors_and_some_of_both(tables):
    score = scores(tables, "nps")["score"]
    assert (score >= 9).mean() > (score <= 6).mean() > 0.08


def test_customers_with_trouble_are_less_content(tables):
    answers = scores(tables, "csat")
    by_stage = answers.groupby("stage")["score"].mean()
    assert by_stage["support"] < by_stage["purchase"] - 0.1


def test_about_three_in_ten_answer_a_survey(tables):
    asked = (tables["contacts"]["purpose"] == "survey").sum()
    assert 0.22 < (tables["feedback"]["question"] == "nps").sum() / asked < 0.38


def test_comments_come_in_several_wordings(tables):
    comments = tables["feedback"]["comment"]
    assert comments[comments != ""].nunique() >= 12
    assert (comments == "").any()


def test_every_stage_of_the_journey_is_touched(tables):
    stages = {"awareness", "consideration", "purchase", "use", "support", "loyalty"}
    assert set(tables["touchpoints"]["stage"]) == stages
