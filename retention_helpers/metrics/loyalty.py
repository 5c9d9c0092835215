"""What does the loyalty programme change? Sequential trials, with an interval, or the reason why nothing is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError

from .bands import pointwise, simultaneous
from .programme import Outcome, Programme, Table, read_programme
from .programme_declines import Decline, after_comparing
from .programme_panel import SecondOpinions, second_opinions
from .programme_tests import ProgrammeTests, tests_of
from .trial_covariates import after
from .trial_effect import Effect, Model, effect_of, fit_model, months_before
from .trials import CHOSEN_MONTHS

Verdict = Literal["raised", "lowered", "cannot_tell"]


@dataclass(frozen=True)
class ProgrammeEffect:
    """The effect of a programme on its members, outcome more a month and member; missing where nothing was compared.

    effect, low, high          mean over the months since joining that are over, by members seen; 95 % interval,
                               clustered by customer
    robust_low, robust_high    the same, by ``room`` wider on both sides: what hidden reasons may have left
    late_low, late_high        95 % interval of the effect in the later half of the months after joining
    event_study                one row per month before (-9..-1) and after joining (1..): month, effect, low, high,
                               band_low, band_high (all months at once), is_selection (one joined because of these)
    tests                      what was tried on the comparison
    declined                   why nothing may be said, empty where it may
    others                     what other methods answer; ``naive`` and ``before_after`` are never an effect
    counts                     of `Programme`
    members_mean               what the members compared do in the same months, outcome a month and member
    """

    outcome: str
    effect: float
    low: float
    high: float
    robust_low: float
    robust_high: float
    event_study: pd.DataFrame
    tests: ProgrammeTests | None
    declined: tuple[Decline, ...]
    others: SecondOpinions | None
    counts: Mapping[str, int]
    members_mean: float = np.nan
    room: float = np.nan
    late_low: float = np.nan
    late_high: float = np.nan

    @property
    def is_told(self) -> bool:
        """Whether number and interval may be used: not where declined, nor where they say more than may be claimed."""
        spans_zero = self.robust_low <= 0 <= self.robust_high
        return not self.declined and (self.verdict != "cannot_tell" or spans_zero)

    @property
    def anyway(self) -> tuple[float, float]:
        """Share 0..1 of what members do that would have come without the programme, at both ends; else missing."""
        if not self.is_told or not self.members_mean > 0:
            return np.nan, np.nan
        low, high = (float(np.clip(1 - end / self.members_mean, 0, 1)) for end in (self.robust_high, self.robust_low))
        return low, high

    @property
    def verdict(self) -> Verdict:
        """Raised or lowered only where nothing declines, later months show it too, and fixed effects do not contradict.

        A good spell in which one joins is mostly over in the later months. Fixed effects contradict where their whole
        interval lies on the other side: they lean that way where customers leave, so their sign alone is chance.
        """
        if self.declined or self.others is None:
            return "cannot_tell"
        fixed_low, fixed_high = self.others.fixed_effects.interval
        if np.min((self.robust_low, self.late_low, fixed_high)) > 0:  # False where one is missing
            return "raised"
        if np.max((self.robust_high, self.late_high, fixed_low)) < 0:
            return "lowered"
        return "cannot_tell"


def effect_on(programme: Programme, outcome: Outcome) -> ProgrammeEffect:
    """How much more do members order because they are members? What a programme that was read says of one outcome.

    Members start at joining, controls (8 a member and month, drawn by digest) as long after an order of their own;
    compared is the change from the customer's own level of more than three months before, doubly robust on the last
    three months, counted strictly after the start; what controls gain by joining later is purged. The usual wrong edge:
    members minus others is who joins, not what joining does; and waiting for controls that never join picks those
    without a future.

    Parameters: ``programme``, read for this ``outcome``. Returns `ProgrammeEffect`. Raises `CallError` for another.

    Source: sequential trials, Hernán et al. (2008), Epidemiology 19, 766-779; doubly robust, Sant'Anna and Zhao (2020),
    Journal of Econometrics 219, 101-122; group-time effects, Callaway and Sant'Anna (2021), ibid. 225, 200-230; how
    much a hidden reason would explain, after Rambachan and Roth (2023), Review of Economic Studies 90, 2555-2591.
    """
    if not programme.is_comparable:
        return _nothing(outcome, programme.declined, programme.counts)
    if outcome not in programme.sums:
        raise CallError(f"outcome {outcome!r} was not read. Name it in the outcomes of read_programme.")
    others = second_opinions(programme.sums[outcome], programme.trials.horizon)
    return _compared(fit_model(programme.trials, outcome), others, programme)


def programme_effect(  # noqa: PLR0913 - three tables, and what is asked of them
    orders: Table,
    customers: Table,
    memberships: Table,
    *,
    as_of: date,
    outcome: Outcome = "orders",
    horizon_months: int = 6,
    seed: int = 0,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> ProgrammeEffect:
    """How much more do members order because they are members? One outcome, straight from the facts.

    Parameters and errors of `read_programme`; returns what `effect_on` returns.
    """
    given = {"as_of": as_of, "horizon_months": horizon_months, "seed": seed, "connection": connection}
    return effect_on(read_programme(orders, customers, memberships, outcomes=(outcome,), **given), outcome)


def effect_table(effects: Sequence[ProgrammeEffect]) -> pd.DataFrame:
    """What do the ways of comparing answer, outcome by outcome?

    The usual wrong edge: members minus others and before minus after are printed to be seen, not to be used.

    Parameters: ``effects``, of one programme. Returns one row per outcome and way:
      outcome            text
      way                text: trials, fixed_effects, group_time, naive, before_after
      effect, low, high  outcome more a month and member; 95 %, of the trials without room for hidden reasons
      robust_low, robust_high  with it, of the trials alone
      verdict            text, of the trials: raised, lowered, cannot_tell
      declined           text, reasons of the trials, comma between
    """
    rows = []
    for one in effects:
        mine = (one.effect, one.low, one.high, one.robust_low, one.robust_high)
        rows.append((one.outcome, "trials", *mine, one.verdict, ",".join(reason.reason for reason in one.declined)))
        if one.others is None:
            continue
        for way in ("fixed_effects", "group_time"):
            found = getattr(one.others, way)
            rows.append((one.outcome, way, found.value, *found.interval, np.nan, np.nan, "", ""))
        rows += [
            (one.outcome, way, getattr(one.others, way), *[np.nan] * 4, "", "") for way in ("naive", "before_after")
        ]
    columns = ["outcome", "way", "effect", "low", "high", "robust_low", "robust_high", "verdict", "declined"]
    return pd.DataFrame(rows, columns=columns)


def _compared(model: Model, others: SecondOpinions, programme: Programme) -> ProgrammeEffect:
    effect, before = effect_of(model), months_before(model)
    low, high = pointwise(np.array(effect.value), effect.total_influence)
    late_low, late_high = pointwise(*effect.late())
    tests = tests_of(model, effect, before, naive=others.naive, seed=programme.seed)
    robust_low, robust_high = float(low) - tests.widening, float(high) + tests.widening
    found = after_comparing(tests, effect.value, robust_low, robust_high)
    return ProgrammeEffect(
        outcome=model.outcome,
        effect=effect.value,
        low=float(low),
        high=float(high),
        robust_low=robust_low,
        robust_high=robust_high,
        event_study=_event_study(effect, before, programme.seed),
        tests=tests,
        declined=programme.declined + found,
        others=others,
        counts=programme.counts,
        members_mean=_members_mean(model),
        room=tests.widening,
        late_low=float(late_low),
        late_high=float(late_high),
    )


def _members_mean(model: Model) -> float:
    trials = model.trials
    months = range(1, trials.horizon + 1)
    seen = [trials.is_joiner & (trials.seen >= month) for month in months]
    total = sum(
        float(after(trials, model.outcome, month)[some].sum()) for month, some in zip(months, seen, strict=True)
    )
    return total / max(sum(int(some.sum()) for some in seen), 1)


def _event_study(effect: Effect, before: tuple, seed: int) -> pd.DataFrame:
    month = np.concatenate([before[0], np.arange(1, len(effect.months) + 1)])
    value = np.concatenate([before[1], effect.months])
    influence = np.concatenate([before[2], effect.influence])
    low, high = pointwise(value, influence)
    band_low, band_high = simultaneous(value, influence, seed=seed)
    columns = {"effect": value, "low": low, "high": high, "band_low": band_low, "band_high": band_high}
    return pd.DataFrame({"month": month, **columns, "is_selection": (month < 0) & (month >= -CHOSEN_MONTHS)})


def _nothing(outcome: str, declined: tuple[Decline, ...], counts: Mapping[str, int]) -> ProgrammeEffect:
    columns = ("effect", "low", "high", "band_low", "band_high")
    kinds = {"month": "int64", **dict.fromkeys(columns, "float64"), "is_selection": "bool"}
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return ProgrammeEffect(outcome, *[np.nan] * 5, empty, None, declined, None, counts)
