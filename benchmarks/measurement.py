"""What all benchmarks share: taking turns, medians, and one ratio as a small table or as one JSON object."""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Any

from groundwork.console import progress

Side = Callable[[int], float]


def seconds(action: Callable[[], object]) -> float:
    """How long a call takes by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def take_turns(rounds: int, *sides: Side) -> list[list[float]]:
    """Measures A, B, A, B, ..., so that a machine that slows down slows all sides alike.

    Args:
        rounds: how often each side is measured.
        sides: each takes the number of the round and returns what it measured.

    Returns:
        For each side its values, one a round.
    """
    values: list[list[float]] = [[] for _ in sides]
    for turn in progress(range(rounds), total=rounds, unit=" rounds"):
        for side, measured in zip(sides, values, strict=True):
            measured.append(side(turn))
    return values


@dataclass(frozen=True)
class Goal:
    """The bound that a ratio should keep."""

    bound: float
    at_least: bool = False

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.bound:g}"


@dataclass(frozen=True)
class Comparison:
    """Measurements of one run and the ratio that they stand for.

    Attributes:
        benchmark: its name.
        unit: of all measurements.
        rows: measurements by name, one a round.
        numerator: the row above the fraction line.
        denominator: the row below it.
        goal: what the ratio should be.
        conditions: what a reader must know to repeat the run.
        further: other ratios of medians, by a phrase that says what they are.
    """

    benchmark: str
    unit: str
    rows: Mapping[str, Sequence[float]]
    numerator: str
    denominator: str
    goal: Goal
    conditions: Mapping[str, Any]
    further: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Ratio of the medians."""
        return ratio(self.rows[self.numerator], self.rows[self.denominator])

    @property
    def ratios(self) -> list[float]:
        """The ratio within each round: how much the result can be trusted."""
        pairs = zip(self.rows[self.numerator], self.rows[self.denominator], strict=True)
        return [above / below for above, below in pairs]

    def as_json(self) -> str:
        """One object on one line."""
        return json.dumps(
            {
                "benchmark": self.benchmark,
                "ratio": self.ratio,
                "ratio_lowest": min(self.ratios),
                "ratio_highest": max(self.ratios),
                "goal": str(self.goal),
                "goal_met": self.goal.is_met(self.ratio),
                "unit": self.unit,
                "medians": {name: median(values) for name, values in self.rows.items()},
                "further": dict(self.further),
                "conditions": dict(self.conditions),
            }
        )

    def as_table(self) -> str:
        """A row for each side, the ratio, and the conditions."""
        verdict = "met" if self.goal.is_met(self.ratio) else "missed"
        lines = [
            table(self.rows, unit=self.unit),
            "",
            f"ratio {self.ratio:.2f} ({min(self.ratios):.2f} to {max(self.ratios):.2f}), goal {self.goal}: {verdict}",
            *(f"{phrase}: {value:.2f}" for phrase, value in self.further.items()),
            ", ".join(f"{name} {value}" for name, value in self.conditions.items()),
        ]
        return "\n".join(lines)


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Median over median."""
    return median(above) / median(below)


def table(rows: Mapping[str, Sequence[float]], *, unit: str) -> str:
    """Median, lowest and highest value of each row, in aligned columns."""
    width = max(map(len, [unit, *rows]))
    lines = [f"{unit:<{width}}  {'median':>9}  {'lowest':>9}  {'highest':>9}"]
    for name, values in rows.items():
        figures = (median(values), min(values), max(values))
        lines.append(f"{name:<{width}}  " + "  ".join(f"{figure:>9.4g}" for figure in figures))
    return "\n".join(lines)


def conditions(rounds: int, **others: Any) -> dict[str, Any]:
    """The machine and the software of this run, and whatever else matters."""
    libraries = {name: version(name) for name in ("tensorflow", "keras")}
    return {"rounds": rounds, **others, "CPUs": os.cpu_count(), "Python": platform.python_version(), **libraries}
