"""Corpora drawn again from the images of one corpus, as counts, and the scores of such corpora."""

from collections.abc import Iterable, Iterator

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.metric import Metric

CHUNK = 2**22  # counts in memory at once: 32 MiB


def bootstrap_weights(images: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each image stands in each resample, of which each has as many images as the corpus.

    Yields:
        float64 `(some resamples, images)`, all together `resamples` rows; the same for the same seed.
    """
    generator = np.random.default_rng(seed)
    for rows in _chunks(images, resamples):
        drawn = generator.integers(images, size=(rows, images)) + images * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * images)
        yield counts.reshape(rows, images).astype(np.float64)


def swap_weights(images: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Which images have their two captions exchanged in each trial, each with probability 1/2.

    Yields:
        float64 `(some resamples, images)` of 0 and 1, all together `resamples` rows; the same for the same seed.
    """
    generator = np.random.default_rng(seed)
    for rows in _chunks(images, resamples):
        yield generator.integers(2, size=(rows, images)).astype(np.float64)


def _chunks(images: int, resamples: int) -> Iterator[int]:
    rows = max(CHUNK // images, 1)
    for start in range(0, resamples, rows):
        yield min(rows, resamples - start)


def percentile_intervals(samples: np.ndarray, confidence: float) -> list[tuple[float, float]]:
    """The middle part of each column of `samples`, `(resamples, scores)`, that holds `confidence` of its values."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def resampled_scores(metric: Metric, statistics: np.ndarray, weights: Iterable[np.ndarray]) -> np.ndarray:
    """Corpus scores `(resamples, scores)` under chunks of weights."""
    return np.concatenate([metric.corpus(statistics, rows) for rows in weights])


def check_resampling(confidence: float, resamples: int) -> None:
    """Raises MetricError unless the options of a resampling make sense."""
    if not 0 < confidence < 1:
        raise MetricError(f"`confidence` must lie between 0 and 1, received {confidence}.")
    if resamples < 1:
        raise MetricError(f"`resamples` must be at least 1, received {resamples}.")
