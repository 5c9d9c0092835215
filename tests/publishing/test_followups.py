"""Alerts and actions as files carry them."""

from retention_helpers.publishing.followups import Action, Alert
from retention_helpers.report.notebook import ACTION, ALERT


def test_what_is_not_there_is_empty_and_what_is_not_known_is_not_read() -> None:
    assert Alert.read({"headline": "It fell", "kpi": "crr", "drivers": [1]}) == Alert("It fell", kpi="crr")
    assert Action.read({"headline": "Call them", "sentence": None, "customers": 40}) == Action(
        "Call them", customers=40
    )


def test_a_notebook_hands_over_what_an_alert_is_read_from() -> None:
    assert Alert.read(dict.fromkeys(ALERT, "x")) == Alert("x", "x", "x", kpi="x", size="x")


def test_a_notebook_hands_over_what_an_action_is_read_from() -> None:
    given = dict.fromkeys(ACTION, "x") | {"customers": 3}
    assert Action.read(given) == Action(headline="x", sentence="x", audience="x", customers=3)
