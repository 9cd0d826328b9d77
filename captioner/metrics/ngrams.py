"""Words and n-grams as whole numbers, so that counting them is sorting arrays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np

from captioner.metrics.key_table import KeyTable

ORDERS = (1, 2, 3, 4)


class WordIds(NamedTuple):
    """Captions as one row of word numbers."""

    words: list[Any]  # distinct; their places are their numbers
    ids: np.ndarray  # int64 (words of all captions,)
    lengths: np.ndarray  # int64 (captions,)


class NgramEntries(NamedTuple):
    """Which n-grams of one order stand in which captions, sorted by caption, then by n-gram."""

    captions: np.ndarray  # int64 (entries,)
    ngrams: np.ndarray  # int64 (entries,)
    values: np.ndarray  # (entries,), how often, or what a metric makes of it

    def rows(self, rows: slice | np.ndarray) -> "NgramEntries":
        return NgramEntries(*(column[rows] for column in self))


@dataclass(frozen=True, eq=False)
class NgramKeys:
    """The distinct n-grams of some captions, order by order.

    An n-gram of order 1 is a word. A longer one is known by its first n - 1 words, themselves an n-gram, and its last
    word; `first * len(words) + last` is its key, and the place of the key among all of its order is its number.

    Attributes:
        words: the n-grams of order 1.
        keys: for orders 2, 3 and 4 the keys, int64 `(n-grams,)`, ascending.
    """

    words: list[Any]
    keys: tuple[np.ndarray, ...]

    @cached_property
    def _numbers(self) -> dict[Any, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _tables(self) -> list[KeyTable]:
        return [KeyTable(keys) for keys in self.keys]

    def sizes(self) -> list[int]:
        """How many n-grams each order has."""
        return [len(self.words), *map(len, self.keys)]

    def find(self, others: "NgramKeys") -> tuple[np.ndarray, ...]:
        """For each order the numbers that other n-grams have here, -1 for those that are not here."""
        words = np.array([self._numbers.get(word, -1) for word in others.words], np.int64)
        found = [words]
        for table, wanted in zip(self._tables, others.keys, strict=True):
            first, last = np.divmod(wanted, max(len(others.words), 1))
            first, last = found[-1][first], words[last]
            both = np.flatnonzero((first >= 0) & (last >= 0))
            numbers = np.full(len(wanted), -1)
            numbers[both] = table.find(first[both] * len(self.words) + last[both])
            found.append(numbers)
        return tuple(found)


@dataclass(frozen=True, eq=False)
class NgramCounts:
    """How often references and candidates have their n-grams, which have the same numbers in both.

    Attributes:
        candidates: counts by order; caption i is that of image i.
        references: counts by order; captions are numbered through all images.
        candidate_lengths: words, int64 `(images,)`.
        reference_lengths: words, int64 `(references,)`.
        reference_counts: how many references each image has, int64 `(images,)`.
    """

    candidates: tuple[NgramEntries, ...]
    references: tuple[NgramEntries, ...]
    candidate_lengths: np.ndarray
    reference_lengths: np.ndarray
    reference_counts: np.ndarray

    @cached_property
    def reference_images(self) -> np.ndarray:
        """The image of each reference, int64 `(references,)`, ascending."""
        return np.repeat(np.arange(len(self.reference_counts)), self.reference_counts)


@dataclass(frozen=True, eq=False)
class NgramIndex(NgramCounts):
    """The n-grams of references and candidates under common numbers.

    Attributes:
        keys: the n-grams behind the numbers.
    """

    keys: NgramKeys


def index_ngrams(references: Sequence[Sequence[Sequence[str]]], candidates: Sequence[Sequence[str]]) -> NgramIndex:
    """Counts the n-grams of orders 1 to 4 of all captions.

    Args:
        references: words of several captions for each image.
        candidates: words of one caption for each image.
    """
    numbered = number_words([*candidates, *chain.from_iterable(references)])
    keys, counts = count_ngrams(numbered)
    images = len(candidates)
    of_candidates, of_references = zip(*(_split(order, images) for order in counts), strict=True)
    return NgramIndex(
        keys=keys,
        candidates=of_candidates,
        references=of_references,
        candidate_lengths=numbered.lengths[:images],
        reference_lengths=numbered.lengths[images:],
        reference_counts=np.array([len(texts) for texts in references], np.int64),
    )


def _split(entries: NgramEntries, first: int) -> tuple[NgramEntries, NgramEntries]:
    """Entries of the first captions, and those of the others, whose captions are numbered anew."""
    border = int(np.searchsorted(entries.captions, first))
    others = entries.rows(slice(border, None))
    return entries.rows(slice(border)), others._replace(captions=others.captions - first)


def number_words(captions: Sequence[Sequence[Any]]) -> WordIds:
    """Numbers words in the order in which they first appear.

    A token that contains white space, as the tokenizer makes of `2 1/2`, counts as several words: the official BLEU and
    CIDEr split captions again, at any white space.
    """
    numbered = _number(captions)
    texts = [word for word in numbered.words if isinstance(word, str)]
    if " ".join(texts).split() != texts:
        return _number([" ".join(caption).split() for caption in captions])
    return numbered


def _number(captions: Sequence[Sequence[Any]]) -> WordIds:
    numbers: defaultdict[Any, int] = defaultdict(count().__next__)
    ids = np.fromiter(map(numbers.__getitem__, chain.from_iterable(captions)), np.int64)
    return WordIds(list(numbers), ids, np.fromiter(map(len, captions), np.int64, len(captions)))


def count_ngrams(words: WordIds) -> tuple[NgramKeys, tuple[NgramEntries, ...]]:
    """Numbers the n-grams of orders 1 to 4 and counts them in every caption."""
    captions = np.repeat(np.arange(len(words.lengths)), words.lengths)  # of each word
    remaining = np.repeat(np.cumsum(words.lengths), words.lengths) - np.arange(len(words.ids))
    places, ngrams = np.arange(len(words.ids)), words.ids
    keys, counts = [], [_count(captions, ngrams, len(words.words))]
    for order in ORDERS[1:]:
        long_enough = remaining[places] >= order
        places = places[long_enough]
        pairs = ngrams[long_enough] * len(words.words) + words.ids[places + order - 1]
        distinct, ngrams = np.unique(pairs, return_inverse=True)
        keys.append(distinct)
        counts.append(_count(captions[places], ngrams, len(distinct)))
    return NgramKeys(words.words, tuple(keys)), tuple(counts)


def find_sorted(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted number stands among ascending values, -1 for one that does not."""
    if not len(values):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return np.where(values[places] == wanted, places, -1)


def _count(captions: np.ndarray, ngrams: np.ndarray, size: int) -> NgramEntries:
    entries, counts = np.unique(captions * size + ngrams, return_counts=True)
    return NgramEntries(*np.divmod(entries, max(size, 1)), counts)
