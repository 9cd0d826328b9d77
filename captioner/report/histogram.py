"""Distributions as bars: several groups of numbers over the same round bins."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOST_BINS = 30
_TAIL = 0.005  # the share of all numbers that may lie in the last, open bin rather than stretch the axis
_ROUNDING = 1e-9  # 0.3 / 0.1 is a little below 3, and yet 0.3 begins a bin


@dataclass(frozen=True)
class Histogram:
    """Bin i goes from `starts[i]` to below `starts[i + 1]`, the last one to infinity; `shares` (0 to 1) by group."""

    starts: tuple[float, ...]
    shares: dict[str, tuple[float, ...]]


def histogram(groups: Mapping[str, Sequence[float]], *, least_width: float) -> Histogram:
    """Bins of 1, 2 or 5 times a power of ten, from 0 up, so that the largest half percent of all stands in the last.

    Args:
        groups: numbers of at least 0 by name; a group may be empty.
        least_width: of a bin; 1 for counts, so that a bin never stands for nothing.
    """
    upper = _upper(sorted(value for values in groups.values() for value in values))
    width = _round_width(upper / _MOST_BINS, least_width)
    bins = _bin(upper, width) + 1
    starts = tuple(round(index * width, 9) for index in range(bins))
    return Histogram(starts, {name: _shares(values, width, bins) for name, values in groups.items()})


def _upper(ordered: Sequence[float]) -> float:
    return ordered[math.ceil((1 - _TAIL) * len(ordered)) - 1] if ordered else 0.0


def _round_width(width: float, least: float) -> float:
    if width <= least:
        return least
    power = 10.0 ** math.floor(math.log10(width))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= width * (1 - _ROUNDING))


def _bin(value: float, width: float) -> int:
    return math.floor(value / width + _ROUNDING)


def _shares(values: Sequence[float], width: float, bins: int) -> tuple[float, ...]:
    counts = [0] * bins
    for value in values:
        counts[min(_bin(value, width), bins - 1)] += 1
    return tuple(count / max(len(values), 1) for count in counts)
