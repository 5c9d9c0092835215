"""Contacts of the sample company with its customers: waves collected while the months go by, and their table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .calendar import Calendar, Ints, stamp
from .money import decimals
from .people import Flags, People

CONTROL = "control"
COST_CENTS = {"email": 2, "sms": 9, "push": 1, "phone": 420, "chat": 210}
SUPPORT_MAIL_CENTS = 160  # somebody reads it and answers


@dataclass(frozen=True)
class Wave:
    """One step of one campaign, one entry per contact; ``reacted`` marks those whose extra order the contact caused."""

    campaign: str
    purpose: str
    step: int
    customer: Ints
    at: Ints
    arm: NDArray[np.object_]
    offer: NDArray[np.object_]
    channel: NDArray[np.object_]
    reacted: Flags


def table(rng: np.random.Generator, waves: list[Wave], people: People, calendar: Calendar) -> pd.DataFrame:
    """The contacts' table of the input contract, up to the last day of the sample, in order of time."""
    sizes = [len(wave.customer) for wave in waves]
    parts = {
        name: np.concatenate([getattr(wave, name) for wave in waves])
        for name in ("customer", "at", "arm", "offer", "channel", "reacted")
    }
    frame = pd.DataFrame(parts)
    for name in ("campaign", "purpose", "step"):
        frame[name] = np.repeat(np.array([getattr(wave, name) for wave in waves], dtype=object), sizes)
    frame = frame[frame["at"] < calendar.end].sort_values(["at", "customer"], kind="stable").reset_index(drop=True)
    who, at = frame["customer"].to_numpy(), frame["at"].to_numpy()
    reacted, treated = frame["reacted"].to_numpy(bool), (frame["arm"] != CONTROL).to_numpy(bool)
    pixel = (
        treated
        & frame["channel"].isin(["email", "push"]).to_numpy(bool)
        & (frame["purpose"] != "support").to_numpy(bool)
    )
    chance = np.clip(0.30 * np.exp(0.25 * people.satisfaction[who]) * people.rate[who] ** 0.1, 0.02, 0.9)
    opened = pixel & (rng.random(len(who)) < np.where(reacted, 0.96, chance))
    opened_at = at + (600 + rng.exponential(5 * 3_600, len(who))).astype(np.int64)
    clicked = opened & (rng.random(len(who)) < np.where(reacted, 0.9, 0.16))
    clicked_at = opened_at + rng.integers(5, 900, len(who))
    opened &= opened_at < calendar.end
    clicked &= clicked_at < calendar.end
    support = (frame["purpose"] == "support").to_numpy(bool)
    cost = np.array([COST_CENTS[channel] for channel in frame["channel"]], dtype=np.int64)
    cost[support & (frame["channel"] == "email")] = SUPPORT_MAIL_CENTS
    return pd.DataFrame(
        {
            "campaign_id": frame["campaign"],
            "customer_id": people.ids[who],
            "at": stamp(at),
            "arm": frame["arm"],
            "purpose": frame["purpose"],
            "step": frame["step"].astype(int),
            "channel": frame["channel"],
            "offer": frame["offer"],
            "cost": decimals(np.where(treated, cost, 0)),
            "opened_at": np.where(opened, stamp(opened_at), ""),
            "clicked_at": np.where(clicked, stamp(clicked_at), ""),
        }
    )
