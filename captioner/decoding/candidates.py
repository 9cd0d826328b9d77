"""The choice of the captions that a beam search goes on with."""

import numpy as np
from keras import ops

from captioner.decoding.decoded import Decoded
from captioner.decoding.rows import choose_rows


def best_continuations(live_log_probs, next_log_probs, *, end_id: int):
    """The most likely ways to go on by a word, as many as there are live captions.

    Args:
        live_log_probs: float32 `(batch, beams)`.
        next_log_probs: float32 `(batch * beams, vocabulary)`.
        end_id: the one token that is not a word.

    Returns:
        `(log_probs, parents, words)`, each `(batch, beams)`, the likeliest first; `parents` are numbers of live
        captions. Where there are fewer ways than places, the rest have log-probability -inf and arbitrary words.
    """
    beams = live_log_probs.shape[1]
    # Even if one caption took all places, its words would be among its best `beams` tokens, or one more for the end.
    count = min(beams + 1, next_log_probs.shape[-1])
    log_probs, tokens = ops.top_k(next_log_probs, count)  # (batch * beams, count)
    log_probs = ops.where(ops.equal(tokens, end_id), -np.inf, log_probs)
    log_probs = ops.reshape(log_probs, (-1, beams, count)) + live_log_probs[:, :, None]
    best, chosen = ops.top_k(ops.reshape(log_probs, (-1, beams * count)), beams)
    words = choose_rows(ops.reshape(tokens, (-1,)), chosen, rows_per_image=beams * count)
    return best, chosen // count, ops.reshape(words, (-1, beams))


def best_finished(finished: Decoded, closed: Decoded) -> Decoded:
    """The captions with the best scores among both; as many as `finished` has, which goes first in a tie."""
    places, max_length = finished.token_ids.shape[1:]
    rivals = places + closed.token_ids.shape[1]
    token_ids, log_probs, scores = (
        ops.concatenate(pair, axis=1) for pair in zip(finished, closed, strict=True)
    )  # (batch, rivals, ...)
    rows = ops.reshape(token_ids, (-1, max_length)), ops.reshape(log_probs, (-1,))
    scores, chosen = ops.top_k(scores, places)
    token_ids, log_probs = choose_rows(rows, chosen, rows_per_image=rivals)
    return Decoded(ops.reshape(token_ids, (-1, places, max_length)), ops.reshape(log_probs, (-1, places)), scores)
