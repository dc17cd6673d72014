"""From values to places on a chart."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` lie from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Round values at equal distances, as many as that at most."""
        step = _round_up_step((self.high - self.low) / most)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [place * step for place in range(first, last + 1)]


def _round_up_step(least: float) -> float:
    """The shortest of 1, 2, 5, 10, 20, 50, … that is as long."""
    ten = 10.0 ** math.floor(math.log10(least))
    return next(step * ten for step in (1, 2, 5, 10) if step * ten >= least)
