"""What the captions of an annotated split say about themselves, against what people say about the pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from captioner.agreement import CRITERION, agrees
from captioner.calibration import cross_fitted, fit_calibration, state
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


def judge(records: Sequence[CaptionRecord], captions: Mapping[int, Caption]) -> tuple[list[Caption], np.ndarray]:
    """The captions of those records that have one, and whether people agree with them, bool `(captions,)`."""
    pairs = [(captions[record.image_id], record) for record in records if record.image_id in captions]
    return [caption for caption, _ in pairs], np.array([agrees(each.text, record.captions) for each, record in pairs])


def measure_confidence(
    captions: Sequence[Caption], agreed: np.ndarray, calibration: CalibrationConfig | None = None
) -> Confidence:
    """The reliability under a calibration of before; without one, of the raw probabilities alone."""
    stated = None if calibration is None else state(calibration, captions)
    return _confidence(captions, agreed, stated, "without calibration" if stated is None else "calibrated before")


def calibrate(
    captions: Sequence[Caption], agreed: np.ndarray, *, length_penalty: float
) -> tuple[CalibrationConfig, Confidence]:
    """A calibration fitted to all captions, and the reliability of such ones where they were not fitted.

    Raises:
        DataError: there are too few captions.
    """
    calibration = fit_calibration(captions, agreed, length_penalty=length_penalty, criterion=CRITERION)
    stated = cross_fitted(captions, agreed, length_penalty=length_penalty, criterion=CRITERION)
    return calibration, _confidence(captions, agreed, stated, "fitted to four fifths, stated of the other")


def _confidence(captions: Sequence[Caption], agreed: np.ndarray, stated: np.ndarray | None, basis: str) -> Confidence:
    raw = np.exp([caption.log_probability / caption.tokens for caption in captions])
    calibrated = None if stated is None else Reliability.measure(stated, agreed)
    return Confidence(Reliability.measure(raw, agreed), calibrated, float(np.mean(agreed)), basis)
