"""The distribution that `sample` draws from, for whole captions at once and with a gradient."""

import numpy as np
from keras import ops

from captioner.decoding.rules import CaptionRules

EXCLUDED = np.float32(-1e9)  # Finite, so that a place of weight 0 costs 0 whatever stands there.


def policy_logits(logits, rules: CaptionRules, *, positions, temperature: float):
    """Logits whose softmax is the probability with which `sample` chose each token of a caption.

    Tokens that may not follow have probability 0 and the others make up for it; only that the last of `max_length`
    tokens must be the end is left out: there is no choice, and nothing to learn from it.

    Args:
        logits: float `(tokens, vocabulary)`, as the model gives them for tokens of captions.
        rules, temperature: as for `sample`.
        positions: the place of each token in its caption, int `(tokens,)`.

    Returns:
        float32 `(tokens, vocabulary)`.
    """
    token_ids = np.arange(logits.shape[-1])
    banned = np.where(np.isin(token_ids, rules.banned_ids), EXCLUDED, 0).astype("float32")
    is_end = np.where(token_ids == rules.end_id, EXCLUDED, 0).astype("float32")
    must_go_on = ops.cast(positions + 1 < rules.min_length, "float32")
    logits = ops.cast(logits, "float32")
    logits = logits if temperature == 1 else logits / temperature  # A pass over much memory is spared.
    return logits + (banned + must_go_on[:, None] * is_end)
