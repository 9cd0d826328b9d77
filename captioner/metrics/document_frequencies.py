"""In how many images of a reference corpus each n-gram is used: what makes a word of CIDEr heavy or light."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from captioner.errors import MetricError
from captioner.metrics.ngrams import ORDERS, NgramEntries, NgramKeys, count_ngrams, number_words
from groundwork.files import atomic_path

FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)
class DocumentFrequencies:
    """The n-grams of a reference corpus with the number of images that have them in some reference.

    Attributes:
        images: how many images the corpus has.
        keys: the n-grams.
        counts: for each order the number of images by n-gram.
    """

    images: int
    keys: NgramKeys
    counts: tuple[np.ndarray, ...]

    @classmethod
    def from_references(cls, references: Sequence[Sequence[Sequence[Any]]]) -> "DocumentFrequencies":
        """Counts the images of a corpus.

        Args:
            references: for each image the words of its human captions, as text or as token ids.
        """
        keys, entries = count_ngrams(number_words(list(chain.from_iterable(references))))
        return cls.from_counts(keys, entries, np.array([len(texts) for texts in references]))

    @classmethod
    def from_counts(
        cls, keys: NgramKeys, entries: Sequence[NgramEntries], references: np.ndarray
    ) -> "DocumentFrequencies":
        """Counts the images of a corpus that is indexed already.

        Args:
            keys: the n-grams.
            entries: for each order which n-grams stand in which caption.
            references: how many captions each image has, `(images,)`.
        """
        images = np.repeat(np.arange(len(references)), references)
        counts = [_count_images(order, images, size) for order, size in zip(entries, keys.sizes(), strict=True)]
        return cls(len(references), keys, tuple(counts))

    def log_weights(self, keys: NgramKeys) -> tuple[np.ndarray, ...]:
        """For each order the inverse document frequencies of n-grams, log(images) - log(max(1, frequency)).

        An n-gram that the corpus does not have weighs as much as one that a single image has.
        """
        if keys is self.keys:
            return tuple(weights[:-1] for weights in self._weights)
        return self.log_weights_of(self.keys.find(keys))

    def log_weights_of(self, numbers: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """As `log_weights`, for n-grams by their numbers in `keys`, -1 for those that are not there."""
        return tuple(weights[order] for weights, order in zip(self._weights, numbers, strict=True))

    @cached_property
    def _weights(self) -> tuple[np.ndarray, ...]:
        """For each order the weights by number, and at the end, where -1 finds it, that of an unknown n-gram."""
        logs = np.log(np.maximum(np.arange(self.images + 1), 1))
        return tuple(logs[-1] - logs[np.append(order, 0)] for order in self.counts)

    def save(self, path: str | Path) -> None:
        """Writes a NumPy archive without pickled objects.

        Raises:
            MetricError: the words are token ids, which mean nothing without their vocabulary.
        """
        if not all(isinstance(word, str) for word in self.keys.words):
            raise MetricError("Only document frequencies of words can be saved, these are of token ids.")
        arrays: dict[str, Any] = {"format_version": FORMAT_VERSION, "images": self.images}
        arrays["words"] = _encode(self.keys.words)
        arrays |= {f"keys_{order}": keys for order, keys in enumerate(self.keys.keys, 2)}
        arrays |= {f"counts_{order}": counts for order, counts in enumerate(self.counts, 1)}
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> "DocumentFrequencies":
        """Reads what `save` wrote.

        Raises:
            MetricError: the file cannot be read, is something else, or comes from a later version.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                version = int(arrays["format_version"])
                if version > FORMAT_VERSION:
                    raise MetricError(
                        f"{path} has format version {version}, this program reads up to {FORMAT_VERSION}."
                    )
                keys = NgramKeys(_decode(arrays["words"]), tuple(arrays[f"keys_{order}"] for order in ORDERS[1:]))
                images, counts = int(arrays["images"]), tuple(arrays[f"counts_{order}"] for order in ORDERS)
        except FileNotFoundError:
            raise MetricError(f"There is no file {path} of document frequencies.") from None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise MetricError(f"{path} is no file of document frequencies: {error}.") from error
        if keys.sizes() != [len(order) for order in counts] or any(order.max(initial=0) > images for order in counts):
            raise MetricError(f"{path} is damaged: its numbers of n-grams or of images contradict each other.")
        return cls(images, keys, counts)


def _encode(words: Sequence[str]) -> np.ndarray:
    """Words, none of which has a line break, as bytes."""
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _decode(letters: np.ndarray) -> list[str]:
    return letters.tobytes().decode().split("\n") if letters.size else []


def _count_images(entries: NgramEntries, images: np.ndarray, size: int) -> np.ndarray:
    """For each n-gram of an order the number of images, `(size,)`, given the image of each caption."""
    # Asked for counts too, `np.unique` sorts; else, from NumPy 2.3 on, it hashes, which takes 25 times as long here.
    pairs, _ = np.unique(images[entries.captions] * size + entries.ngrams, return_counts=True)
    return np.bincount(pairs % max(size, 1), minlength=size)
