"""One vector for a text from the outputs of a recurrence at all its steps."""

from keras import ops

from groundwork.errors import ConfigError
from language_models.states import BidirectionalState


def last_hidden(state):
    """The top layer's hidden state after the whole text, `(batch, units or 2 * units)`."""
    top = state[-1]
    if isinstance(top, BidirectionalState):
        return ops.concatenate([top.forward.hidden, top.backward.hidden], axis=-1)
    return top.hidden


def pool(outputs, mask, pooling: str):
    """Reduces `(batch, time, features)` to `(batch, features)`, or twice that for "mean_max".

    Args:
        outputs: one vector for each step; those on padding do not count.
        mask: bool `(batch, time)`, true on real steps, which stand before the padding.
        pooling: "mean", "max", or "mean_max" for both side by side.

    Raises:
        ConfigError: the pooling is unknown.
    """
    weights = ops.cast(mask, outputs.dtype)[..., None]  # (batch, time, 1)
    if pooling == "mean":
        return ops.sum(outputs * weights, axis=1) / ops.sum(weights, axis=1)
    if pooling == "max":
        # All outputs lie between -1 and 1.
        return ops.max(outputs * weights - 2 * (1 - weights), axis=1)
    if pooling == "mean_max":
        return ops.concatenate([pool(outputs, mask, "mean"), pool(outputs, mask, "max")], axis=-1)
    raise ConfigError(f"`pooling` must be mean, max or mean_max; received {pooling!r}.")
