"""All metrics over the same tokenized captions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.bleu import Bleu
from captioner.metrics.checks import check_captions
from captioner.metrics.cider import Cider, CiderD
from captioner.metrics.metric import Metric, NgramMetric, Tokens
from captioner.metrics.ngrams import index_ngrams
from captioner.metrics.rouge import RougeL
from captioner.metrics.scores import Scores
from captioner.metrics.tokenizer import tokenize

# Keys are image ids, `int` or `str`; named so, a dict with keys of one of these types would not be such a mapping.
References = Mapping[Any, Sequence[str]]
Candidates = Mapping[Any, Sequence[str]]

# In the order of coco-caption's table.
METRICS: dict[str, Metric] = {metric.name: metric for metric in (Bleu(), RougeL(), Cider(), CiderD())}


def score(
    references: References, candidates: Candidates, metrics: Iterable[str | Metric] = tuple(METRICS)
) -> dict[str, float]:
    """Scores of a corpus by coco-caption's names; arguments and errors as `score_captions`."""
    return score_captions(references, candidates, metrics).corpus


def score_captions(
    references: References, candidates: Candidates, metrics: Iterable[str | Metric] = tuple(METRICS)
) -> Scores:
    """Scores captions against the references of the same images.

    Args:
        references: for each image id, a whole number or text, its human captions.
        candidates: for each of the same ids a list of one generated caption. It may be empty; it then scores as an
            empty caption does in coco-caption.
        metrics: names from `METRICS`, or metrics.

    Raises:
        MetricError: there are no images, the two name different ones, an image lacks a caption, a caption is not text,
            or a metric is unknown.
    """
    chosen = tuple(find_metric(metric) for metric in metrics)
    check_captions(references, candidates)
    reference_tokens = [[tokenize(text) for text in texts] for texts in references.values()]
    candidate_tokens = [tokenize(candidates[image][0]) for image in references]
    return Scores(tuple(references), chosen, _statistics(chosen, reference_tokens, candidate_tokens))


def find_metric(metric: str | Metric) -> Metric:
    """A metric by its name; a metric itself is returned as it is.

    Raises:
        MetricError: there is none of this name.
    """
    if not isinstance(metric, str):
        return metric
    if metric not in METRICS:
        raise MetricError(f"There is no metric {metric!r}; the metrics are {', '.join(METRICS)}.")
    return METRICS[metric]


def _statistics(
    metrics: Sequence[Metric], references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]
) -> dict[str, np.ndarray]:
    index = None  # Counting n-grams takes longest; metrics share it.
    statistics = {}
    for metric in metrics:
        if isinstance(metric, NgramMetric):
            index = index or index_ngrams(references, candidates)
            statistics[metric.name] = metric.ngram_statistics(index)
        else:
            statistics[metric.name] = metric.statistics(references, candidates)
    return statistics
