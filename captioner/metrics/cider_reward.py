"""CIDEr-D as the reward of self-critical training: references are prepared once, captions scored batch by batch."""

from collections.abc import Hashable, Sequence
from itertools import chain

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.cider import mean_similarity, weigh
from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.metrics.ngrams import NgramEntries, NgramKeys, count_ngrams, number_words

Words = Sequence[Hashable]


class CiderReward:
    """CIDEr-D of captions against prepared references (Rennie et al. 2017, "Self-critical sequence training").

    Words are whatever can be compared: text, or token ids as lists of `int`, as long as references, document
    frequencies and captions agree. Whether the end of a caption counts as a word is up to the caller; where it does,
    captions that stop in the middle of a sentence gain less.

    Args:
        references: for each image the words of its human captions, at least one.
        document_frequencies: of another corpus; by default of these references.

    Raises:
        MetricError: an image has no reference.
    """

    def __init__(
        self, references: Sequence[Sequence[Words]], *, document_frequencies: DocumentFrequencies | None = None
    ):
        self._counts = np.array([len(texts) for texts in references], np.int64)  # of references, by image
        if not self._counts.all():
            raise MetricError(f"The image at place {int(np.argmin(self._counts))} has no reference captions.")
        self._firsts = np.cumsum(self._counts) - self._counts  # the first reference of each image
        words = number_words(list(chain.from_iterable(references)))
        self._lengths = words.lengths
        self._keys, entries = count_ngrams(words)
        self._frequencies = document_frequencies or DocumentFrequencies.from_counts(self._keys, entries, self._counts)
        weights = self._frequencies.log_weights(self._keys)
        self._entries = [weigh(order, weight) for order, weight in zip(entries, weights, strict=True)]
        borders = np.append(self._firsts, len(words.lengths))
        self._borders = [np.searchsorted(order.captions, borders) for order in self._entries]  # entries by image

    def __call__(self, images: Sequence[int] | np.ndarray, captions: Sequence[Words]) -> np.ndarray:
        """Rewards of a batch.

        Args:
            images: for each caption the place of its image among the references.
            captions: words of any number of captions for any images.

        Returns:
            CIDEr-D of each caption, between 0 and 10, float64 `(captions,)`.
        """
        images = np.asarray(images, np.int64)
        if len(images) != len(captions):
            raise MetricError(f"Received {len(images)} images for {len(captions)} captions.")
        if len(images) and not 0 <= images.min() <= images.max() < len(self._counts):
            raise MetricError(f"Images are numbered from 0 to {len(self._counts) - 1}, received {images.tolist()}.")
        words = number_words(captions)
        counts = self._counts[images]
        firsts = np.cumsum(counts) - counts - self._firsts[images]  # what to add to a reference's number
        return mean_similarity(
            self._candidates(*count_ngrams(words)),
            [self._references(order, images, firsts) for order in range(len(self._entries))],
            candidate_lengths=words.lengths,
            reference_lengths=self._lengths[_ranges(self._firsts[images], counts)],
            reference_images=np.repeat(np.arange(len(images)), counts),
        )

    def _candidates(self, keys: NgramKeys, entries: Sequence[NgramEntries]) -> list[NgramEntries]:
        """Weighted n-grams under the references' numbers; those that no reference has get numbers behind theirs."""
        numbers = self._keys.find(keys)
        known_by = self._frequencies.keys
        weights = self._frequencies.log_weights_of(numbers if known_by is self._keys else known_by.find(keys))
        return [
            _renumber(weigh(order, weight), np.where(number >= 0, number, size + np.arange(len(number))))
            for order, weight, number, size in zip(entries, weights, numbers, self._keys.sizes(), strict=True)
        ]

    def _references(self, order: int, images: np.ndarray, firsts: np.ndarray) -> NgramEntries:
        """Entries of the references of some images, the references numbered through in the order of `images`."""
        borders = self._borders[order]
        counts = borders[images + 1] - borders[images]
        entries = self._entries[order].rows(_ranges(borders[images], counts))
        return entries._replace(captions=entries.captions + np.repeat(firsts, counts))


def _renumber(entries: NgramEntries, numbers: np.ndarray) -> NgramEntries:
    """Entries under other numbers, sorted again."""
    ngrams = numbers[entries.ngrams]
    return entries._replace(ngrams=ngrams).rows(np.argsort(entries.captions * (numbers.max(initial=0) + 1) + ngrams))


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """start, start + 1, ... for each start, `counts` of them, one range after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)
