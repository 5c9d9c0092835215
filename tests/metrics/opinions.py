"""What customers say when they are asked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Said:
    """One answer; without a customer it is by itself, as in an anonymous survey."""

    at: datetime
    score: float | None = None
    customer_id: str | None = None
    question: str = "nps"
    score_code: str | None = None
    comment: str | None = None
    channel: str | None = None
    topic: str | None = None
    stage: str | None = None
    weight: float | None = None


def month_of(at: date) -> int:
    return at.year * 12 + at.month - 1


def several(counts: dict[float | None, int], at: datetime, question: str = "nps", **others: str) -> list[Said]:
    """So many answers of each score, of nobody in particular."""
    scores = [score for score, number in counts.items() for _ in range(number)]
    return [Said(at + timedelta(seconds=n), score, question=question, **others) for n, score in enumerate(scores)]
