"""The sentiment model: which of some classes a text belongs to."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
from keras import layers, ops

from groundwork.errors import BundleError, ConfigError, DataError
from groundwork.replicated import ReplicatedTraining
from language_models.bundle import find_bundle, load_named_weights, named_weights, read_config, save_bundle
from language_models.layers import RecurrentStack
from language_models.sentiment_batches import by_length
from language_models.sentiment_pooling import last_hidden, pool
from language_models.sentiment_vocabulary import PADDING_ID, Vocabulary, read_vocabulary
from language_models.sentiment_word_dropout import WordDropout

KIND = "sentiment"
BATCH_SIZE = 64


class SentimentModel(ReplicatedTraining, keras.Model):
    """Logits of the classes of texts: word vectors, a recurrence in one or both directions, pooling, a linear layer.

    Padding stands behind a text, for each direction that reads it, as cuDNN demands; neither the recurrence nor pooling
    sees it, so that a text's logits do not depend on the others in its batch.

    Args:
        vocabulary: words, or characters, by id.
        classes: name of each class.
        cell: "rnn", "lstm" or "gru".
        units: size of each direction's hidden state.
        depth: recurrent layers of each direction.
        bidirectional: whether a second recurrence reads from the end to the start.
        pooling: "last", "mean", "max" or "mean_max", see `pool`.
        embedding_dim: size of a word's vector.
        dropout: share of the text's representation, and between layers, dropped in training.
        input_dropout: share of the elements of word vectors dropped in training, the same ones in all words of a text.
        word_dropout: share of the words made unknown in training.
        max_length: words that are read; of longer texts the first half of these and the last.

    Call: `token_ids` int `(batch, time)`, padding behind, to logits `(batch, len(classes))`.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        classes: Sequence[str],
        cell: str = "lstm",
        units: int = 128,
        depth: int = 1,
        bidirectional: bool = True,
        pooling: str = "mean_max",
        embedding_dim: int = 128,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        word_dropout: float = 0.0,
        max_length: int = 400,
        name: str = "sentiment_model",
    ):
        super().__init__(name=name)
        # === Layers ===
        self.word_noise = WordDropout(word_dropout, name="word_noise")
        self.embedding = layers.Embedding(len(vocabulary), embedding_dim, name="embedding")
        self.input_noise = layers.SpatialDropout1D(input_dropout, name="input_noise")
        self.stack = RecurrentStack(
            cell, units=units, depth=depth, bidirectional=bidirectional, dropout=dropout, name="stack"
        )
        self.output_noise = layers.Dropout(dropout, name="output_noise")
        self.output_layer = layers.Dense(len(classes), name="output")

        # === Config ===
        self.vocabulary = vocabulary
        self.classes = tuple(classes)
        self.pooling = pooling
        self.embedding_dim = embedding_dim
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.word_dropout = word_dropout
        self.max_length = max_length
        # Keras would let XLA compile prediction for each length, which pays in training only.
        self.jit_compile = keras.backend.backend() == "jax"
        self.build()

    def build(self, input_shape=None):
        self.embedding.build()
        self.stack.build((None, None, self.embedding_dim))
        parts = 2 if self.pooling == "mean_max" else 1
        self.output_layer.build((None, parts * self.stack.output_dim))
        self.built = True

    def call(self, token_ids, training=False):
        mask = ops.not_equal(token_ids, PADDING_ID)
        vectors = self.embedding(self.word_noise(token_ids, training=training))
        vectors = self.input_noise(vectors, training=training)
        outputs, state = self.stack(vectors, mask=mask, training=training)
        pooled = last_hidden(state) if self.pooling == "last" else pool(outputs, mask, self.pooling)
        return self.output_layer(self.output_noise(pooled, training=training))

    def encode(self, text: str) -> np.ndarray:
        """Token ids of a text, shortened to `max_length`, int32 `(time,)`.

        Raises:
            DataError: the text is empty.
        """
        return self.shorten(self.vocabulary.encode(text))

    def shorten(self, token_ids: np.ndarray) -> np.ndarray:
        """The first and the last half of `max_length` tokens; a verdict stands at a review's start or end."""
        if not len(token_ids):
            raise DataError("The text is empty; there is nothing to classify.")
        if len(token_ids) <= self.max_length:
            return token_ids
        head = self.max_length // 2
        return np.concatenate([token_ids[:head], token_ids[head - self.max_length :]])

    def probabilities(self, sequences: Sequence[np.ndarray]) -> np.ndarray:
        """Float32 `(texts, len(classes))` of encoded texts, each row with sum 1; similar lengths are read together."""
        logits = np.zeros((len(sequences), len(self.classes)), np.float32)
        for places, token_ids in by_length(sequences, batch_size=BATCH_SIZE):
            logits[places] = self.predict_on_batch(token_ids)
        return ops.convert_to_numpy(ops.softmax(logits)) if len(logits) else logits

    def get_config(self) -> dict[str, Any]:
        """The arguments that a bundle records, beside the words."""
        return {
            "classes": list(self.classes),
            "cell": self.stack.cell,
            "units": self.stack.units,
            "depth": self.stack.depth,
            "bidirectional": self.stack.bidirectional,
            "pooling": self.pooling,
            "embedding_dim": self.embedding_dim,
            "dropout": self.dropout,
            "input_dropout": self.input_dropout,
            "word_dropout": self.word_dropout,
            "max_length": self.max_length,
        }

    @classmethod
    def from_preset(cls, preset: str | Path) -> Self:
        """A model from a bundle directory or a bundled model's name.

        Raises:
            BundleError: a file is missing, damaged, foreign, of another kind or of a newer format.
        """
        directory = find_bundle(preset, kind=KIND)
        config, source = read_config(directory, kind=KIND), directory / "vocabulary.txt"
        try:
            text = source.read_text(encoding="utf-8")
            vocabulary = read_vocabulary(text, unit=config["tokens"], source=source)
            model = cls(vocabulary, **config["model"])
        except (KeyError, TypeError, ValueError, ConfigError) as error:
            raise BundleError(f"{directory / 'config.json'} does not describe a sentiment model: {error}.") from error
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
            config={"tokens": self.vocabulary.unit, "model": self.get_config()},
            symbols=self.vocabulary.to_text(),
            weights=named_weights(self),
            precision=precision,
            metrics=metrics,
            card=card,
        )
