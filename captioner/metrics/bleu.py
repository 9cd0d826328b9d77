"""BLEU-1 to BLEU-4, of a corpus and of single captions, as coco-caption computes them."""

from collections.abc import Sequence

import numpy as np

from captioner.metrics.matches import match_entries
from captioner.metrics.metric import Tokens, weighted_sum
from captioner.metrics.ngrams import ORDERS, NgramCounts, index_ngrams

# coco-caption's: they decide nothing but what a caption or a corpus without any match or any n-gram gets.
TINY, SMALL = 1e-15, 1e-9


class Bleu:
    """BLEU with the closest reference length.

    BLEU-n is BP * (p_1 * ... * p_n)^(1/n), with p_k the clipped precision of k-grams over the corpus and
    BP = min(1, exp(1 - r / c)) for c candidate words and r the sum of the reference lengths closest to each
    candidate's, the shorter of two that are equally close (Papineni et al. 2002, sections 2.1 to 2.3).

    As in coco-caption, 1e-15 is added to each number of matches and 1e-9 to each number of n-grams. A corpus hardly
    changes by it, but a caption without a match of some order gets a very small score in place of 0.
    """

    name = "bleu"
    score_names = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4")

    def statistics(self, references: Sequence[Sequence[Tokens]], candidates: Sequence[Tokens]) -> np.ndarray:
        """`(images, 10)`: matches of orders 1 to 4, n-grams of orders 1 to 4, words, words of the closest reference."""
        return self.ngram_statistics(index_ngrams(references, candidates))

    def ngram_statistics(self, index: NgramCounts) -> np.ndarray:
        """As `statistics`."""
        matches = [clipped_matches(index, order) for order in range(len(ORDERS))]
        lengths = index.candidate_lengths
        totals = [np.maximum(lengths - order + 1, 0) for order in ORDERS]
        return np.stack([*matches, *totals, lengths, closest_lengths(index)], axis=1).astype(np.float64)

    def corpus(self, statistics: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """BLEU of the summed counts, `(..., 4)`."""
        return self.per_image(weighted_sum(statistics, weights))

    def per_image(self, statistics: np.ndarray) -> np.ndarray:
        """BLEU of each row of counts, `(..., 4)`."""
        orders = len(ORDERS)
        matches, totals = statistics[..., :orders], statistics[..., orders : 2 * orders]
        precisions = np.cumprod((matches + TINY) / (totals + SMALL), axis=-1) ** (1 / np.array(ORDERS))
        ratio = (statistics[..., -2:-1] + TINY) / (statistics[..., -1:] + SMALL)
        return precisions * np.exp(np.minimum(1 - 1 / ratio, 0))


def clipped_matches(index: NgramCounts, order: int) -> np.ndarray:
    """How many n-grams of each candidate stand in a reference, each at most as often as in one of them, `(images,)`."""
    candidate, reference = index.candidates[order], index.references[order]
    entries, found = match_entries(candidate, reference, index.reference_images)
    most = np.zeros_like(candidate.values)
    np.maximum.at(most, entries, reference.values[found])
    clipped = np.minimum(candidate.values, most)
    return np.bincount(candidate.captions, clipped, minlength=len(index.candidate_lengths))


def closest_lengths(index: NgramCounts) -> np.ndarray:
    """The length of the reference closest to each candidate's, the shorter of two, `(images,)`."""
    lengths, images = index.reference_lengths, index.reference_images
    distances = np.abs(lengths - index.candidate_lengths[images])
    order = np.lexsort((lengths, distances, images))
    _, first = np.unique(images[order], return_index=True)
    return lengths[order][first]
