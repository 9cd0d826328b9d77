"""Batches of texts of similar length, so that little is computed on padding."""

from collections.abc import Iterator, Sequence

import numpy as np

from language_models.sentiment_vocabulary import PADDING_ID

POOL = 50
"""Batches that are sorted by length together: large enough for equal lengths, small enough for other company."""


def pad(sequences: Sequence[np.ndarray]) -> np.ndarray:
    """Int32 `(batch, time)`: the sequences from the left on, padding behind them, `time` being a `rounded` length."""
    padded = np.full((len(sequences), rounded(max(map(len, sequences)))), PADDING_ID, np.int32)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded


def rounded(length: int) -> int:
    """A length rounded up to one of few, by at most three words or a quarter; XLA compiles a step for each length."""
    step = max(4, 2 ** (length.bit_length() - 3))
    return -(-length // step) * step


def by_length(sequences: Sequence[np.ndarray], *, batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places `(batch,)` and padded ids `(batch, time)` of all sequences, the shortest first, for prediction."""
    order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
    for start in range(0, len(order), batch_size):
        places = order[start : start + batch_size]
        yield places, pad([sequences[place] for place in places])


class SentimentBatches:
    """Training batches: every text once an epoch, in an order drawn from (seed, epoch).

    The texts are shuffled, sorted by length within pools of `POOL` batches, cut into batches, and the batches shuffled.

    Args:
        sequences: int32 token ids of each text.
        labels: class of each text.
        batch_size: texts in a batch; the last one may be smaller.
        seed: seed of the order.
    """

    shapes = ((None, None), (None,))

    def __init__(
        self, sequences: Sequence[np.ndarray], labels: Sequence[int] | np.ndarray, *, batch_size: int, seed: int = 0
    ):
        self.sequences = sequences
        self.labels = np.asarray(labels, np.int32)
        self.lengths = np.array([len(sequence) for sequence in sequences])
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        return -(-len(self.sequences) // self.batch_size)

    def epoch(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Token ids int32 `(batch, time)` and labels int32 `(batch,)` of each step."""
        random = np.random.default_rng((self.seed, epoch))
        order, pool = random.permutation(len(self.sequences)), POOL * self.batch_size
        pools = [order[start : start + pool] for start in range(0, len(order), pool)]
        ranked = np.concatenate([part[np.argsort(self.lengths[part], kind="stable")] for part in pools])
        for index in random.permutation(len(self)):
            places = ranked[index * self.batch_size : (index + 1) * self.batch_size]
            yield pad([self.sequences[place] for place in places]), self.labels[places]
