"""The language half of the captioner: an LSTM whose first state is the image."""

from typing import NamedTuple

import keras
from keras import layers, ops

from captioner.models.spatial_pyramid import SpatialPyramid


class LSTMState(NamedTuple):
    """What an LSTM carries from word to word; both `(batch, units)`."""

    hidden: keras.KerasTensor
    cell: keras.KerasTensor


@keras.saving.register_keras_serializable(package="captioner")
class LSTMDecoder(layers.Layer):
    """Next-word logits from the words so far and an image that was seen once, before the first word.

    A plain recurrence would read h_1 = tanh(W_xh x_1 + W_hh h_0 + W_ih v) with the image vector v (Karpathy & Fei-Fei
    2015, arXiv:1412.2306, equation 13). An LSTM (Hochreiter & Schmidhuber 1997) keeps two vectors, so W_ih maps the
    image to both: hidden h_0 = tanh(W_ih v + b), cell c_0 = W'_ih v + b'.

    Args:
        vocabulary_size: number of words, the special ones included.
        embedding_dim: size of a word vector.
        units: size of the hidden state and of the cell.
        pyramid: grids over which regions are averaged to the image vector v, which is then layer-normalised (Ba et al.
            2016, arXiv:1607.06450).
        dropout: share of elements dropped from word vectors and hidden states in training.
        image_dropout: share of elements dropped from v in training.
        tie_embeddings: whether the output layer uses the word vectors (Press & Wolf 2017, arXiv:1608.05859).

    Call: `(token_ids (batch, captions, time), image_features (batch, regions, channels))` to logits
    `(batch, captions, time, vocabulary_size)`; every caption of an image starts from the same state. With `places`, int
    `(places,)`, numbers of elements of `token_ids`, only their logits are computed: `(places, vocabulary_size)`.
    """

    def __init__(
        self,
        *,
        vocabulary_size: int,
        embedding_dim: int = 512,
        units: int = 512,
        pyramid: tuple[int, ...] = (1,),
        dropout: float = 0.0,
        image_dropout: float = 0.0,
        tie_embeddings: bool = True,
        name: str = "lstm_decoder",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        # === Layers ===
        self.image_vector = SpatialPyramid(pyramid, name="image_vector")
        # Pooled VGG activations have norms near 90, which would saturate the tanh below.
        self.image_norm = layers.LayerNormalization(name="image_norm")
        self.image_noise = layers.Dropout(image_dropout, name="image_noise")
        self.image_to_hidden = layers.Dense(units, activation="tanh", name="image_to_hidden")
        self.image_to_cell = layers.Dense(units, name="image_to_cell")
        # The scale that keeps tied logits near zero at first, so that the first loss is log(vocabulary_size).
        scale = keras.initializers.RandomNormal(stddev=embedding_dim**-0.5)
        self.embedding = layers.ReversibleEmbedding(
            vocabulary_size,
            embedding_dim,
            tie_weights=tie_embeddings,
            embeddings_initializer=scale,
            reverse_dtype="float32",  # Also where the rest computes in 16 bits, with which logits would be too coarse.
            name="embedding",
        )
        self.word_noise = layers.Dropout(dropout, name="word_noise")
        self.lstm = layers.LSTM(units, return_sequences=True, name="lstm")
        self.hidden_noise = layers.Dropout(dropout, name="hidden_noise")
        self.hidden_to_word = layers.Dense(embedding_dim, name="hidden_to_word") if units != embedding_dim else None

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.pyramid = tuple(pyramid)
        self.dropout = dropout
        self.image_dropout = image_dropout
        self.tie_embeddings = tie_embeddings

    def build(self, token_ids_shape, image_features_shape):
        vector_shape = self.image_vector.compute_output_shape(image_features_shape)
        self.image_norm.build(vector_shape)
        self.image_to_hidden.build(vector_shape)
        self.image_to_cell.build(vector_shape)
        self.embedding.build()
        self.lstm.build((None, None, self.embedding_dim))
        if self.hidden_to_word is not None:
            self.hidden_to_word.build((None, self.units))
        self.output_bias = self.add_weight(
            shape=(self.vocabulary_size,), initializer="zeros", autocast=False, name="output_bias"
        )

    def call(self, token_ids, image_features, places=None, training=False):
        batch, captions, time = ops.shape(token_ids)
        state = self.initial_state(image_features, training=training)
        rows = (batch * captions, self.units)
        state = [
            ops.reshape(ops.broadcast_to(part[:, None], (batch, captions, self.units)), rows) for part in state
        ]  # (batch * captions, units)
        words = self.embedding(ops.reshape(token_ids, (batch * captions, time)))
        words = self.word_noise(words, training=training)
        hidden = self.lstm(words, initial_state=state, training=training)
        hidden = self.hidden_noise(hidden, training=training)
        if places is not None:
            return self._logits(ops.take(ops.reshape(hidden, (-1, self.units)), places, axis=0))
        logits = self._logits(hidden)  # (batch * captions, time, vocabulary)
        return ops.reshape(logits, (batch, captions, time, self.vocabulary_size))

    def initial_state(self, image_features, training=False) -> LSTMState:
        """The image as the recurrence's first state, `(batch, regions, channels)` to two of `(batch, units)`."""
        vector = self.image_norm(self.image_vector(image_features))
        vector = self.image_noise(vector, training=training)
        return LSTMState(self.image_to_hidden(vector), self.image_to_cell(vector))

    def step(self, token_ids, state: LSTMState):
        """One word further: token ids `(rows,)` to logits `(rows, vocabulary_size)` and the next state."""
        hidden, (_, cell) = self.lstm.cell(self.embedding(token_ids), list(state))
        return self._logits(hidden), LSTMState(hidden, cell)

    def _logits(self, hidden):
        words = hidden if self.hidden_to_word is None else self.hidden_to_word(hidden)
        return self.embedding(words, reverse=True) + self.output_bias

    def compute_output_shape(self, token_ids_shape, image_features_shape):
        return (*token_ids_shape, self.vocabulary_size)

    def get_config(self):
        return {
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "pyramid": self.pyramid,
            "dropout": self.dropout,
            "image_dropout": self.image_dropout,
            "tie_embeddings": self.tie_embeddings,
            "name": self.name,
        }
