"""Would we have known? Every way to tell who may leave, learnt from the past and tried on strictly later customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from retention_helpers.periods import Period

from .churn_data import ChurnRules, Cut, Cuts, too_little
from .churn_measures import Ranked, auc_gains, calibration, reach, score_quality
from .churn_models import MODELS, RULES, SCORES, Score, learn
from .fit import FEWEST_CUSTOMERS, Refusal
from .frames import labels
from .intervals import Floats, share, wilson

POPULATIONS = ("all", "active")
BY_DEFAULT = "logistic"  # chosen where there is one past cut alone, and so nothing to choose by
TABLE = {
    "population": "str", "score": "str", "auc": "float64", "average_precision": "float64", "brier": "float64",
    "ece": "float64", "lift_top_decile": "float64", "n": "int64",
}  # fmt: skip
HISTORY = {
    "month": "str", "customers": "int64", "silent": "int64", "predicted": "float64", "observed": "float64",
    "observed_low": "float64", "observed_high": "float64", "auc": "float64", "is_as_predicted": "bool",
}  # fmt: skip
_NOTHING = (np.zeros(0), np.zeros(0, dtype=bool))


@dataclass(frozen=True, eq=False)
class ChurnBacktest:
    """What `churn_backtest` found.

    refusal        why nothing is claimed, or None; then ``used`` is "" and the tables are empty
    test_cut       the day of the scores that were held against what happened
    training_cuts  the days learnt from, the latest last
    scores         text: the model ``chosen`` on the training cuts, the best simple ``rule``, the one ``used``
    table          `TABLE`: how good each way was, for all and for active customers
    gain           one row: ``auc_gain``, ``auc_gain_low``, ``auc_gain_high`` of the model chosen over the rule
    calibration, reach  of the score used, active customers: see `calibration` and `reach`
    """

    refusal: Refusal | None
    test_cut: date
    training_cuts: tuple[date, ...]
    scores: Mapping[str, str]
    table: pd.DataFrame
    gain: pd.DataFrame
    calibration: pd.DataFrame
    reach: pd.DataFrame

    @property
    def used(self) -> str:
        """The score that lists and values are made with; "" where nothing is claimed."""
        return self.scores.get("used", "")

    @property
    def is_gain(self) -> bool:
        """Whether the model chosen tells who leaves better than the best simple rule, beyond chance."""
        return bool((self.gain["auc_gain_low"] > 0).any())


def churn_backtest(cuts: Cuts, *, seed: int = 0) -> ChurnBacktest:
    """Which way to tell who will order nothing in the horizon is the best, and is it better than a simple rule?

    The test cut is one horizon before ``as_of``; up to three training cuts lie one, two and three horizons before it,
    so that every outcome learnt from was known on the day scored. Each way learns from the latest training cut. The
    model is chosen on the training cuts alone (learnt from each, tried on the next; AUC among active customers), and
    only then tried on the test cut, against the better of the two simple rules there. Where the lower end of the gain
    is not above 0, there is no gain and the rule is used. The usual wrong edge: choosing and judging on the same days.

    Parameters: ``cuts`` of the company, with the last day that counts, horizon and who is active; ``seed`` of bootstrap
    and trees. Returns a `ChurnBacktest`; its ``table`` has one row per population (all, active) and way:
      population, score  text
      auc                0..1, chance to rank a silent customer above another; of rules by their plain values
      average_precision  0..1
      brier              0..1, mean squared error of the chance; the lower the better
      ece                0..1, mean distance of chance and rate over ten groups
      lift_top_decile    silent in the highest tenth, times as often as in all
      n                  customers
    """
    rules = cuts.rules
    test_cut = rules.test_cut(cuts.as_of)
    refusal = too_little(cuts.connection, as_of=cuts.as_of, rules=rules)
    if refusal is not None:
        return _refused(refusal, test_cut)
    past = [cuts.at(day) for day in rules.training_cuts(test_cut)]
    known = [day for day in past if _refusal(day, rules) is None]
    test = cuts.at(test_cut)
    refusal = _refusal(past[-1], rules) or _refusal(test, rules)
    if refusal is not None:
        return _refused(refusal, test_cut)
    chosen = _chosen(known, rules, seed)
    tried = {name: score for name in SCORES if (score := learn(name, known[-1], rules, seed=seed).on(test))}
    seen = {name: (score.order(test.features), score.chance(test.features)) for name, score in tried.items()}
    active, silent = rules.is_active(test.features), test.is_silent
    table = _table(seen, {"all": np.ones(silent.size, dtype=bool), "active": active}, silent)
    aucs = table[table["population"] == "active"].set_index("score")["auc"]
    rule = str(aucs.loc[list(RULES)].idxmax())
    orders = {name: seen[name][0][active] for name in {rule: 0, chosen: 0} if name in seen}
    gain = auc_gains(orders, rule, silent[active], seed=seed).tail(1)
    is_gain = bool(gain["score"].iloc[0] != rule and gain["auc_gain_low"].iloc[0] > 0)
    scores = {"chosen": chosen, "rule": rule, "used": chosen if is_gain else rule}
    order, chance = (values[active] for values in seen[scores["used"]])
    found = calibration(chance, silent[active]), reach(order, silent[active])
    return ChurnBacktest(None, test_cut, tuple(day.day for day in known), scores, table, gain, *found)


def churn_history(cuts: Cuts, score: str, *, months: int = 6) -> pd.DataFrame:
    """Month by month: had this score been given then, would it have come true?

    For the end of each month whose horizon is over by the last day: learnt from the cut one horizon earlier, as it
    would have been, for the customers active then.

    Parameters: ``cuts`` of the company; ``score``, one of `SCORES`, or "" for none; ``months``, how many at most.
    Returns one row per month, the earliest first; months with too few customers are not there:
      month                        text, YYYY-MM
      customers, silent            active customers, and those who ordered nothing in the horizon
      predicted                    0..1, mean chance
      observed, observed_low, observed_high  rate 0..1 that stayed silent, 95 % Wilson
      auc                          0..1
      is_as_predicted              whether ``predicted`` lies within the interval
    """
    rules = cuts.rules
    last = Period.of(rules.test_cut(cuts.as_of))
    if last.as_of > rules.test_cut(cuts.as_of):
        last -= 1
    rows = []
    for back in range(months - 1 if score else -1, -1, -1):
        day, found = (last - back).as_of, None
        past = cuts.at(day - timedelta(days=rules.horizon_days))
        if _refusal(past, rules) is None:
            now = cuts.at(day)
            found = _refusal(now, rules) or learn(score, past, rules).on(now)
        if isinstance(found, Score):
            rows.append({"month": (last - back).index, **_came_true(found, now, rules)})
    frame = pd.DataFrame(rows, columns=list(HISTORY))
    return frame.assign(month=labels(frame["month"].tolist())).astype(HISTORY)


def _came_true(score: Score, day: Cut, rules: ChurnRules) -> dict[str, float]:
    active = rules.is_active(day.features)
    features, silent = day.features[active], day.is_silent[active]
    predicted = float(score.chance(features).mean()) if silent.size else np.nan
    low, high = wilson(silent.sum(), silent.size)
    return {
        "customers": silent.size,
        "silent": int(silent.sum()),
        "predicted": predicted,
        "observed": float(share(silent.sum(), silent.size)),
        "observed_low": float(low),
        "observed_high": float(high),
        "auc": Ranked.of(score.order(features), silent).auc(),
        "is_as_predicted": bool(low <= predicted <= high),
    }


def _chosen(past: list[Cut], rules: ChurnRules, seed: int) -> str:
    """The model that ranked active customers best on the training cuts, each learnt from the one before."""
    if len(past) < 2:
        return BY_DEFAULT
    found = dict.fromkeys(MODELS, 0.0)
    for earlier, later in pairwise(past):
        active = rules.is_active(later.features)
        for name in MODELS:
            score = learn(name, earlier, rules, seed=seed).on(later)
            auc = Ranked.of(score.order(later.features)[active], later.is_silent[active]).auc() if score else -np.inf
            found[name] += float(np.nan_to_num(auc, nan=-np.inf))
    return max(found, key=found.get) if max(found.values()) > 0 else BY_DEFAULT


def _refusal(day: Cut, rules: ChurnRules) -> Refusal | None:
    """Why nothing can be learnt from a cut, or tried on it."""
    n, active = len(day.features), day.is_silent[rules.is_active(day.features)]
    if n < FEWEST_CUSTOMERS:
        return Refusal("too_few_customers", n, FEWEST_CUSTOMERS)
    if not day.features["repeat_orders"].any():
        return Refusal("no_repeat_orders", 0, 1)
    told_apart = min(int(active.sum()), int((~active).sum()))
    return None if told_apart else Refusal("all_alike", told_apart, 1)


def _table(
    seen: Mapping[str, tuple[Floats, Floats]], populations: Mapping[str, np.ndarray], silent: np.ndarray
) -> pd.DataFrame:
    rows = [
        {"population": population, "score": name, **score_quality(order[who], chance[who], silent[who])}
        for population, who in populations.items()
        for name, (order, chance) in seen.items()
    ]
    return pd.DataFrame(rows, columns=list(TABLE)).astype(TABLE)


def _refused(refusal: Refusal, test_cut: date) -> ChurnBacktest:
    gain = pd.DataFrame({"score": pd.Series(dtype="str"), **{name: np.zeros(0) for name in _GAIN}})
    empty = calibration(*_NOTHING), reach(*_NOTHING).iloc[:0]
    return ChurnBacktest(refusal, test_cut, (), {}, _table({}, {}, _NOTHING[1]), gain, *empty)


_GAIN = ("auc_gain", "auc_gain_low", "auc_gain_high")
