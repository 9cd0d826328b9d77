"""The best epoch: of a stage, and of a run."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from captioner.bundle_files import read_metrics
from groundwork.errors import BundleError


def best_score(bundle: Path, monitor: str) -> float:
    """A score of a stage's best bundle, -inf before there is one."""
    try:
        return read_metrics(bundle)["scores"][0]["values"][monitor]
    except (BundleError, KeyError, IndexError):
        return -np.inf


def best_bundle(bundles: Iterable[Path], monitor: str) -> Path:
    """The one of the stages' best bundles that has the highest score; of equal ones the first."""
    return max(bundles, key=lambda bundle: best_score(bundle, monitor))
