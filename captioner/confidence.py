"""What the captions of an annotated split say about themselves, against what people say about the pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from captioner.agreement import CRITERION, agrees
from captioner.calibration import cross_fitted, fit_calibration
from captioner.config import CalibrationConfig
from captioner.data.coco import CaptionRecord
from captioner.generation import Caption
from captioner.reliability import Reliability


@dataclass(frozen=True)
class Confidence:
    """The reliability of captions.

    Attributes:
        raw: of the geometric mean of the probabilities of a caption's tokens.
        calibrated: of the confidence; None if there is no calibration.
        agreed: share of the captions that people agree with.
        basis: where the calibration comes from.
    """

    raw: Reliability
    calibrated: Reliability | None
    agreed: float
    basis: str

    def lines(self) -> list[str]:
        """What a person wants to know of it."""
        lines = [
            f"people agree with {self.agreed:.1%} of the captions: {CRITERION}",
            f"expected calibration error {self.raw.error:.3f}, of the mean probability of a token",
        ]
        if self.calibrated is not None:
            lines.append(f"expected calibration error {self.calibrated.error:.3f}, of the confidence, {self.basis}")
        return lines

    def plain(self) -> dict[str, Any]:
        """All numbers, JSON-able."""
        described = {"criterion": CRITERION, "agreed": self.agreed, "basis": self.basis}
        curves = {"raw": self.raw, "calibrated": self.calibrated}
        return described | {name: {**vars(curve), "error": curve.error} for name, curve in curves.items() if curve}


def judge(records: Sequence[CaptionRecord], captions: Mapping[int, Caption]) -> tuple[np.ndarray, np.ndarray]:
    """Mean log-probabilities, and whether people agree, both `(captions,)`, of those records that are captioned."""
    pairs = [(captions[record.image_id], record) for record in records if record.image_id in captions]
    mean_log_probs = np.array([caption.mean_log_probability for caption, _ in pairs])
    return mean_log_probs, np.array([agrees(caption.text, record.captions) for caption, record in pairs])


def measure_confidence(
    mean_log_probs: np.ndarray, agreed: np.ndarray, calibration: CalibrationConfig | None = None
) -> Confidence:
    """The reliability under a calibration of before; without one, of the raw probabilities alone."""
    raw, share = Reliability.measure(np.exp(mean_log_probs), agreed), float(np.mean(agreed))
    if calibration is None:
        return Confidence(raw, None, share, "without calibration")
    stated = np.array([calibration.confidence(value) for value in mean_log_probs])
    return Confidence(raw, Reliability.measure(stated, agreed), share, "calibrated before")


def calibrate(mean_log_probs: np.ndarray, agreed: np.ndarray) -> tuple[CalibrationConfig, Confidence]:
    """A calibration fitted to all captions, and the reliability of such ones where they were not fitted.

    Raises:
        DataError: there are too few captions.
    """
    calibration = fit_calibration(mean_log_probs, agreed, criterion=CRITERION)
    stated = cross_fitted(mean_log_probs, agreed, criterion=CRITERION)
    raw = Reliability.measure(np.exp(mean_log_probs), agreed)
    held_out = Reliability.measure(stated, agreed)
    return calibration, Confidence(
        raw, held_out, float(np.mean(agreed)), "calibrated on four fifths, stated on the other"
    )
