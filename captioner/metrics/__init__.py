"""Scores of generated captions; usable without any of our models, and without Keras but for `ScoreCallback`."""

from typing import TYPE_CHECKING, Any

from captioner.metrics.cider import CiderD
from captioner.metrics.cider_reward import CiderReward
from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.metrics.metric import Metric
from captioner.metrics.scorer import METRICS, score, score_captions
from captioner.metrics.scores import Scores
from captioner.metrics.selection import score_available
from captioner.metrics.significance import Difference, compare
from captioner.metrics.tokenizer import tokenize

if TYPE_CHECKING:
    from captioner.metrics.score_callback import ScoreCallback

__all__ = [
    "METRICS",
    "CiderD",
    "CiderReward",
    "Difference",
    "DocumentFrequencies",
    "Metric",
    "ScoreCallback",
    "Scores",
    "compare",
    "score",
    "score_available",
    "score_captions",
    "tokenize",
]


def __getattr__(name: str) -> Any:
    if name != "ScoreCallback":
        raise AttributeError(f"module 'captioner.metrics' has no attribute {name!r}")
    from captioner.metrics.score_callback import ScoreCallback  # Needs Keras, which takes seconds to load.

    return ScoreCallback
