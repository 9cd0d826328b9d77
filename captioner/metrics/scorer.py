"""All metrics over the same tokenized captions; a new one is a line in `METRICS`."""

from collections.abc import Callable, Mapping, Sequence

from captioner.errors import MetricError
from captioner.metrics.bleu import Tokens, corpus_bleu
from captioner.metrics.tokenizer import tokenize

Metric = Callable[[Mapping[int, Sequence[Tokens]], Mapping[int, Tokens]], dict[str, float]]

# In the order of coco-caption's table; each returns its values under coco-caption's names.
METRICS: tuple[Metric, ...] = (corpus_bleu,)


def score(references: Mapping[int, Sequence[str]], candidates: Mapping[int, Sequence[str]]) -> dict[str, float]:
    """Scores by coco-caption's names.

    Args:
        references: for each image its human captions.
        candidates: for each of the same images a list of one generated caption.

    Raises:
        MetricError: there are no images, the two name different ones, or an image lacks a reference or a candidate.
    """
    check(references, candidates)
    reference_tokens = {image: [tokenize(text) for text in texts] for image, texts in references.items()}
    candidate_tokens = {image: tokenize(texts[0]) for image, texts in candidates.items()}
    scores: dict[str, float] = {}
    for metric in METRICS:
        scores |= metric(reference_tokens, candidate_tokens)
    return scores


def check(references: Mapping[int, Sequence[str]], candidates: Mapping[int, Sequence[str]]) -> None:
    """Raises MetricError, with one sentence, if the two cannot be compared."""
    if not references:
        raise MetricError("There is nothing to score: no image has a reference caption.")
    for image in candidates:
        if image not in references:
            raise MetricError(f"Image {image} has a generated caption but no reference captions.")
        if len(candidates[image]) != 1:
            raise MetricError(f"Image {image} needs one generated caption, received {len(candidates[image])}.")
    for image, texts in references.items():
        if image not in candidates:
            raise MetricError(f"Image {image} has reference captions but no generated one.")
        if not texts:
            raise MetricError(f"Image {image} has an empty list of reference captions.")
