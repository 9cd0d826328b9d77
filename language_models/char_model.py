"""The character model: which character follows, given all before it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import keras
from keras import layers, ops

from groundwork.errors import BundleError, ConfigError
from language_models.alphabet import Alphabet, ByteAlphabet, read_alphabet
from language_models.bundle import find_bundle, load_named_weights, named_weights, read_config, save_bundle
from language_models.layers import RecurrentStack

KIND = "char"


class CharModel(keras.Model):
    """Logits of the next character at every place of a text, and the state with which to go on.

    Args:
        alphabet: the characters, or bytes, by id.
        cell: "rnn", "lstm" or "gru".
        units: size of each hidden state.
        depth: number of recurrent layers.
        embedding_dim: size of a character's vector; 0 is one-hot.
        dropout: share of each layer's outputs dropped in training, the same ones at all steps, see `RecurrentStack`.
        input_dropout: share of the elements of character vectors dropped in training, likewise.
        layer_normalization: whether each layer's outputs are normalised.

    Call: `token_ids` int `(batch, time)` and, optionally, the state before them, to logits
    `(batch, time, len(alphabet))` and the state after them.
    """

    def __init__(
        self,
        alphabet: Alphabet | ByteAlphabet,
        *,
        cell: str = "lstm",
        units: int = 512,
        depth: int = 1,
        embedding_dim: int = 64,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        layer_normalization: bool = False,
        name: str = "char_model",
    ):
        super().__init__(name=name)
        # === Layers ===
        self.embedding = layers.Embedding(len(alphabet), embedding_dim, name="embedding") if embedding_dim else None
        self.input_noise = layers.SpatialDropout1D(input_dropout, name="input_noise")
        self.stack = RecurrentStack(
            cell,
            units=units,
            depth=depth,
            dropout=dropout,
            layer_normalization=layer_normalization,
            name="stack",
        )
        self.output_noise = layers.SpatialDropout1D(dropout, name="output_noise")
        self.output_layer = layers.Dense(len(alphabet), name="output")

        # === Config ===
        self.alphabet = alphabet
        self.embedding_dim = embedding_dim
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.build()

    def build(self, input_shape=None):
        if self.embedding is not None:
            self.embedding.build()
        self.stack.build((None, None, self.embedding_dim or len(self.alphabet)))
        self.output_layer.build((None, self.stack.units))
        self.built = True

    def call(self, token_ids, state=None, training=False):
        vectors = self.input_noise(self._vectors(token_ids), training=training)
        hidden, state = self.stack(vectors, initial_state=state, training=training)
        return self.output_layer(self.output_noise(hidden, training=training)), state

    def initial_state(self, batch_size) -> tuple:
        """What stands before the first character: zeros, see `RecurrentStack.initial_state`."""
        return self.stack.initial_state(batch_size)

    def step(self, token_ids, state: tuple):
        """One character further: token ids `(batch,)` to logits `(batch, len(alphabet))` and the next state."""
        hidden, state = self.stack.step(self._vectors(token_ids), state)
        return self.output_layer(hidden), state

    def _vectors(self, token_ids):
        return ops.one_hot(token_ids, len(self.alphabet)) if self.embedding is None else self.embedding(token_ids)

    def get_config(self) -> dict[str, Any]:
        """The arguments that a bundle records, beside the alphabet."""
        return {
            "cell": self.stack.cell,
            "units": self.stack.units,
            "depth": self.stack.depth,
            "embedding_dim": self.embedding_dim,
            "dropout": self.dropout,
            "input_dropout": self.input_dropout,
            "layer_normalization": self.stack.layer_normalization,
        }

    @classmethod
    def from_preset(cls, preset: str | Path) -> Self:
        """A model from a bundle directory or a bundled model's name.

        Raises:
            BundleError: a file is missing, damaged, foreign, of another kind or of a newer format.
        """
        directory = find_bundle(preset, kind=KIND)
        config, source = read_config(directory, kind=KIND), directory / "alphabet.txt"
        try:
            model = cls(read_alphabet(source.read_text(encoding="utf-8"), source=source), **config["model"])
        except (KeyError, TypeError, ValueError, ConfigError) as error:
            raise BundleError(f"{directory / 'config.json'} does not describe a character model: {error}.") from error
        load_named_weights(model, directory)
        return model

    def save_to_preset(
        self,
        directory: str | Path,
        *,
        precision: str = "8bit",
        metrics: Mapping[str, Any] | None = None,
        card: str | None = None,
    ) -> None:
        """Writes a bundle, see `language_models.bundle.save_bundle`."""
        save_bundle(
            directory,
            kind=KIND,
            config={"model": self.get_config()},
            symbols=self.alphabet.to_text(),
            weights=named_weights(self),
            precision=precision,
            metrics=metrics,
            card=card,
        )
