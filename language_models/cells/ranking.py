"""Which units track a feature of the text: chosen on one half of it, judged on the other, and compared with chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from groundwork.errors import DataError
from language_models.cells.activations import Quantity
from language_models.cells.features import Feature

LEAST_CHARACTERS = 200
CHANCE_LEVEL = 0.99


class Tracker(NamedTuple):
    """A unit that was chosen for a feature: its correlation with it where it was chosen, and on held-out text."""

    quantity: int
    unit: int
    chosen_by: float
    held_out: float


@dataclass(frozen=True)
class Ranking:
    """The units that follow one feature best.

    Attributes:
        trackers: by correlation on the first half of the text, the strongest, of either sign, first.
        threshold: size of held-out correlation that the same choosing reaches by chance once in a hundred times; None
            if the feature is constant in one of the halves, so that nothing can be said and there are no trackers.
    """

    feature: Feature
    trackers: tuple[Tracker, ...]
    threshold: float | None

    def tracks(self, tracker: Tracker) -> bool:
        """Whether a unit's held-out correlation is beyond chance and of the sign for which it was chosen."""
        if self.threshold is None or np.sign(tracker.chosen_by) != np.sign(tracker.held_out):
            return False
        return abs(tracker.held_out) > self.threshold

    @property
    def best(self) -> Tracker | None:
        """The unit chosen first, if it tracks the feature."""
        return next((tracker for tracker in self.trackers[:1] if self.tracks(tracker)), None)


def rank_units(
    text: str,
    quantities: Sequence[Quantity],
    features: Sequence[Feature],
    *,
    count: int = 8,
    shifts: int = 200,
    seed: int = 0,
) -> list[Ranking]:
    """For each feature the units whose values follow it, with a proof that it is not chance.

    The statistic is Pearson's correlation r of a unit's values with the feature over the characters. Units of all
    quantities compete by the size of r on the first half of the text; what is reported is r on the second half,
    which had no part in the choice. Thousands of units and smooth values make large correlations common, so the
    threshold repeats all of it, choosing included, with the feature moved around the text by a random distance: that
    keeps how the feature runs from character to character and takes away what it has to do with this text. The
    threshold is the 99th percentile of the size of r that the unit chosen first then has on the second half.

    Args:
        text: what was read; only whole halves of it are used.
        quantities: as `trace` returns them.
        features: what to look for.
        count: units kept for each feature.
        shifts: random moves.
        seed: seed of the moves.

    Raises:
        DataError: the text is too short to say anything.
    """
    if len(text) < LEAST_CHARACTERS:
        raise DataError(f"The text has {len(text)} characters; ranking units needs at least {LEAST_CHARACTERS}.")
    halves = [_standardized_units(quantities, half) for half in halves_of(len(text))]
    places = [(index, unit) for index, quantity in enumerate(quantities) for unit in range(quantity.values.shape[1])]
    moves = _random_moves(len(text), shifts, seed)
    return [_rank(feature, feature.measure(text), halves, places, moves, count) for feature in features]


def halves_of(length: int) -> tuple[slice, slice]:
    """Where units are chosen, and where they are judged."""
    return slice(0, length // 2), slice(length // 2, length // 2 * 2)


def _rank(feature, values, halves, places, moves, count) -> Ranking:
    first, second = (_standardized(values[half, None])[:, 0] for half in halves_of(len(values)))
    if not first.any() or not second.any():
        return Ranking(feature, (), None)
    chosen_by, held_out = first @ halves[0], second @ halves[1]
    order = np.argsort(-np.abs(chosen_by), kind="stable")[:count]
    trackers = (
        Tracker(places[index][0], places[index][1], float(chosen_by[index]), float(held_out[index])) for index in order
    )
    return Ranking(feature, tuple(trackers), _chance(values, halves, moves))


def _chance(values, halves, moves) -> float:
    """The size of held-out correlation that choosing reaches when the feature has nothing to do with the text."""
    moved = np.stack([np.roll(values, move) for move in moves], axis=1)  # (characters, moves)
    first, second = (_standardized(moved[half]) for half in halves_of(len(values)))
    chosen = np.argmax(np.abs(first.T @ halves[0]), axis=1)
    reached = np.abs(np.sum(second * halves[1][:, chosen], axis=0))
    return float(np.quantile(reached, CHANCE_LEVEL))


def _random_moves(length: int, shifts: int, seed: int) -> np.ndarray:
    # A small move would leave the feature nearly where it was.
    return np.random.default_rng(seed).integers(length // 10, length - length // 10, shifts)


def _standardized_units(quantities: Sequence[Quantity], half: slice) -> np.ndarray:
    return np.concatenate([_standardized(quantity.values[half]) for quantity in quantities], axis=1)


def _standardized(columns: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and length 1, so that their products are correlations; a constant column is all 0."""
    centred = columns - columns.mean(axis=0, dtype=np.float64).astype(np.float32)
    length = np.linalg.norm(centred, axis=0)
    scale = np.abs(columns).max(axis=0) * np.sqrt(len(columns))
    return np.where(length > 1e-6 * scale, centred / np.where(length > 0, length, 1), 0).astype(np.float32)
