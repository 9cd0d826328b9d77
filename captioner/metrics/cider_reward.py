"""CIDEr-D as the reward of self-critical training: references are prepared once, captions scored batch by batch."""

from collections.abc import Sequence

import numpy as np

from captioner.metrics.cider import mean_similarity, weigh
from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.metrics.ngrams import NgramEntries
from captioner.metrics.reference_index import MatchedNgrams, ReferenceIndex, Words


class CiderReward:
    """CIDEr-D of captions against prepared references (Rennie et al. 2017, "Self-critical sequence training").

    Words are whatever can be compared: text, or token ids as lists of `int`, as long as references, document
    frequencies and captions agree. Whether the end of a caption counts as a word is up to the caller; where it does,
    captions that stop in the middle of a sentence gain less.

    Args:
        references: for each image the words of its human captions, at least one; or their index, which several rewards
            can share.
        document_frequencies: of another corpus; by default of these references.

    Raises:
        MetricError: an image has no reference.
    """

    def __init__(
        self,
        references: Sequence[Sequence[Words]] | ReferenceIndex,
        *,
        document_frequencies: DocumentFrequencies | None = None,
    ):
        self.index = references if isinstance(references, ReferenceIndex) else ReferenceIndex(references)
        self._frequencies = document_frequencies or DocumentFrequencies.from_counts(
            self.index.keys, self.index.entries, self.index.counts
        )
        self._weights = self._frequencies.log_weights(self.index.keys)

    def __call__(self, images: Sequence[int] | np.ndarray, captions: Sequence[Words]) -> np.ndarray:
        """Rewards of a batch.

        Args:
            images: for each caption the place of its image among the references.
            captions: words of any number of captions for any images.

        Returns:
            CIDEr-D of each caption, between 0 and 10, float64 `(captions,)`.
        """
        return self.of(self.index.match(images, captions))

    def of(self, matched: MatchedNgrams) -> np.ndarray:
        """As a call, for captions that were matched with `index`."""
        known_by = self._frequencies.keys
        numbers = (
            matched.candidate_numbers if known_by is self.index.keys else known_by.find(matched.candidate_keys)
        )  # A batch is searched for once where both are the same.
        weights = self._frequencies.log_weights_of(numbers)
        return mean_similarity(
            [
                _weigh_known(*order)
                for order in zip(matched.candidates, self._weights, weights, matched.known, strict=True)
            ],
            [weigh(*order) for order in zip(matched.references, self._weights, strict=True)],
            candidate_lengths=matched.candidate_lengths,
            reference_lengths=matched.reference_lengths,
            reference_images=matched.reference_images,
        )


def _weigh_known(entries: NgramEntries, weights: np.ndarray, own_weights: np.ndarray, known: int) -> NgramEntries:
    """As `weigh`, with `weights` for n-grams numbered below `known` and `own_weights` for those behind."""
    is_known = entries.ngrams < known
    factors = np.empty(len(entries.ngrams))
    factors[is_known] = weights[entries.ngrams[is_known]]
    factors[~is_known] = own_weights[entries.ngrams[~is_known] - known]
    return entries._replace(values=entries.values * factors)
