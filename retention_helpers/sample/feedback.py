"""Surveys and answers: scores follow the customer's mood and what happened to the order; so do the words."""

import numpy as np
import pandas as pd

from .calendar import DAY, Calendar, Floats, Ints, stamp
from .contacts import Wave
from .orders import Orders
from .people import CHANNELS, Flags, People

SURVEY_SHARE, SURVEY_DAYS, SURVEY_EVERY = (
    0.55,
    21,
    6,
)  # of customers with orders, days after one of them, once in so many months
ANSWER_RATE, ANSWER_BY_MOOD = 0.30, 0.03
NPS_LEVEL, NPS_NOISE, CSAT_LEVEL, CSAT_NOISE = 8.25, 1.45, 4.15, 0.75
NPS_EFFECTS = {"satisfaction": 0.95, "late": -1.7, "support": -1.0, "refund": -1.6}  # points of the 0..10 scale
CSAT_EFFECTS = {"satisfaction": 0.35, "late": -0.9, "support": -0.5, "refund": -0.6}
NO_ANSWER = 99  # what the survey tool writes for "do not want to say"
TOPICS = ("delivery", "quality", "price", "service", "range", "app")
COMMENTS = {
    "delivery": ("Arrived earlier than promised", "Delivery was fine", "Parcel came a week late, nobody told me"),
    "quality": (
        "Lovely quality, feels made to last",
        "Quality is okay for the price",
        "Arrived chipped, had to send it back",
    ),
    "price": (
        "Good value, and the vouchers are nice",
        "A little dear, but I will wait for a sale",
        "Too expensive by now, postage on top",
    ),
    "service": (
        "Friendly help on the phone, sorted at once",
        "Support answered in the end",
        "Waited days for an answer from support",
    ),
    "range": (
        "So many nice things, great for presents",
        "Would like more colours",
        "Half of what I wanted was sold out",
    ),
    "app": ("The app makes ordering easy", "App works most of the time", "The app logs me out again and again"),
}


def surveys(rng: np.random.Generator, orders: Orders, people: People, calendar: Calendar) -> tuple[list[Wave], Ints]:
    """Survey contacts by half-year, and the order that each asks about."""
    half = calendar.month(orders.at) // SURVEY_EVERY
    asked = np.flatnonzero(rng.random(len(orders)) < SURVEY_SHARE)
    asked = asked[people.email[orders.customer[asked]]]
    shuffled = rng.permutation(asked)
    _, first = np.unique(orders.customer[shuffled] * 1_000 + half[shuffled], return_index=True)
    places = np.sort(shuffled[first])
    at = orders.at[places] // DAY * DAY + SURVEY_DAYS * DAY + 11 * 3_600 + rng.integers(0, 1_800, len(places))
    places, at = places[at < calendar.end], at[at < calendar.end]
    waves = []
    for number in np.unique(half[places]):
        mine = half[places] == number
        n = int(mine.sum())
        name = f"NPS-{calendar.labels[number * SURVEY_EVERY]}"
        words = [np.full(n, word, dtype=object) for word in ("sent", "none", "email")]
        waves.append(Wave(name, "survey", 1, orders.customer[places[mine]], at[mine], *words, np.zeros(n, dtype=bool)))
    return waves, np.concatenate([places[half[places] == number] for number in np.unique(half[places])])


def support(rng: np.random.Generator, orders: Orders) -> tuple[Wave, Ints]:
    """Contacts with the support team, and the order that each is about."""
    places = np.flatnonzero(orders.support)
    n = len(places)
    at = orders.at[places] + (DAY * np.clip(rng.lognormal(1.2, 0.6, n), 0.1, 20)).astype(np.int64)
    channel = rng.choice(np.array(["phone", "email", "chat"], dtype=object), n, p=[0.35, 0.4, 0.25])
    words = [np.full(n, word, dtype=object) for word in ("contacted", "none")]
    return Wave("SUPPORT", "support", 1, orders.customer[places], at, *words, channel, np.zeros(n, dtype=bool)), places


def answers(
    rng: np.random.Generator, orders: Orders, people: People, asked: tuple[Ints, Ints], question: str
) -> pd.DataFrame:
    """Those who answered: order, at, question, score, mood. ``asked``: the orders, and when each customer was asked."""
    places, at = asked
    mood = people.satisfaction[orders.customer[places]]
    come = rng.random(len(places)) < ANSWER_RATE + ANSWER_BY_MOOD * mood
    places, at, mood = places[come], at[come] + rng.integers(300, 5 * DAY, come.sum()), mood[come]
    effects, level, noise = (
        (NPS_EFFECTS, NPS_LEVEL, NPS_NOISE) if question == "nps" else (CSAT_EFFECTS, CSAT_LEVEL, CSAT_NOISE)
    )
    returned = (orders.refund_at[places] > 0) & (orders.refund_at[places] < at)
    value = level + effects["satisfaction"] * mood + noise * rng.normal(0, 1, len(places))
    value += (
        effects["late"] * orders.late[places]
        + effects["support"] * orders.support[places]
        + effects["refund"] * returned
    )
    low, high = (0, 10) if question == "nps" else (1, 5)
    score = np.clip(np.round(value), low, high).astype(int)
    return pd.DataFrame({"order": places, "at": at, "question": question, "score": score, "returned": returned})


def table(
    rng: np.random.Generator, given: pd.DataFrame, orders: Orders, people: People, calendar: Calendar
) -> pd.DataFrame:
    """The feedback table of the input contract, in order of time. ``given`` as `answers`, with a column stage."""
    given = given[given["at"] < calendar.end].sort_values(["at", "order"], kind="stable").reset_index(drop=True)
    n, order = len(given), given["order"].to_numpy()
    topic = _topics(rng, orders.late[order], orders.support[order], given["returned"].to_numpy())
    top = np.where(given["question"] == "nps", 9, 4)
    bottom = np.where(given["question"] == "nps", 6, 2)
    tone = np.where(given["score"] >= top, 0, np.where(given["score"] <= bottom, 2, 1))
    said = rng.random(n) < np.array([0.35, 0.25, 0.60])[tone]
    score = given["score"].astype(str).to_numpy(dtype=object)
    lost = rng.random(n)
    score[lost < 0.005] = ""
    score[(lost >= 0.005) & (lost < 0.010)] = str(NO_ANSWER)
    store = orders.channel[order] == CHANNELS.index("store")
    return pd.DataFrame(
        {
            "at": stamp(given["at"].to_numpy()),
            "question": given["question"],
            "score": score,
            "customer_id": np.where(rng.random(n) < 0.03, "", people.ids[orders.customer[order]]),
            "comment": [COMMENTS[t][k] if s else "" for t, k, s in zip(topic, tone, said, strict=True)],
            "channel": np.where(store, "store", rng.choice(["email", "app", "web"], n, p=[0.6, 0.25, 0.15])),
            "topic": np.where(said | (rng.random(n) < 0.3), topic, ""),
            "stage": given["stage"],
            "weight": np.where(store, "1.25", "0.95"),
        }
    )


def _topics(rng: np.random.Generator, late: Flags, support: Flags, returned: Flags) -> np.ndarray:
    """What an answer is about: mostly the trouble, where there was one."""
    n = len(late)
    topic = rng.choice(np.array(TOPICS, dtype=object), n, p=[0.16, 0.26, 0.18, 0.10, 0.20, 0.10])
    about: Floats = rng.random(n)
    for flag, word, share in ((returned, "quality", 0.6), (support, "service", 0.6), (late, "delivery", 0.7)):
        topic[flag & (about < share)] = word
    return topic


def truth() -> dict[str, object]:
    """How scores depend on what happened, in points of each scale before rounding and clipping."""
    return {
        "nps": {"level": NPS_LEVEL, "noise_sd": NPS_NOISE, **NPS_EFFECTS},
        "csat": {"level": CSAT_LEVEL, "noise_sd": CSAT_NOISE, **CSAT_EFFECTS},
        "answer_rate": ANSWER_RATE,
        "answer_rate_per_unit_of_satisfaction": ANSWER_BY_MOOD,
        "code_for_no_answer": NO_ANSWER,
    }
