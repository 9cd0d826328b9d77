"""What a metric offers: numbers for each image, from which scores of images, corpora and resampled corpora follow."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from captioner.metrics.ngrams import NgramIndex

Tokens = Sequence[str]


class Metric(Protocol):
    """Scores of captions against references, by way of what each image contributes to the score of a corpus.

    A bootstrap is then a matrix product: `corpus(statistics, weights)` with resampled counts as weights.
    """

    @property
    def name(self) -> str:
        """What `--metrics` takes: lower case, for example `"rouge_l"`."""

    @property
    def score_names(self) -> tuple[str, ...]:
        """coco-caption's names of the scores, for example `("ROUGE_L",)`."""

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """What each image contributes, float64 `(images, k)`; k is the metric's own.

        Args:
            references: for each image the words of its human captions, at least one caption.
            candidates: for each image the words of one generated caption; there may be none.
        """

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """Scores of a corpus in which image i stands `weights[..., i]` times, or each image once.

        Args:
            statistics: `(images, k)`.
            weights: `(..., images)`.

        Returns:
            float64 `(..., len(score_names))`.
        """

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """Scores of every image on its own, float64 `(images, len(score_names))`."""


@runtime_checkable
class NgramMetric(Metric, Protocol):
    """A metric that needs no more than counts of n-grams, which several metrics can then share."""

    def ngram_statistics(self, index: NgramIndex) -> np.ndarray:
        """As `statistics`, from the n-grams of the same captions."""


def weighted_sum(statistics: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """`(..., k)`: the columns of `statistics` added up, image i counted `weights[..., i]` times."""
    return statistics.sum(axis=0) if weights is None else weights @ statistics


def weighted_mean(statistics: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """`(..., k)`: the means of the columns: the corpus score of a metric that averages over images."""
    return statistics.mean(axis=0) if weights is None else weights @ statistics / weights.sum(axis=-1, keepdims=True)
