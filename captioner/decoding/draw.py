"""Random choice of one token per row, by inverting the cumulative distribution."""

import math

import numpy as np
from keras import ops


def draw(log_probs, places, *, temperature: float, top_k: int | None, top_p: float | None):
    """Token ids int `(rows,)` from log-probabilities `(rows, vocabulary)`, which need not be normalised.

    Args:
        log_probs: float32; tokens at -inf are never drawn.
        places: float32 `(rows,)`, uniform in [0, 1); the same places draw the same tokens.
        temperature, top_k, top_p: as for `sample`.
    """
    # The likeliest token gets weight 1 at any temperature, so that no row overflows or vanishes.
    weights = ops.exp((log_probs - ops.max(log_probs, axis=-1, keepdims=True)) / temperature)
    if top_k is None and top_p is None:
        return _invert(weights, places)
    vocabulary = weights.shape[-1]
    weights, token_ids = ops.top_k(weights, min(top_k or vocabulary, vocabulary))
    chosen = _invert(weights if top_p is None else _nucleus(weights, top_p), places)
    return ops.take_along_axis(token_ids, chosen[:, None], axis=1)[:, 0]


def _nucleus(weights, top_p: float):
    """Descending weights with 0 for those that come after the first ones that make up the share `top_p`."""
    cumulative = ops.cumsum(weights, axis=-1)
    kept = ops.where(cumulative - weights < top_p * cumulative[:, -1:], weights, 0.0)
    # The first is kept whatever rounding leaves of its difference, or a tiny nucleus could be empty.
    return ops.concatenate([weights[:, :1], kept[:, 1:]], axis=-1)


def _invert(weights, places):
    """The first column at which the cumulative share of the weights exceeds `places`.

    Sought in blocks of columns first: adding up one by one is slow, and so only a block's columns are.
    """
    columns = weights.shape[-1]
    width = math.isqrt(columns - 1) + 1
    blocks = -(-columns // width)
    padded = ops.pad(weights, [[0, 0], [0, blocks * width - columns]])
    padded = ops.reshape(padded, (-1, blocks, width))
    sums = ops.sum(padded, axis=-1)
    cumulative = ops.cumsum(sums, axis=-1)
    wanted = places[:, None] * cumulative[:, -1:]  # (rows, 1)
    block = _first_beyond(sums, cumulative, wanted)
    weights = ops.take_along_axis(padded, block[:, :, None], axis=1)[:, 0]  # (rows, width)
    wanted = wanted - ops.take_along_axis(cumulative - sums, block, axis=1)
    return (block * width + _first_beyond(weights, ops.cumsum(weights, axis=-1), wanted))[:, 0]


def _first_beyond(weights, cumulative, wanted):
    """The first column, `(rows, 1)`, at which the weights added up exceed what is wanted."""
    # Parallel sums round unevenly: a column of weight 0 may seem reached, or none; then the heaviest is taken.
    reached = ops.logical_and(cumulative > wanted, weights > 0)
    return ops.argmax(ops.where(reached, np.inf, weights), axis=-1, keepdims=True)
