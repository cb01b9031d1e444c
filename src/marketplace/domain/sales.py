"""What a store has sold: shares, sums and how long things took."""

from collections.abc import Mapping
from datetime import timedelta


def coarse_minutes(took: timedelta) -> int:
    """
    Whole minutes, as finely as anybody asks: up to two hours each, up to a day by five, then by
    thirty. So few are counted, and added up by day.
    """
    minutes = max(took // timedelta(minutes=1), 0)
    step = 1 if minutes < 120 else 5 if minutes < 24 * 60 else 30
    return minutes - minutes % step


def earned(kept: int, cost: int, *, goods: int, discount: int, total: int) -> int:
    """
    What of the money ``kept`` for an order was for things that ``cost`` so much of its ``goods``.

    The discount was given on all of the goods; fees are part of the ``total``, and of no thing.
    Rounded to whole units, halves up.
    """
    whole = goods * total
    return (2 * kept * cost * (goods - discount) + whole) // (2 * whole) if whole else 0


def share(part: int, whole: int) -> float | None:
    """A part of one, with four digits; of nothing there is none."""
    return round(part / whole, 4) if whole else None


def percentile(counted: Mapping[int, int], at: float) -> int | None:
    """The least value that so large a part of what was counted does not exceed."""
    wanted, seen = at * sum(counted.values()), 0
    for value in sorted(counted):
        seen += counted[value]
        if seen >= wanted:
            return value
    return None
