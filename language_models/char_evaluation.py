"""Nats per character of a model on a text, with the state carried from the first character to the last."""

import math

import keras
import numpy as np
from keras import ops

from groundwork.errors import DataError
from language_models.char_model import CharModel

WINDOW = 256


class CharEvaluator:
    """Cross-entropy of a model that may change between calls.

    Args:
        model: the character model.
        streams: parts of equal length into which a text is cut and which are read side by side, each from the zero
            state. 1 is the text as it stands; more are faster and cost each part's first characters a little.
    """

    def __init__(self, model: CharModel, *, streams: int = 1):
        self.model = model
        self.streams = streams
        self._window = _WindowSurprise(model)

    def nats_per_token(self, token_ids: np.ndarray) -> float:
        """The mean of -log p of every token but the first of each stream, given all before it in its stream.

        Raises:
            DataError: there are fewer than two tokens for each stream.
        """
        if len(token_ids) < 2 * self.streams:
            raise DataError(
                f"The text has {len(token_ids)} tokens; to score it, {self.streams} stream(s) need two tokens each."
            )
        length = -(-(len(token_ids) - 1) // self.streams)
        places = length * np.arange(self.streams)[:, None]
        state = keras.tree.map_structure(ops.convert_to_numpy, self.model.initial_state(self.streams))
        total = 0.0
        for start in range(0, length, WINDOW):
            sources = places + np.arange(start, start + WINDOW)
            # The last window of a stream is filled up with what does not count.
            counts = (sources < np.minimum(places + length, len(token_ids) - 1)).astype(np.float32)
            inputs, targets = (token_ids[np.minimum(sources + k, len(token_ids) - 1)] for k in (0, 1))
            surprise, state = self._window.predict_on_batch((inputs, targets, counts, state))
            total += float(np.sum(surprise))
        return total / (len(token_ids) - 1)


class _WindowSurprise(keras.Model):
    """The summed surprise of each row of a window, and the state after it; compiled by `predict_on_batch`."""

    def __init__(self, model: CharModel):
        super().__init__(name="window_surprise")
        self.model = model
        self.built = True
        self.compile(jit_compile=keras.backend.backend() == "jax")

    def call(self, window):
        inputs, targets, counts, state = window
        logits, state = self.model(inputs, state)
        surprise = ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        return ops.sum(surprise * counts, axis=1), state


def bits(nats: float) -> float:
    """Nats in bits."""
    return nats / math.log(2)
