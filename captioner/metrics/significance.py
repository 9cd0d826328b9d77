"""Whether one set of captions scores better than another by more than the choice of images explains."""

from dataclasses import dataclass

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.metric import Metric
from captioner.metrics.resampling import (
    bootstrap_weights,
    check_resampling,
    percentile_intervals,
    resampled_scores,
    swap_weights,
)
from captioner.metrics.scores import Scores


@dataclass(frozen=True)
class Difference:
    """How one score differs between two sets of captions.

    Attributes:
        difference: of the corpus scores, first minus second.
        interval: lower and upper end of the difference by a paired bootstrap.
        p: how likely a difference of at least this size, in either direction, were if the two were equally good.
    """

    difference: float
    interval: tuple[float, float]
    p: float


def compare(
    first: Scores, second: Scores, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> dict[str, Difference]:
    """Compares two sets of captions for the same images and references, score by score.

    The interval comes from a paired bootstrap: both sets are scored on the same resampled images (Koehn 2004,
    "Statistical significance tests for machine translation evaluation"). The p-value comes from approximate
    randomisation (Noreen 1989): if the two were equally good, it would not matter which of an image's two captions is
    whose, so they change places at random, and p is the share of such trials, the observed one among them, with a
    difference at least as large. It is less prone to find differences that are not there than a p-value by bootstrap
    (Riezler and Maxwell 2005), so at the border of significance the two can disagree.

    Args:
        first: scores of one set of captions.
        second: of another one; the images may be in another order.
        confidence: of the intervals.
        resamples: how many corpora and how many trials are drawn; p is at least 1 / (resamples + 1).
        seed: of the drawing.

    Returns:
        A difference for each score that both have.

    Raises:
        MetricError: the images differ, the two have no metric in common, or an option is out of range.
    """
    check_resampling(confidence, resamples)
    places = _places(first, second)
    differences: dict[str, Difference] = {}
    for metric in first.metrics:
        if metric.name in second.statistics:
            ours, theirs = first.statistics[metric.name], second.statistics[metric.name][places]
            observed = metric.corpus(ours) - metric.corpus(theirs)
            intervals = _intervals(metric, ours, theirs, confidence, resamples, seed)
            chances = _chances(metric, ours, theirs, resamples, seed)
            for name, *values in zip(metric.score_names, observed.tolist(), intervals, chances, strict=True):
                differences[name] = Difference(*values)
    if not differences:
        raise MetricError("The two sets of scores have no metric in common.")
    return differences


def _places(first: Scores, second: Scores) -> list[int]:
    """Where the images of the first stand in the second."""
    places = {image: place for place, image in enumerate(second.images)}
    odd = set(first.images) ^ places.keys()
    if odd:
        raise MetricError(
            f"Only scores of the same images can be compared; {len(odd)} images are in one of the two alone, "
            f"the first is {min(odd, key=str)}."
        )
    return [places[image] for image in first.images]


def _intervals(
    metric: Metric, ours: np.ndarray, theirs: np.ndarray, confidence: float, resamples: int, seed: int
) -> list[tuple[float, float]]:
    samples = [
        resampled_scores(metric, statistics, bootstrap_weights(len(ours), resamples, seed))
        for statistics in (ours, theirs)
    ]
    return percentile_intervals(samples[0] - samples[1], confidence)


def _chances(metric: Metric, ours: np.ndarray, theirs: np.ndarray, resamples: int, seed: int) -> list[float]:
    """The p-values of all scores of a metric, by approximate randomisation."""
    both = np.concatenate([ours, theirs])
    observed = np.abs(metric.corpus(ours) - metric.corpus(theirs))
    extreme = np.zeros(len(metric.score_names))
    for swapped in swap_weights(len(ours), resamples, seed):
        one = metric.corpus(both, np.concatenate([1 - swapped, swapped], axis=1))
        other = metric.corpus(both, np.concatenate([swapped, 1 - swapped], axis=1))
        extreme += (np.abs(one - other) >= observed * (1 - 1e-9)).sum(axis=0)  # Rounding must not break ties.
    return ((extreme + 1) / (resamples + 1)).tolist()
