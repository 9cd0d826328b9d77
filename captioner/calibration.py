"""Fits what a caption's probability means: how often people agree with captions as probable as this one."""

import numpy as np

from captioner.config import CalibrationConfig
from groundwork.errors import DataError

FEWEST = 20
ITERATIONS = 50


def fit_calibration(mean_log_probs: np.ndarray, agreed: np.ndarray, *, criterion: str) -> CalibrationConfig:
    """The logistic function of greatest likelihood, by Newton's method.

    As in Platt 1999, section 2.2, the targets are not 1 and 0 but (n + 1) / (n + 2) and 1 / (n + 2) with the number n
    of captions that are agreed with and that are not, so that it exists even where the two can be told apart.

    Args:
        mean_log_probs: float `(captions,)`, the mean log-probability of each caption's tokens.
        agreed: bool `(captions,)`.
        criterion: what `agreed` says.

    Raises:
        DataError: there are fewer than 20 captions, or all are as probable.
    """
    if len(agreed) < FEWEST or np.ptp(mean_log_probs) == 0:
        raise DataError(f"A calibration needs at least {FEWEST} captions that differ; there are {len(agreed)}.")
    right, wrong = np.sum(agreed), np.sum(~agreed)
    targets = np.where(agreed, (right + 1) / (right + 2), 1 / (wrong + 2))
    inputs = np.stack([mean_log_probs, np.ones_like(mean_log_probs)], axis=1)  # (captions, 2)
    weights = np.zeros(2)
    for _ in range(ITERATIONS):
        predicted = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (targets - predicted)
        curvature = (inputs * (predicted * (1 - predicted))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    slope, intercept = map(float, weights)
    return CalibrationConfig(slope=slope, intercept=intercept, criterion=criterion)


def cross_fitted(
    mean_log_probs: np.ndarray, agreed: np.ndarray, *, criterion: str, folds: int = 5, seed: int = 0
) -> np.ndarray:
    """The confidence of each caption under a calibration that was fitted to the other folds, `(captions,)`.

    Errors as `fit_calibration`.
    """
    fold = np.random.default_rng(seed).permutation(len(agreed)) % folds
    confidences = np.empty(len(agreed))
    for number in range(folds):
        others = fold != number
        calibration = fit_calibration(mean_log_probs[others], agreed[others], criterion=criterion)
        confidences[~others] = [calibration.confidence(value) for value in mean_log_probs[~others]]
    return confidences
