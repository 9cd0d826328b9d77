"""References whose n-grams are counted once, and captions that meet them batch by batch."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.ngrams import NgramCounts, NgramEntries, NgramKeys, count_ngrams, number_words

Words = Sequence[Hashable]


@dataclass(frozen=True, eq=False)
class MatchedNgrams(NgramCounts):
    """The n-grams of a batch of captions and of the references of their images, under the references' numbers.

    An n-gram that no reference has gets `known` of its order plus its number in `candidate_keys`.

    Attributes:
        candidate_keys: the captions' n-grams under numbers of their own.
        candidate_numbers: for each order the number that each of these has among the references, -1 if none.
        known: for each order the n-grams that the references have.
    """

    candidate_keys: NgramKeys
    candidate_numbers: tuple[np.ndarray, ...]
    known: tuple[int, ...]


class ReferenceIndex:
    """The n-grams of all references of a data set.

    Words are whatever can be compared: text, or token ids as lists of `int`.

    Args:
        references: for each image the words of its human captions, at least one.

    Attributes:
        keys: the n-grams behind the numbers.
        entries: counts by order; captions are numbered through all images.
        counts: how many references each image has, int64 `(images,)`.

    Raises:
        MetricError: an image has no reference.
    """

    def __init__(self, references: Sequence[Sequence[Words]]):
        self.counts = np.array([len(texts) for texts in references], np.int64)
        if not self.counts.all():
            raise MetricError(f"The image at place {int(np.argmin(self.counts))} has no reference captions.")
        self._firsts = np.cumsum(self.counts) - self.counts  # the first reference of each image
        words = number_words(list(chain.from_iterable(references)))
        self._lengths = words.lengths
        self.keys, self.entries = count_ngrams(words)
        borders = np.append(self._firsts, len(words.lengths))
        self._borders = [np.searchsorted(order.captions, borders) for order in self.entries]  # entries by image

    def match(self, images: Sequence[int] | np.ndarray, captions: Sequence[Words]) -> MatchedNgrams:
        """A batch of captions beside the references of their images.

        Args:
            images: for each caption the place of its image among the references.
            captions: words of any number of captions for any images.
        """
        images = np.asarray(images, np.int64)
        if len(images) != len(captions):
            raise MetricError(f"Received {len(images)} images for {len(captions)} captions.")
        if len(images) and not 0 <= images.min() <= images.max() < len(self.counts):
            raise MetricError(f"Images are numbered from 0 to {len(self.counts) - 1}, received {images.tolist()}.")
        words = number_words(captions)
        keys, entries = count_ngrams(words)
        numbers, known = self.keys.find(keys), tuple(self.keys.sizes())
        counts = self.counts[images]
        return MatchedNgrams(
            candidates=tuple(_renumber(*order) for order in zip(entries, numbers, known, strict=True)),
            references=tuple(self._references(order, images) for order in range(len(self.entries))),
            candidate_lengths=words.lengths,
            reference_lengths=self._lengths[_ranges(self._firsts[images], counts)],
            reference_counts=counts,
            candidate_keys=keys,
            candidate_numbers=numbers,
            known=known,
        )

    def _references(self, order: int, images: np.ndarray) -> NgramEntries:
        """Entries of the references of some images, the references numbered through in the order of `images`."""
        firsts = np.cumsum(self.counts[images]) - self.counts[images]
        borders = self._borders[order]
        counts = borders[images + 1] - borders[images]
        entries = self.entries[order].rows(_ranges(borders[images], counts))
        return entries._replace(captions=entries.captions + np.repeat(firsts - self._firsts[images], counts))


def _renumber(entries: NgramEntries, numbers: np.ndarray, known: int) -> NgramEntries:
    """Entries under the references' numbers, sorted again."""
    numbers = np.where(numbers >= 0, numbers, known + np.arange(len(numbers)))
    ngrams = numbers[entries.ngrams]
    return entries._replace(ngrams=ngrams).rows(np.argsort(entries.captions * (numbers.max(initial=0) + 1) + ngrams))


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """start, start + 1, ... for each start, `counts` of them, one range after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)
