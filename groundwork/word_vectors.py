"""Word vectors from plain texts without labels: counted neighbours, weighed and compressed."""

from collections.abc import Sequence

import numpy as np

WINDOW = 8
"""Words on each side that count as neighbours; wide windows tell topic and tone apart rather than word classes."""
CONTEXTS = 2000
"""Most frequent words that serve as contexts."""
FIRST_WORD = 2
"""The ids before it are padding and the unknown word."""


def word_vectors(sequences: Sequence[np.ndarray], words: int, *, dim: int) -> np.ndarray:
    """Vectors of words that have similar neighbours are similar; float32 `(words, dim)`, with mean square 1.

    Positive pointwise mutual information of word and context, with contexts smoothed by the power 0.75, is factorised
    by its singular values, whose square root scales the vectors (Levy, Goldberg & Dagan 2015, TACL 3, sections 2-3).
    Words without any neighbour get zeros.

    Args:
        sequences: token ids of each text.
        words: number of ids.
        dim: size of a vector.
    """
    information = positive_information(count_neighbours(sequences, words))
    # The right singular vectors come from the small product of contexts with contexts.
    values, directions = np.linalg.eigh(information.T @ information)
    largest = np.argsort(values)[::-1][:dim]
    roots = np.maximum(values[largest], 1e-6) ** 0.25  # Of singular values, which are roots themselves.
    vectors = np.zeros((words, dim), np.float32)
    vectors[:, : len(largest)] = information @ (directions[:, largest] / roots)
    return vectors / max(np.sqrt(np.mean(vectors**2)), 1e-6)


def count_neighbours(sequences: Sequence[np.ndarray], words: int) -> np.ndarray:
    """How often each of the `CONTEXTS` most frequent words stands near each word, float32 `(words, contexts)`.

    A neighbour at distance d counts 1 - (d - 1) / WINDOW, which is what word2vec's random windows do on average.
    """
    gap = np.zeros(WINDOW, np.int64)  # Padding between two texts, so that no window reaches over.
    stream = np.concatenate([gap, *(part for sequence in sequences for part in (sequence, gap))])
    columns = context_columns(stream, words)
    width = int(columns.max()) + 1
    counts = np.zeros(words * width, np.float32)
    for distance in range(1, WINDOW + 1):
        left, right = stream[:-distance], stream[distance:]
        for word, context in ((left, right), (right, left)):
            column = columns[context]
            real = (word >= FIRST_WORD) & (column >= 0)
            pairs = np.bincount(word[real] * width + column[real], minlength=len(counts))
            counts += pairs.astype(np.float32) * np.float32(1 - (distance - 1) / WINDOW)
    return counts.reshape(words, width)


def context_columns(stream: np.ndarray, words: int) -> np.ndarray:
    """The column of each id among the contexts, -1 if it is none of them; int64 `(words,)`."""
    frequent = np.argsort(-np.bincount(stream, minlength=words)[FIRST_WORD:], kind="stable")[:CONTEXTS] + FIRST_WORD
    columns = np.full(words, -1)
    columns[frequent] = np.arange(len(frequent))
    return columns


def positive_information(counts: np.ndarray) -> np.ndarray:
    """max(0, log p(word, context) / (p(word) p'(context))) of counts, float32 of the same shape."""
    smoothed = counts.sum(axis=0) ** 0.75
    expected = counts.sum(axis=1, keepdims=True) * (smoothed / max(smoothed.sum(), 1e-9))
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / expected)
    return np.where(counts > 0, np.maximum(information, 0), 0).astype(np.float32)
