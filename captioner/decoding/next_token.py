"""The distribution of the next token, restricted to what a caption may contain at that place."""

from collections.abc import Sequence

import numpy as np
from keras import ops

IMPOSSIBLE = -1e9
"""The finite log-probability of closing a caption where the model gives the end token probability 0."""


def next_log_probs(logits, *, banned_ids: Sequence[int], end_id: int, must_end, must_go_on):
    """Log-probabilities in which the tokens that may not follow have -inf.

    The softmax runs over the full vocabulary before anything is excluded, and is not renormalised afterwards: what
    remains are the model's own probabilities, comparable between captions whatever was forbidden on the way.

    Args:
        logits: float `(rows, vocabulary)`.
        banned_ids: tokens that never follow.
        end_id: the token that closes a caption.
        must_end: bool scalar; true at the last place, where only the end token may follow.
        must_go_on: bool scalar; true where the end token may not follow yet.

    Returns:
        float32 `(rows, vocabulary)`.
    """
    log_probs = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    token_ids = np.arange(logits.shape[-1])
    is_end = token_ids == end_id
    banned = np.where(np.isin(token_ids, banned_ids), -np.inf, 0).astype("float32")
    not_the_end = np.where(is_end, 0, -np.inf).astype("float32")
    # Above -inf, so that a caption can be closed even if the model rules its end out.
    closing = np.where(is_end, IMPOSSIBLE, -np.inf).astype("float32")
    go_on = np.where(is_end, -np.inf, banned).astype("float32")
    excluded = ops.where(must_end, not_the_end, ops.where(must_go_on, go_on, banned))
    floor = ops.where(must_end, closing, np.float32(-np.inf))
    return ops.maximum(log_probs + excluded, floor)
