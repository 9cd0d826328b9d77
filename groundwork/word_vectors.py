"""Word vectors from plain texts without labels: counted neighbours, weighed and compressed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neighbours:
    """Which words of a text count as neighbours of which."""

    window: int
    """Words on each side; wide windows tell topic and tone apart, narrow ones what a word does in its sentence."""

    contexts: int
    """How many words, the most frequent ones, serve as contexts."""

    first_word: int
    """The ids before it are no words."""

    def count(self, sequences: Sequence[np.ndarray], words: int) -> np.ndarray:
        """How often each context stands near each word, float32 `(words, contexts)`.

        A neighbour at distance d counts 1 - (d - 1) / window, which is what word2vec's random windows do on average.

        Args:
            sequences: token ids of each text.
            words: number of ids.
        """
        gap = np.zeros(self.window, np.int64)  # Padding between two texts, so that no window reaches over.
        stream = np.concatenate([gap, *(part for sequence in sequences for part in (sequence, gap))])
        columns = self.columns(stream, words)
        width = int(columns.max()) + 1
        counts = np.zeros(words * width, np.float32)
        for distance in range(1, self.window + 1):
            left, right = stream[:-distance], stream[distance:]
            for word, context in ((left, right), (right, left)):
                column = columns[context]
                real = (word >= self.first_word) & (column >= 0)
                pairs = np.bincount(word[real] * width + column[real], minlength=len(counts))
                counts += pairs.astype(np.float32) * np.float32(1 - (distance - 1) / self.window)
        return counts.reshape(words, width)

    def columns(self, stream: np.ndarray, words: int) -> np.ndarray:
        """The column of each id among the contexts, -1 if it is none of them; int64 `(words,)`."""
        counts = np.bincount(stream, minlength=words)[self.first_word :]
        frequent = np.argsort(-counts, kind="stable")[: self.contexts] + self.first_word
        columns = np.full(words, -1)
        columns[frequent] = np.arange(len(frequent))
        return columns


def word_vectors(counts: np.ndarray, *, dim: int) -> np.ndarray:
    """Vectors of words that have similar neighbours are similar; float32 `(words, dim)`.

    Positive pointwise mutual information of word and context is factorised by its singular values, whose square root
    scales the vectors (Levy, Goldberg & Dagan 2015, TACL 3, sections 2-3). Words without any neighbour get zeros, and
    so do the last numbers of all vectors where there are fewer contexts than numbers.

    Args:
        counts: how often each context stands near each word, `(words, contexts)`.
        dim: size of a vector.
    """
    information = positive_information(counts)
    # The right singular vectors come from the small product of contexts with contexts.
    values, directions = np.linalg.eigh(information.T @ information)
    largest = np.argsort(values)[::-1][:dim]
    roots = np.maximum(values[largest], 1e-6) ** 0.25  # Of singular values, which are roots themselves.
    vectors = np.zeros((len(counts), dim), np.float32)
    vectors[:, : len(largest)] = information @ (directions[:, largest] / roots)
    return vectors


def positive_information(counts: np.ndarray) -> np.ndarray:
    """max(0, log p(word, context) / (p(word) p'(context))) of counts, float32 of the same shape.

    p' is the distribution of contexts smoothed by the power 0.75 (same source, section 3.2).
    """
    smoothed = counts.sum(axis=0) ** 0.75
    expected = counts.sum(axis=1, keepdims=True) * (smoothed / max(smoothed.sum(), 1e-9))
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / expected)
    return np.where(counts > 0, np.maximum(information, 0), 0).astype(np.float32)
