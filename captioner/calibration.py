"""Fits what a caption's probability means: how often people agree with captions as probable as this one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from captioner.config import CalibrationConfig
from captioner.generation import Caption
from groundwork.errors import DataError

FEWEST = 20
ITERATIONS = 100


def fit_calibration(
    captions: Sequence[Caption], agreed: np.ndarray, *, length_penalty: float, criterion: str
) -> CalibrationConfig:
    """The calibration of greatest likelihood.

    As in Platt 1999, section 2.2, the targets are not 1 and 0 but (n + 1) / (n + 2) and 1 / (n + 2) with the number n
    of captions that are agreed with and that are not, so that it exists even where the two can be told apart.

    Args:
        captions: with their probabilities.
        agreed: bool `(captions,)`.
        length_penalty: see `CalibrationConfig`; that of the search makes the ranks of confidence those of the scores.
        criterion: what `agreed` says.

    Raises:
        DataError: there are fewer than 20 captions, or all are as probable.
    """
    start = CalibrationConfig(slope=0.0, intercept=0.0, length_penalty=length_penalty, criterion=criterion)
    logs = np.log([start.surprise(caption.log_probability, caption.tokens) for caption in captions])
    if len(agreed) < FEWEST or np.ptp(logs) == 0:
        raise DataError(f"A calibration needs at least {FEWEST} captions that differ; there are {len(agreed)}.")
    right, wrong = np.sum(agreed), np.sum(~agreed)
    targets = np.where(agreed, (right + 1) / (right + 2), 1 / (wrong + 2))
    slope, intercept = logistic_regression(np.stack([logs, np.ones_like(logs)], axis=1), targets)
    return replace(start, slope=float(slope), intercept=float(intercept))


def logistic_regression(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Weights `(columns,)` of greatest likelihood by Newton's method; inputs `(rows, columns)`, targets 0 to 1."""
    weights = np.zeros(inputs.shape[1])
    for _ in range(ITERATIONS):
        predicted = 0.5 * (1 + np.tanh(inputs @ weights / 2))
        curvature = (inputs * (predicted * (1 - predicted))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, inputs.T @ (targets - predicted))
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def state(calibration: CalibrationConfig, captions: Sequence[Caption]) -> np.ndarray:
    """The confidence of each caption, `(captions,)`."""
    return np.array([calibration.confidence(caption.log_probability, caption.tokens) for caption in captions])


def cross_fitted(
    captions: Sequence[Caption],
    agreed: np.ndarray,
    *,
    length_penalty: float,
    criterion: str,
    folds: int = 5,
    seed: int = 0,
) -> np.ndarray:
    """The confidence of each caption under a calibration that was fitted to the other folds, `(captions,)`.

    Arguments and errors as `fit_calibration`.
    """
    fold = np.random.default_rng(seed).permutation(len(agreed)) % folds
    confidences = np.empty(len(agreed))
    for number in range(folds):
        inside, outside = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        calibration = fit_calibration(
            [captions[index] for index in outside.tolist()],
            agreed[outside],
            length_penalty=length_penalty,
            criterion=criterion,
        )
        confidences[inside] = state(calibration, [captions[index] for index in inside.tolist()])
    return confidences
