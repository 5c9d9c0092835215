"""The questions of a company's surveys, and the scale that each is answered on."""

from typing import Self

from pydantic import Field, model_validator

from .tables import Strict

# The two that every report knows; a profile may give them another scale, and add its own.
USUAL: dict[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5)}
_NPS_SCALES = ((0, 10), (1, 10))


class Question(Strict):
    """One question: its lowest and its highest answer. What lies outside is no answer."""

    scale: tuple[int, int] = Field(description="lowest and highest answer, whole numbers")

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        low, high = self.scale
        # The two best answers are "content", the two worst "not content": they must not be the same ones.
        if high - low < 3:
            raise ValueError(f"a scale has at least four answers, for example [1, 5]; this one is [{low}, {high}]")
        return self


def check_nps(questions: dict[str, Question]) -> None:
    """Raise `ValueError` where the question "nps" has a scale on which promoters and detractors are not defined."""
    given = questions.get("nps")
    if given is not None and given.scale not in _NPS_SCALES:
        raise ValueError(f"nps is asked on a scale of 0 to 10, not {list(given.scale)}; name it otherwise")
