"""What a caption may not say next, given what it has said: nothing twice, and no end after a word that leads on."""

from collections.abc import Sequence

import numpy as np
from keras import ops


class Hygiene:
    """Rules that depend on the caption so far, as tokens to exclude from the next place; few, so that they cost little.

    Args:
        end_id: the token that closes a caption.
        pad_id: a token that is never emitted; it follows the last token of a caption so far.
        no_repeat_ngram: no sequence of so many tokens occurs twice in a caption (Paulus et al. 2018, section 2.5, have
            3), and no token follows itself; 0 allows both.
        dangling_ids: tokens that may not come directly before the end.
        max_length: tokens of the longest caption, its end token included.
    """

    def __init__(self, *, end_id: int, pad_id: int, no_repeat_ngram: int, dangling_ids: Sequence[int], max_length: int):
        self.end_id = end_id
        self.pad_id = pad_id
        self.no_repeat_ngram = no_repeat_ngram
        self.dangling_ids = tuple(dangling_ids)
        self.max_length = max_length

    def __call__(self, log_probs, token_ids, last_ids, length):
        """Log-probabilities `(rows, vocabulary)` in which the tokens that the rules exclude have -inf.

        Args:
            log_probs: float32 `(rows, vocabulary)`.
            token_ids: int32 `(rows, max_length)`, the captions so far, then padding.
            last_ids: int32 `(rows,)`, their last tokens; the start token where there is none.
            length: int32 scalar, their number of tokens.
        """
        excluded = []
        if self.no_repeat_ngram:
            excluded += [last_ids[:, None], self._repeating(token_ids, length)]
        if self.dangling_ids:
            dangling = ops.take(self._are_dangling(log_probs.shape[-1]), last_ids)
            excluded.append(ops.where(dangling, self.end_id, self.pad_id)[:, None])
            log_probs = self._without_dangling_cut(log_probs, length)
        return _without(log_probs, ops.concatenate(excluded, axis=1)) if excluded else log_probs

    def _repeating(self, token_ids, length):
        """The tokens that would complete an n-gram a second time, padding among them, `(rows, n-grams)`."""
        size = min(self.no_repeat_ngram, self.max_length)  # Longer ones do not occur at all.
        followers = token_ids[:, size - 1 :]
        repeating = ops.ones_like(followers, dtype="bool")
        for back in range(1, size):  # The n-gram's words before its last, the latest first.
            # Before the caption has so many words, all that follows is padding, whatever is compared with what.
            word = ops.take(token_ids, ops.maximum(length - back, 0), axis=1)
            earlier = token_ids[:, size - 1 - back : self.max_length - back]
            repeating = ops.logical_and(repeating, ops.equal(earlier, word[:, None]))
        return ops.where(repeating, followers, self.pad_id)

    def _without_dangling_cut(self, log_probs, length):
        """At the last place before that of the end, no word that cannot stand there."""
        never_last = np.where(self._are_dangling(log_probs.shape[-1]), -np.inf, 0).astype("float32")
        return log_probs + ops.where(ops.equal(length, self.max_length - 2), never_last, np.float32(0))

    def _are_dangling(self, vocabulary: int) -> np.ndarray:
        return np.isin(np.arange(vocabulary), self.dangling_ids)


def _without(log_probs, token_ids):
    """Log-probabilities with -inf for the tokens `(rows, count)` of each row."""
    rows, count = ops.shape(token_ids)[0], token_ids.shape[1]
    of_row = ops.repeat(ops.arange(rows, dtype="int32"), count)
    places = ops.stack([of_row, ops.reshape(token_ids, (-1,))], axis=1)  # (rows * count, 2)
    return ops.scatter_update(log_probs, places, ops.full((rows * count,), -np.inf, dtype="float32"))
