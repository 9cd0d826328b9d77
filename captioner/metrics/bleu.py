"""BLEU-1 to BLEU-4 of a whole corpus."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from nltk.translate.bleu_score import brevity_penalty, closest_ref_length
from nltk.util import ngrams

Tokens = Sequence[str]
ORDERS = (1, 2, 3, 4)


def corpus_bleu(references: Mapping[int, Sequence[Tokens]], candidates: Mapping[int, Tokens]) -> dict[str, float]:
    """Bleu_1 to Bleu_4 over all images, each between 0 and 1, without smoothing.

    BLEU-n is BP * exp(mean over k <= n of log p_k), with p_k the clipped precision of k-grams over the corpus and
    BP = min(1, exp(1 - r / c)) for c candidate words and r the sum of the reference lengths closest to each candidate's
    (Papineni et al. 2002, sections 2.1 to 2.3). Without a matching n-gram of some order BLEU is 0 from there on.

    NLTK's own `corpus_bleu` is not used: it counts an n-gram in every caption that is too short to have one.

    Args:
        references: for each image the words of its human captions.
        candidates: for each of the same images the words of one caption.
    """
    length = sum(len(candidates[image]) for image in references)
    closest = sum(closest_ref_length(texts, len(candidates[image])) for image, texts in references.items())
    brevity = brevity_penalty(closest, length)
    scores, product = {}, 1.0
    for order in ORDERS:
        counts = [clipped_matches(texts, candidates[image], order) for image, texts in references.items()]
        matches, total = (sum(column) for column in zip(*counts, strict=True))
        product *= matches / total if total else 0.0
        scores[f"Bleu_{order}"] = brevity * math.pow(product, 1 / order)
    return scores


def clipped_matches(references: Sequence[Tokens], candidate: Tokens, order: int) -> tuple[int, int]:
    """How many n-grams of a caption stand in a reference, each at most as often as there; and how many there are."""
    counts = Counter(ngrams(candidate, order))
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= Counter(ngrams(reference, order))
    return (counts & most).total(), counts.total()
