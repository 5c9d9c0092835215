"""From values to pixels: linear scales and round ticks."""

import math
from dataclasses import dataclass

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Maps ``low..high`` linearly to ``start..end`` pixels.

    >>> Scale(0, 50, 100, 200)(25)
    150.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.end - self.start)


def round_step(span: float, parts: int) -> float:
    """The smallest round step (1, 2, 2.5, 5 times a power of ten) that covers ``span`` in at most ``parts``.

    >>> round_step(0.43, 5)
    0.1
    """
    if not span > 0:
        return 1.0
    rough = span / parts
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor for factor in _ROUND if factor * power >= rough * (1 - 1e-9)) * power
    return float(f"{step:.12g}")


def round_ticks(low: float, high: float, parts: int = 5) -> list[float]:
    """Round values from just below ``low`` to just above ``high``.

    >>> round_ticks(0, 0.43)
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    """
    step = round_step(high - low, parts)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, max(last, first + 1) + 1)]
