"""A COCO pair, annotations and results, as a table of scores with intervals and conditions; needs no Keras."""

import argparse
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from captioner.data.coco import CaptionRecord, references
from captioner.data.coco_results import read_results
from captioner.errors import AnnotationError
from captioner.metrics.scores import Scores
from captioner.metrics.selection import EXTERNAL_METRICS, METRIC_NAMES, score_available
from groundwork.files import file_sha256

METRIC_CONDITIONS = {
    "metrics": "words as the Penn Treebank splits them, lower case, punctuation dropped; closest reference length in "
    "BLEU; document frequencies of these references in CIDEr",
    "intervals": "95 %, bootstrap over images, 1000 resamples",
}
EXTERNAL_PACKAGE = "pycocoevalcap"


@dataclass(frozen=True)
class Evaluation:
    """What a results file scores.

    Attributes:
        scores: by coco-caption's names.
        conditions: what they depend on.
        intervals: 95 % bootstrap intervals by the same names.
        not_computed: why a score is missing, by its name.
    """

    scores: dict[str, float]
    conditions: dict[str, Any]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    not_computed: dict[str, str] = field(default_factory=dict)

    def table(self) -> str:
        """Aligned columns, scores and intervals in percent as papers print them, and below them the conditions."""
        width = max(map(len, [*self.scores, *self.not_computed, *self.conditions]))
        scores = [f"{name:<{width}}  {100 * value:6.2f}{self._interval(name)}" for name, value in self.scores.items()]
        missing = [f"{name:<{width}}  not computed: {reason}" for name, reason in self.not_computed.items()]
        conditions = [f"{name:<{width}}  {value}" for name, value in self.conditions.items()]
        return "\n".join([*scores, *missing, "", *conditions])

    def notes(self) -> list[str]:
        """A sentence for each score that is missing."""
        return [f"{name} is not computed: {reason}." for name, reason in self.not_computed.items()]

    def _interval(self, name: str) -> str:
        if name not in self.intervals:
            return ""
        low, high = self.intervals[name]
        return f"  ({100 * low:.2f} to {100 * high:.2f})"


def score_results(
    records: Sequence[CaptionRecord], results: str | Path, metrics: Iterable[str] | None = None
) -> tuple[Scores, dict[str, str]]:
    """Scores a COCO results file against the records that have captions.

    Args:
        records: the annotated images; each one with captions must have a generated one.
        results: the results file.
        metrics: names; None takes all that can be computed here.

    Returns:
        The scores, and why others are missing, as `score_available`.

    Raises:
        AnnotationError: the file does not fit the records, as `read_results`.
        MetricError: a metric that was asked for cannot be computed.
    """
    scored = [record for record in records if record.captions]
    candidates = {image: [caption] for image, caption in read_results(results, records).items()}
    return score_available(references(scored), candidates, metrics)


def evaluate_results(
    records: Sequence[CaptionRecord],
    results: str | Path,
    *,
    conditions: Mapping[str, Any],
    metrics: Iterable[str] | None = None,
) -> Evaluation:
    """Scores a results file, with intervals; arguments and errors as `score_results`, conditions as `summarize`."""
    return summarize(*score_results(records, results, metrics), records=records, conditions=conditions)


def summarize(
    scores: Scores, not_computed: Mapping[str, str], *, records: Iterable[CaptionRecord], conditions: Mapping[str, Any]
) -> Evaluation:
    """Scores with their intervals; the conditions with the numbers of images and references and what else took part."""
    conditions = {
        **conditions,
        "images": len(scores.images),
        "reference_captions": sum(len(record.captions) for record in records),
    }
    external = [metric.score_names[0] for metric in scores.metrics if metric.name in EXTERNAL_METRICS]
    if external:
        conditions["official_tools"] = f"{' and '.join(external)} by {EXTERNAL_PACKAGE} {version(EXTERNAL_PACKAGE)}"
    return Evaluation(scores.corpus, conditions, scores.intervals(), dict(not_computed))


def require_captions(records: Sequence[CaptionRecord], annotations: str | Path) -> None:
    """Raises AnnotationError if there is nothing to score against."""
    if not any(record.captions for record in records):
        raise AnnotationError(f"{annotations} has no image with a caption.")


def file_conditions(label: str, path: str | Path) -> dict[str, str]:
    """A file's name, and the beginning of its SHA-256, under `label` and `label_sha256`."""
    return {label: Path(path).name, f"{label}_sha256": file_sha256(path)[:16]}


def software(packages: Sequence[str]) -> str:
    """Names and versions of installed packages and of Python, in one line."""
    return ", ".join([*(f"{name} {version(name)}" for name in packages), f"Python {platform.python_version()}"])


def metric_list(text: str) -> tuple[str, ...]:
    """An argument type: names of metrics with commas between them; `CIDEr-D` is as good as `cider_d`."""
    names = [name.strip().lower().replace("-", "_") for name in text.split(",")]
    for name in names:
        if name not in METRIC_NAMES:
            raise argparse.ArgumentTypeError(f"expected some of {','.join(METRIC_NAMES)}, received {name!r}")
    return tuple(dict.fromkeys(names))
