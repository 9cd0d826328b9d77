"""The scores of one set of captions: of the corpus, of every image, and how far they can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from captioner.metrics.metric import Metric
from captioner.metrics.resampling import bootstrap_weights, check_resampling, percentile_intervals, resampled_scores

ImageId = int | str


@dataclass(frozen=True, eq=False)
class Scores:
    """What the metrics found.

    Attributes:
        images: ids; all arrays over images are in this order.
        metrics: what was computed.
        statistics: by metric name, float64 `(images, k)`; see `Metric.statistics`.
    """

    images: tuple[ImageId, ...]
    metrics: tuple[Metric, ...]
    statistics: Mapping[str, np.ndarray]

    @cached_property
    def corpus(self) -> dict[str, float]:
        """Scores of all captions together, by coco-caption's names."""
        return {
            name: float(value)
            for metric in self.metrics
            for name, value in zip(metric.score_names, metric.corpus(self.statistics[metric.name]), strict=True)
        }

    @cached_property
    def per_image(self) -> dict[str, np.ndarray]:
        """Scores of every caption, by coco-caption's names, each `(images,)`."""
        return {
            name: column
            for metric in self.metrics
            for name, column in zip(metric.score_names, metric.per_image(self.statistics[metric.name]).T, strict=True)
        }

    def intervals(
        self, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
    ) -> dict[str, tuple[float, float]]:
        """Percentile bootstrap intervals of the corpus scores (Efron and Tibshirani 1993, chapter 13).

        They answer what other images of the same kind would have given, the captioner being the same. All scores are
        those of the same resamples. CIDEr's document frequencies are not counted anew for each of them.

        Args:
            confidence: of the resampled scores this share lies within the interval.
            resamples: corpora drawn with replacement, each with as many images as there are.
            seed: of the drawing.

        Returns:
            Lower and upper end by score name.

        Raises:
            MetricError: `confidence` is not between 0 and 1, or `resamples` is not positive.
        """
        check_resampling(confidence, resamples)
        intervals: dict[str, tuple[float, float]] = {}
        for metric in self.metrics:
            weights = bootstrap_weights(len(self.images), resamples, seed)
            samples = resampled_scores(metric, self.statistics[metric.name], weights)
            intervals |= zip(metric.score_names, percentile_intervals(samples, confidence), strict=True)
        return intervals
