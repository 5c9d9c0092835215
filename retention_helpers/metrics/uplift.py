"""Whom does a campaign change most? Customers ranked by what was known before, and the effect in each tenth of them."""

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.engine import literal
from retention_helpers.params import Audiences

from .campaign_effects import CLAIMS
from .experiments import BEFORE
from .frames import numbers
from .intervals import Floats, draw_interval, newcombe_difference, share

TENTHS = 10
FEWEST_CUSTOMERS, FEWEST_BACK = 2000, 100  # in each arm: fewer cannot be ranked
MOST_CUSTOMERS = 100_000  # in each arm
DRAWS = 1000
TRAITS = ("orders_before", "orders_180_days", "spend_before_cents", "days_since_last_order")
DECILES = {
    "campaign_id": "str", "measure": "str", "decile": "int64", "contacted": "int64", "held_out": "int64",
    "back_contacted": "int64", "back_held_out": "int64", "response": "float64", "control_response": "float64",
    "effect": "float64", "effect_low": "float64", "effect_high": "float64",
}  # fmt: skip
QINI = ("campaign_id", "measure", "customers", "qini", "qini_low", "qini_high")


def uplift_deciles(
    units: duckdb.DuckDBPyRelation,
    outcomes: pd.DataFrame,
    effects: pd.DataFrame,
    *,
    settings: Audiences,
    seed: int,
) -> pd.DataFrame:
    """In which tenth of its customers did a campaign change most?

    Of the largest sound campaign with 2,000 customers in each arm, 100 of them with the result and 100 without. Of an
    arm of more than 100,000 so many are taken by chance, and have to be enough, too. One half of the customers ranks
    the other: two logistic regressions on what was known before, one of those contacted and one of those held
    out; their difference is the expected gain. The effect in each tenth is measured, not modelled. The usual wrong
    edge: ranking by the chance to respond, which puts those first who would have come anyway.

    Parameters: ``units``, of `campaign_units`; ``outcomes`` (facts), for experiments without orders: columns called
    ``before_...`` rank, the first share is the result; ``effects``, their `campaign_effects`; ``settings``, which arms
    are held out; ``seed`` draws the halves.

    Returns ten rows, of the largest expected gain first, or none where no campaign is large enough:
      campaign_id, measure               text
      decile                             1 to 10
      contacted, held_out                customers, at most 100,000 each
      back_contacted, back_held_out      those of them with the result
      response, control_response         0..1
      effect, effect_low, effect_high    Newcombe interval
    """
    chosen = _chosen(effects)
    for campaign, measure in chosen:
        rows = _rows(units, campaign) if measure == "back" else _outcome_rows(outcomes, campaign, measure, settings)
        traits = rows.drop(columns=["is_control", "result"])
        result, is_control = rows["result"].to_numpy(dtype=int), rows["is_control"].to_numpy(dtype=int)
        if len(traits.columns) and _is_enough(result, is_control):
            gain = expected_gain(traits.to_numpy(dtype=float), result, is_control, seed=seed)
            return (
                _tenths(gain, result, is_control)
                .assign(campaign_id=campaign, measure=measure)[list(DECILES)]
                .astype(DECILES)
            )
    return pd.DataFrame(columns=list(DECILES)).astype(DECILES)


def qini(deciles: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """How much better than at random does the ranking find those whom the campaign changes? Our Qini coefficient.

    Q(s) = s x (share with the result among the first s of those contacted - the same of those held out): what the
    campaign adds per customer when only the first share s is contacted. The coefficient is the area between Q(s) and
    the straight line s x Q(1), by trapezoids over the tenths, s = 0, .1, ..., 1. It is 0 for a ranking at random,
    and its unit is results per customer. The usual wrong edge: comparing it with that of another program, as each
    divides by something else. Interval: bootstrap of customers within the given tenths.

    Parameters: ``deciles``, of `uplift_deciles`; ``seed``. Returns one row: campaign_id, measure, customers, qini,
    qini_low, qini_high; none without deciles.
    """
    if deciles.empty:
        return pd.DataFrame(columns=list(QINI))
    arms = (("contacted", "back_contacted"), ("held_out", "back_held_out"))
    cells = np.concatenate([[numbers(deciles, back), numbers(deciles, n) - numbers(deciles, back)] for n, back in arms])
    customers = int(cells.sum())
    drawn = np.random.default_rng(seed).multinomial(customers, cells.ravel() / customers, size=DRAWS)
    low, high = draw_interval(_area(drawn.reshape(DRAWS, *cells.shape).astype(float)))
    value = float(_area(cells[None])[0])
    first = deciles.iloc[0]
    found = (first["campaign_id"], first["measure"], customers, value, float(low), float(high))
    return pd.DataFrame([found], columns=list(QINI))


def expected_gain(
    traits: NDArray[np.float64], result: NDArray[np.int64], is_control: NDArray[np.int64], *, seed: int
) -> Floats:
    """What contacting would add to each customer's chance, told by the other half of the customers.

    Parameters: ``traits`` (n, k), missing ones as NaN; ``result`` and ``is_control``, 0 or 1; ``seed`` draws the
    halves. Returns n differences of chances, -1..1.
    """
    from sklearn.linear_model import LogisticRegression  # here, because it takes a second to load
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    filled = np.where(np.isnan(traits), 0, traits)
    known = np.column_stack([np.sign(filled) * np.log1p(np.abs(filled)), np.isnan(traits).any(axis=1)])
    half = np.random.default_rng(seed).permutation(len(known)) % 2
    gain = np.zeros(len(known))
    for side in (0, 1):
        learnt, told = half != side, half == side
        for control, sign in ((0, 1), (1, -1)):
            mine = learnt & (is_control == control)
            model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
            gain[told] += sign * model.fit(known[mine], result[mine]).predict_proba(known[told])[:, 1]
    return gain


def _chosen(effects: pd.DataFrame) -> list[tuple[str, str]]:
    """Campaigns that are large enough, the largest first, with their first share."""
    sound = effects[effects["is_share"] & effects["claim"].isin(CLAIMS)]
    back = np.minimum(sound["response"] * sound["contacted"], sound["control_response"] * sound["held_out"])
    large = sound[(sound[["contacted", "held_out"]].min(axis=1) >= FEWEST_CUSTOMERS) & (back >= FEWEST_BACK)]
    first = large.sort_values("held_out", ascending=False, kind="stable").drop_duplicates("campaign_id")
    return list(zip(first["campaign_id"], first["measure"], strict=True))


def _is_enough(result: NDArray[np.int64], is_control: NDArray[np.int64]) -> bool:
    """Whether each arm can be ranked: a half of it without anybody of either kind would teach nothing."""
    arms = [result[is_control == side] for side in (0, 1)]
    return all(
        len(arm) >= FEWEST_CUSTOMERS and min(int(arm.sum()), len(arm) - int(arm.sum())) >= FEWEST_BACK for arm in arms
    )


def _rows(units: duckdb.DuckDBPyRelation, campaign: str) -> pd.DataFrame:
    """Result, arm and traits of a campaign's customers; of too many in an arm a random part that is always the same."""
    by_chance = "MD5(customer_id), customer_id"
    mine = units.filter(f"campaign_id = {literal(campaign)} AND is_over = 1")
    # Each arm by itself: a common cut would leave a small hold-out next to nobody.
    first, second = (mine.filter(f"is_control = {side}").order(by_chance).limit(MOST_CUSTOMERS) for side in (0, 1))
    return first.union(second).order(by_chance).project(f"is_control, is_back AS result, {', '.join(TRAITS)}").df()


def _outcome_rows(outcomes: pd.DataFrame, campaign: str, measure: str, settings: Audiences) -> pd.DataFrame:
    rows = outcomes[(outcomes["campaign_id"] == campaign) & outcomes[measure].notna()]
    is_control = rows["arm"].isin(settings.control_arms).to_numpy(dtype=int)
    kept = np.sort(np.concatenate([_thinned(np.flatnonzero(is_control == side)) for side in (0, 1)]))
    rows, is_control = rows.iloc[kept], is_control[kept]
    traits = rows[[name for name in rows.columns if name.startswith(BEFORE)]]
    return traits.assign(is_control=is_control, result=rows[measure])


def _thinned(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most `MOST_CUSTOMERS` of the places, evenly over all of them."""
    if len(places) <= MOST_CUSTOMERS:
        return places
    return places[np.linspace(0, len(places) - 1, MOST_CUSTOMERS).astype(int)]


def _tenths(gain: Floats, result: NDArray[np.int64], is_control: NDArray[np.int64]) -> pd.DataFrame:
    # Those who are expected to gain alike are kept in their order: ranking them further would be luck.
    place = np.argsort(np.argsort(-gain, kind="stable"), kind="stable")
    decile = place * TENTHS // len(gain)
    n1, n0 = (np.bincount(decile[is_control == side], minlength=TENTHS) for side in (0, 1))
    k1, k0 = (np.bincount(decile[(is_control == side) & (result == 1)], minlength=TENTHS) for side in (0, 1))
    effect, low, high = newcombe_difference(k1, n1, k0, n0)
    return pd.DataFrame(
        {
            "decile": np.arange(1, TENTHS + 1),
            "contacted": n1, "held_out": n0, "back_contacted": k1, "back_held_out": k0,
            "response": share(k1, n1), "control_response": share(k0, n0),
            "effect": effect, "effect_low": low, "effect_high": high,
        }
    )  # fmt: skip


def _area(cells: Floats) -> Floats:
    """The coefficient of each draw; cells (draws, 4, tenths): with and without the result, contacted then held out."""
    summed = np.cumsum(cells, axis=-1)
    parts = np.arange(1, TENTHS + 1) / TENTHS
    found = parts * (
        share(summed[:, 0], summed[:, 0] + summed[:, 1]) - share(summed[:, 2], summed[:, 2] + summed[:, 3])
    )
    above = np.concatenate([np.zeros((len(found), 1)), found - parts * found[:, -1:]], axis=1)
    return np.trapezoid(above, dx=1 / TENTHS, axis=1)
