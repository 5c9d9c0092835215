"""Built tables, words and one of each figure, for the tests of this room."""

import numpy as np
import pandas as pd

from retention_helpers.figures import (
    Finding,
    RiskTables,
)
from retention_helpers.periods import Period, month_label
from retention_helpers.words import Words

EVIL = "<script>alert(1)</script>"
QUOTES = "\"><img src=x onerror='alert(2)'>&amp; $5 \x00 #0B6A99 ${7*7} {n}"

# Longer than what a translator would write: what holds these holds the real ones.
LONG = {
    "First purchase": "Месяц первой покупки",
    "months since first purchase →": "месяцев после первой покупки →",
    "Customers": "Покупатели",
    "Share buying again": "Доля купивших снова среди всех",
    "month not complete yet": "месяц ещё не закончен, будет больше",
    "projected": "прогноз, ещё не наблюдалось",
    "incomplete month": "месяц ещё не закончен",
    "history starts": "история начинается здесь",
    "moved to": "перешли за октябрь 2026 в сегмент",
    "From": "Сегмент на конец сентября 2026",
    "stayed in the group": "остались в своём сегменте",
    "Share of the row": "Доля от покупателей этой строки",
    "not comparable": "эти месяцы нельзя сравнивать с другими",
    "average after: {value}": "в среднем после вступления: {value}",
    "joined": "после вступления",
    "before": "до вступления",
    "months since joining": "месяцев до и после вступления в программу",
    "Go on to the next stage": "Переходят к следующему этапу",
    "Median days until the next stage": "Дней до следующего этапа, медиана",
    "Satisfaction": "Удовлетворённость, средний балл",
    "Complaints": "Жалобы и претензии",
    "weakest stage": "самый слабый этап пути",
    "How many customers at each risk": "Сколько клиентов при каждом риске ухода",
    "Predicted against seen": "Предсказанный и действительный уход",
    "Leavers reached by share contacted": "Какую долю уходящих застанет обращение",
    "share of customers contacted": "доля клиентов, к которым обратились",
    "share of leavers reached": "доля уходящих, которых застали",
    "as predicted": "точно как предсказано",
    "at random": "обращение к случайным",
    "high risk": "высокий риск ухода",
    "n = {n}": "всего {n}",
    "{n} (small)": "{n} (слишком мало)",
}


class _Long(Words):
    """Numbers and dates of a language, with labels longer than its catalogue's."""

    def say(self, text: str, **values: object) -> str:
        return super().say(LONG.get(text, text), **values)


def speak(locale: str = "en", currency: str = "EUR") -> Words:
    """English words, or those of another language with long Russian labels."""
    return Words(locale, currency) if locale == "en" else _Long(locale, currency)


def months(count: int, last: str = "2026-10") -> list[str]:
    end = Period.parse(last).index
    return [month_label(index) for index in range(end - count + 1, end + 1)]


def finding(name: str = "sample", text: str = "Retention rose to 34.7%") -> Finding:
    return Finding(name, text, f"{text}: 1.2 points more.", f"Rate. {text}", f"Read it so. {text}", f"Orders {text}")


def monthly(count: int = 24) -> pd.DataFrame:
    """Two rates with intervals over the months."""
    place = np.arange(count)
    frame = pd.DataFrame({"month": months(count), "is_complete": True, "is_left_censored": False})
    for name, level, base in (("new_retention_rate", 0.18, 300), ("existing_retention_rate", 0.33, 900)):
        rate = level + 0.03 * np.sin(place / 3) + 0.01 * np.cos(place * 2.0)
        half = 1.96 * np.sqrt(rate * (1 - rate) / base)
        frame[name], frame[f"{name}_low"], frame[f"{name}_high"] = rate, rate - half, rate + half
        frame[name.replace("retention_rate", "base")] = base
    return frame


def marked_monthly() -> pd.DataFrame:
    """The same with everything that can be wrong with months: a hole, missing values, an open and a censored one."""
    frame = monthly(20)
    frame.loc[19, "is_complete"] = False
    frame.loc[:1, "is_left_censored"] = True
    frame.loc[5:6, "new_retention_rate"] = np.nan
    return frame.drop(index=11)


def cohorts(count: int = 12, names: list[str] | None = None) -> pd.DataFrame:
    """A triangle of cohorts with its open diagonal, then projected up to month 12."""
    rows = []
    for index, cohort in enumerate(names or months(count, "2026-09")):
        seen = len(names or months(count)) - index
        for age in range(13):
            rate = 1.0 if age == 0 else 0.26 * np.exp(-0.09 * age) + 0.004 * index
            rows.append((cohort, age, 11_000 + index, rate, rate - 0.01, rate + 0.01, age != seen, age > seen))
    columns = ["cohort", "months_since_first", "cohort_customers", "retention_rate"]
    columns += ["retention_rate_low", "retention_rate_high", "is_complete", "is_projected"]
    return pd.DataFrame(rows, columns=columns)


def groups(names: list[str] | None = None) -> pd.DataFrame:
    labels = names or ["Web", "Shop", "Direct mail to lapsed customers of the northern region", "Phone"]
    value = np.linspace(0.4, 0.1, len(labels))
    return pd.DataFrame(
        {"label": labels, "value": value, "value_low": value - 0.05, "value_high": value + 0.05, "n": 12}
    )


def survival() -> pd.DataFrame:
    days = np.arange(0, 366, 5)
    share = np.exp(-days / 80)
    return pd.DataFrame(
        {"days": days, "survival": share, "survival_low": share * 0.9, "survival_high": np.minimum(1, share * 1.1)}
    )


def channels() -> pd.DataFrame:
    """Time to the second order by channel: two close together, one that is watched for half a year only."""
    frames = []
    for channel, pace, until in (("web", 90, 366), ("shop", 150, 366), ("app", 158, 366), ("phone", 320, 186)):
        days = np.arange(0, until, 6)
        share = 0.25 + 0.75 * np.exp(-days / pace)
        low, high = share - 0.0002 * days, np.minimum(1.0, share + 0.0002 * days)
        values = {"survival": share, "survival_low": low, "survival_high": high}
        frames.append(pd.DataFrame({"channel": channel, "days": days, **values}))
    return pd.concat(frames, ignore_index=True)


def events() -> pd.DataFrame:
    """An effect from the month of joining on, with a band for each month and one for all; three months say nothing."""
    month = np.arange(-9, 13)
    effect = np.where(month < 0, 0.02 * np.sin(month * 1.7), 0.31 * (1 - np.exp(-(month + 1) / 2)))
    effect = np.where((month >= -3) & (month < 0), 0.22 + 0.05 * month, effect)
    half = 0.05 + 0.004 * np.abs(month)
    edges = {"effect_low": effect - half, "effect_high": effect + half}
    band = {"effect_band_low": effect - 1.5 * half, "effect_band_high": effect + 1.5 * half}
    is_comparable = (month < -3) | (month >= 0)
    frame = pd.DataFrame({"months_since_joining": month, "effect": effect, **edges, **band})
    return frame.assign(is_comparable=is_comparable)


SEGMENTS = {
    "vip": ("VIP", "VIP"),
    "loyal": ("Loyal", "Лояльные"),
    "new": ("New", "Новые"),
    "promising": ("Promising", "Перспективные"),
    "attention": ("Needs attention", "Требуют внимания"),
    "lost_loyal": ("Lost loyal", "Потерянные лояльные"),
    "sleeping": ("Sleeping", "Спящие"),
    "lost": ("Lost", "Потерянные"),
}
STEPS = {
    "awareness": ("Awareness", "Знакомство"),
    "consideration": ("Consideration", "Рассмотрение"),
    "purchase": ("Purchase", "Покупка"),
    "use": ("Use", "Использование"),
    "support": ("Support", "Обращение в поддержку"),
    "loyalty": ("Loyalty", "Лояльность"),
}
STAGES = {
    "potential": ("Potential", "Потенциальные"),
    "new": ("New", "Новые"),
    "repeat": ("Repeat", "Повторные"),
    "loyal": ("Loyal", "Лояльные"),
    "advocate": ("Advocates", "Рекомендующие"),
    "at_risk": ("At risk", "Под угрозой ухода"),
    "lapsed": ("Lapsed", "Ушедшие"),
    "returned": ("Returned", "Вернувшиеся"),
}


def shown(names: dict[str, tuple[str, str]], words: Words, first: str = "") -> dict[str, str]:
    """Groups as the reader knows them; ``first`` instead of the first one's name."""
    known = {key: pair[words.locale != "en"] for key, pair in names.items()}
    return {**known, next(iter(known)): first} if first else known


def moves() -> pd.DataFrame:
    """Customers moving between segments: most stay, few go far, some pairs never occur."""
    keys = list(SEGMENTS)
    rows = [
        (origin, destination, round(4200 / (1 + 3 * abs(row - column)) ** 2.2) - 8)
        for row, origin in enumerate(keys)
        for column, destination in enumerate(keys)
    ]
    frame = pd.DataFrame(rows, columns=["from_segment", "to_segment", "customers"])
    frame.loc[frame["from_segment"] == "vip", "customers"] //= 200
    return frame.loc[frame["customers"] > 0]


def pairs() -> pd.DataFrame:
    """Shares of customers and of revenue by segment, with every kind of change."""
    share = np.array([0.06, 0.11, 0.08, 0.12, 0.11, 0.06, 0.13, 0.33])
    change = np.array([0.012, -0.004, 0.002, 0.011, -0.013, 0.003, np.nan, 0.021])
    half = np.array([0.004, 0.006, 0.006, 0.005, 0.006, 0.004, np.nan, np.nan])
    return pd.DataFrame(
        {
            "segment": list(SEGMENTS),
            "customers": (share * 24_300).round(),
            "customers_share": share,
            "revenue_share": [0.38, 0.21, 0.05, 0.14, 0.08, 0.06, 0.0, np.nan],
            "customers_share_change": change,
            "customers_share_change_low": change - half,
            "customers_share_change_high": change + half,
            "better": ["up", "up", None, None, "down", "down", "down", "down"],
        }
    )


def journey() -> pd.DataFrame:
    """Six stages, the second of them the weakest; not everything is known of each."""
    nan = float("nan")
    rate = np.array([0.62, 0.31, 0.88, nan, 0.55, nan])
    satisfaction = np.array([nan, 3.6, 4.2, 4.1, 3.4, 4.6])
    return pd.DataFrame(
        {
            "stage": list(STEPS),
            "customers": [24_310, 15_072, 4_672, 4_111, 640, 2_260],
            "conversion": rate,
            "conversion_low": rate - 0.012,
            "conversion_high": rate + 0.012,
            "median_days": [3.0, 11.0, 6.0, 24.5, nan, nan],
            "satisfaction": satisfaction,
            "satisfaction_low": satisfaction - 0.12,
            "satisfaction_high": satisfaction + 0.12,
            "complaints": [0, 12, 85, 40, 131, 3],
            "is_weakest": [False, True, False, False, False, False],
        }
    )


def risk() -> RiskTables:
    """A model that is a little too sure of itself, and reaches more than chance would."""
    edge = np.arange(10) / 10
    counts = pd.DataFrame({"risk_low": edge, "risk_high": edge + 0.1})
    counts["customers"] = [30, 280, 560, 550, 540, 610, 790, 735, 160, 14]
    predicted = np.linspace(0.12, 0.86, 9)
    observed = 0.06 + 0.88 * predicted
    points = pd.DataFrame({"predicted": predicted, "observed": observed, "customers": 400})
    points = points.assign(observed_low=observed - 0.045, observed_high=observed + 0.045)
    share = np.linspace(0, 1, 41)
    return RiskTables(counts, points, pd.DataFrame({"contacted": share, "reached": share**0.72}))


def balance(count: int = 24) -> pd.DataFrame:
    """Customers in each life stage over the months, of very different sizes."""
    place = np.arange(count)
    frames = [
        pd.DataFrame(
            {
                "life_stage": key,
                "month": months(count),
                "customers": (size * (1 + 0.02 * place + 0.12 * np.sin(place / 2 + row))).round(),
                "better": {"at_risk": "down", "lapsed": "down", "potential": None}.get(key, "up"),
                "change": 0.01 * size,
                "change_low": 0.01 * size - (0.004 if row % 3 else 0.02) * size,
                "change_high": 0.01 * size + (0.004 if row % 3 else 0.02) * size,
            }
        )
        for row, (key, size) in enumerate(zip(STAGES, (21_400, 840, 620, 450, 95, 1_310, 12_800, 72), strict=True))
    ]
    frame = pd.concat(frames, ignore_index=True)
    return frame.drop(frame.index[(frame["life_stage"] == "returned") & (frame["month"] < "2025-02")])


DECOMPOSED = {
    "revenue_before": 1_200_000.0,
    "from_buyers": 45_000.0,
    "from_frequency": -12_000.0,
    "from_average_order_value": 8_000.0,
    "revenue": 1_241_000.0,
}
LEDGER = {"customers_start": 1000, "lost": 420, "returned": 120, "new_customers": 200, "customers_end": 900}
NEW, EXISTING = "new_retention_rate", "existing_retention_rate"


def effects() -> pd.DataFrame:
    """Five campaigns: an effect, a harm, none to be told, one that nobody can tell, and a tiny one."""
    rows = [
        ("WB-2026-09", 0.0686, 0.0506, 0.0852, "raised", "", 2499),
        ("CARE", -0.031, -0.048, -0.012, "lowered", "", 1712),
        ("WELCOME-2025", 0.0559, -0.0029, 0.1033, "unclear", "", 1430),
        ("SPRING-2026-04", np.nan, np.nan, np.nan, "no_holdout", "nobody was held out", 2376),
        ("TRIAL", 0.01, np.nan, np.nan, "too_few", "", 12),
    ]
    return pd.DataFrame(rows, columns=["label", "effect", "effect_low", "effect_high", "claim", "why", "n"])


def preferences(*rows: dict) -> pd.DataFrame:
    """What customers of a segment buy more than others, all other columns as usual."""
    usual = {"share": 0.3, "all_share": 0.2, "lift": 1.5, "lift_low": 1.2, "lift_high": 1.8}
    usual |= {"is_favourite": True, "is_typical": True}
    names = ["dimension", "rfm_segment", "value", *usual]
    return pd.DataFrame([usual | row for row in rows], columns=names)
