"""dive's own score, computed its way, so that users can carry their thresholds over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiveScore:
    """``efficiency`` and ``wasted_user_percent`` are shares between 0 and 1, ``wasted_bytes`` and ``user_bytes`` bytes."""

    efficiency: float
    wasted_bytes: int
    wasted_user_percent: float
    user_bytes: int
