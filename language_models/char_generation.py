"""Text from a character model, in compiled pieces that are handed out as they come."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from groundwork.errors import DataError
from language_models.char_model import CharModel
from language_models.char_sampling import Sampling

CHUNK = 64
NEW_LINE = "\n"


class CharGenerator:
    """Draws characters one after the other.

    Args:
        model: the character model.
        sampling: how characters are drawn.
        chunk: characters in a compiled piece; the text does not depend on it.
    """

    def __init__(self, model: CharModel, sampling: Sampling | None = None, *, chunk: int = CHUNK):
        self.model = model
        self.chunk = chunk
        self._read = _Reader(model)
        self._write = _Writer(model, sampling or Sampling())

    def generate(self, *, length: int, seed: int, prime: str = "") -> Iterator[str]:
        """Pieces of a text of `length` tokens that follows `prime`, which is not among them.

        Args:
            length: characters, or bytes if the model reads bytes.
            seed: the same seed gives the same text.
            prime: what stands before; without it the text begins as after a line's end.

        Raises:
            DataError: `prime` has characters that the alphabet lacks.
        """
        state, last_id = self._after(prime)
        random, decoder = np.random.default_rng(seed), self.model.alphabet.decoder()
        for start in range(0, length, self.chunk):
            places = random.random((self.chunk, 1), np.float32)
            token_ids, state = self._write.predict_on_batch((last_id, places, state))
            last_id = token_ids[-1]
            yield decoder.decode(token_ids[: length - start, 0].tolist())

    def _after(self, prime: str):
        """The state before the last token of `prime`, and that token, `(1,)`."""
        token_ids = self.model.alphabet.encode(prime) if prime else self._first_id()
        state = keras.tree.map_structure(ops.convert_to_numpy, self.model.initial_state(1))
        for token_id in np.split(token_ids[:-1], range(self.chunk, len(token_ids), self.chunk)):
            if len(token_id):
                state = self._read.predict_on_batch((token_id[None], state))
        return state, token_ids[-1:]

    def _first_id(self) -> np.ndarray:
        try:
            return self.model.alphabet.encode(NEW_LINE)
        except DataError:  # A text of one line has none.
            return np.zeros(1, np.int32)


class _Reader(keras.Model):
    """The state after some token ids `(1, time)`."""

    def __init__(self, model: CharModel):
        super().__init__(name="char_reader")
        self.model = model
        self.built = True
        self.compile(jit_compile=keras.backend.backend() == "jax")

    def call(self, inputs):
        token_ids, state = inputs
        return self.model(token_ids, state)[1]


class _Writer(keras.Model):
    """Token ids `(chunk, 1)` drawn after a token and a state, and the state after them."""

    def __init__(self, model: CharModel, sampling: Sampling):
        super().__init__(name="char_writer")
        self.model = model
        self.sampling = sampling
        self.built = True
        # At one row the time goes into starting operations; XLA joins them, which makes this four times as fast.
        self.compile(jit_compile=True)

    def call(self, inputs):
        last_ids, places, state = inputs
        chunk = places.shape[0]

        def extend(position, written):
            token_ids, last_ids, state = written
            logits, state = self.model.step(last_ids, state)
            last_ids = self.sampling.draw(logits, places[position])
            token_ids = ops.slice_update(token_ids, (position, 0), last_ids[None])
            return token_ids, last_ids, state

        token_ids = ops.zeros((chunk, 1), "int32")
        token_ids, _, state = ops.fori_loop(0, chunk, extend, (token_ids, ops.cast(last_ids, "int32"), state))
        return token_ids, state
