"""What a model makes of a given caption: the probabilities of all words at each place, and where it looked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from captioner.data.vocabulary import START_ID
from captioner.models.attention_decoder import AttentionState
from captioner.models.caption_model import CaptionModel


class Followed(NamedTuple):
    """A caption's words as the decoder went through them.

    Attributes:
        log_probs: float32 `(time, rows, vocabulary)`, of every word at every place after the words before it.
        attention: float32 `(time, rows, regions)`, or None where the decoder does not look at regions.
    """

    log_probs: np.ndarray
    attention: np.ndarray | None


def follow(model: CaptionModel, image_features: Any, token_ids: Sequence[int]) -> Followed:
    """Feeds a caption to the decoder word by word.

    Args:
        model: the captioner.
        image_features: `(rows, regions, channels)`; the caption is followed for each of them.
        token_ids: of the caption, its end included, without start.
    """
    rows = image_features.shape[0]
    state: Any = model.initial_state(image_features)
    log_probs, attention = [], []
    for token_id in [START_ID, *token_ids[:-1]]:
        logits, state = model.step(ops.full((rows,), token_id, dtype="int32"), state)
        log_probs.append(ops.convert_to_numpy(ops.log_softmax(logits)))
        if isinstance(state, AttentionState):
            attention.append(ops.convert_to_numpy(state.weights))
    return Followed(np.stack(log_probs), np.stack(attention) if attention else None)
