"""How often captions are right that state a certain confidence."""

from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Captions in bins of as nearly the same number as can be, from the least to the most confident.

    Attributes:
        counts: captions in each bin.
        stated: mean confidence in each bin.
        observed: share of right captions in each bin.
    """

    counts: tuple[int, ...]
    stated: tuple[float, ...]
    observed: tuple[float, ...]

    @classmethod
    def measure(cls, confidences: np.ndarray, right: np.ndarray, *, bins: int = BINS) -> "Reliability":
        """Of confidences, float `(captions,)`, and bool `(captions,)`; there are never more bins than captions."""
        order = np.argsort(confidences, kind="stable")
        parts = np.array_split(order, min(bins, len(order)))
        return cls(
            tuple(len(part) for part in parts),
            tuple(float(np.mean(confidences[part])) for part in parts),
            tuple(float(np.mean(right[part])) for part in parts),
        )

    @property
    def error(self) -> float:
        """The expected calibration error: the mean over captions of |stated - observed| of their bins.

        C. Guo et al., "On calibration of modern neural networks", 2017, equation 3, with bins of equal numbers.
        """
        gaps = np.abs(np.subtract(self.stated, self.observed))
        return float(np.average(gaps, weights=self.counts))

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the 95 % intervals of `observed` (Wilson 1927), each `(bins,)`."""
        z, counts, observed = 1.96, np.array(self.counts), np.array(self.observed)
        centre = (observed + z**2 / (2 * counts)) / (1 + z**2 / counts)
        reach = z / (1 + z**2 / counts) * np.sqrt(observed * (1 - observed) / counts + z**2 / (4 * counts**2))
        return centre - reach, centre + reach
