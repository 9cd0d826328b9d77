"""What every decoding algorithm takes and returns, and how captions of different lengths are compared."""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

Step = Callable[[Any, Any], tuple[Any, Any]]
"""`step(token_ids, state) -> (logits, state)`: token_ids int `(rows,)`, logits float `(rows, vocabulary)`.

State is any nest of at least one tensor, each with `rows` as its leading axis, whose shapes and types do not change.
What the captions of an image have in common stands in it as `PerImage`, whose tensors have a row an image.
"""


class Decoded(NamedTuple):
    """Captions, the best of each image first.

    Where fewer captions exist than were asked for, the rest hold only padding, and log-probability and score are -inf.

    Attributes:
        token_ids: int32 `(batch, beams, max_length)`; the words, the end token, then padding; no start token.
        log_probs: float32 `(batch, beams)`; the sum over the emitted tokens, the end token included, of the natural
            logarithm of the model's own probability.
        scores: float32 `(batch, beams)`; `log_probs` normalised by length, descending along the beams.
    """

    token_ids: Any
    log_probs: Any
    scores: Any


def normalise_by_length(log_probs, lengths, length_penalty: float):
    """`log_probs / lengths ** length_penalty`; lengths count the end token.

    A penalty of 0 leaves the log-probability of the caption, which favours short ones; 1 gives the mean per token,
    which favours long ones. This is the length penalty of Wu et al. 2016, equation 14, without its offset of 5.
    """
    return log_probs / ops.power(ops.cast(lengths, "float32"), length_penalty)
