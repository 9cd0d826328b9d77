"""Scores by all metrics that can be computed here, or by those asked for, and why the others were not computed."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from captioner.errors import MetricError
from captioner.metrics.meteor import Meteor
from captioner.metrics.metric import Metric
from captioner.metrics.scorer import Candidates, References, score_captions
from captioner.metrics.scores import Scores
from captioner.metrics.spice import Spice


class ExternalMetric(Metric, Protocol):
    """A metric that needs a program which may not be there."""

    def unavailable(self) -> str | None:
        """Why it cannot be computed, as the second half of a sentence; None if it can."""


EXTERNAL_METRICS: dict[str, ExternalMetric] = {metric.name: metric for metric in (Meteor(), Spice())}

# In the order of coco-caption's table.
METRIC_NAMES = ("bleu", "meteor", "rouge_l", "cider", "cider_d", "spice")


def score_available(
    references: References, candidates: Candidates, names: Iterable[str] | None = None
) -> tuple[Scores, dict[str, str]]:
    """Scores captions by the metrics of these names, or by all that can be computed here.

    Args:
        references: as `score_captions` takes them.
        candidates: likewise.
        names: some of `METRIC_NAMES`; None asks for all, but does not insist.

    Returns:
        The scores, in the order of `METRIC_NAMES`; and for each score that is missing the reason, by coco-caption's
        name, as the second half of a sentence.

    Raises:
        MetricError: as `score_captions`, or a metric that was asked for by its name cannot be computed.
    """
    asked = METRIC_NAMES if names is None else tuple(names)
    parts = [score_captions(references, candidates, [name for name in asked if name not in EXTERNAL_METRICS])]
    missing: dict[str, str] = {}
    for metric in [EXTERNAL_METRICS[name] for name in asked if name in EXTERNAL_METRICS]:
        part = _external_scores(metric, references, candidates)
        if isinstance(part, Scores):
            parts.append(part)
        else:
            missing |= dict.fromkeys(metric.score_names, part)
    if names is not None:
        _insist(missing)
    return _joined(parts), missing


def require_metrics(names: Iterable[str] | None) -> None:
    """Raises MetricError if one of the metrics asked for by name cannot be computed, before any work is done."""
    asked = [EXTERNAL_METRICS[name] for name in names or () if name in EXTERNAL_METRICS]
    reasons = {name: metric.unavailable() for metric in asked for name in metric.score_names}
    _insist({name: reason for name, reason in reasons.items() if reason is not None})


def _insist(missing: Mapping[str, str]) -> None:
    if missing:
        raise MetricError(" ".join(f"{name} cannot be computed: {reason}." for name, reason in missing.items()))


def _external_scores(metric: ExternalMetric, references: References, candidates: Candidates) -> Scores | str:
    """The scores, or why there are none."""
    reason = metric.unavailable()
    if reason is not None:
        return reason
    try:
        return score_captions(references, candidates, [metric])
    except MetricError as error:
        return str(error).rstrip(".")


def _joined(parts: list[Scores]) -> Scores:
    """Scores of the same captions by several metrics as one, in the order of the table."""
    metrics = sorted((metric for part in parts for metric in part.metrics), key=_place)
    statistics = {name: values for part in parts for name, values in part.statistics.items()}
    return Scores(parts[0].images, tuple(metrics), statistics)


def _place(metric: Metric) -> int:
    return METRIC_NAMES.index(metric.name)
