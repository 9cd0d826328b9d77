"""Random choice of one token per row, by inverting the cumulative distribution."""

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
    """The first column at which the cumulative share of the weights, which are at most 1, exceeds `places`."""
    cumulative = ops.cumsum(weights, axis=-1)
    # Parallel sums round unevenly: a column of weight 0 may seem reached, or none; then the heaviest is taken.
    reached = ops.logical_and(cumulative > places[:, None] * cumulative[:, -1:], weights > 0)
    return ops.argmax(ops.where(reached, 2.0, weights), axis=-1)
