"""The language half of the captioner with attention: at every word it looks at the image's regions again."""

from typing import Any, NamedTuple

import keras
from keras import layers, ops

from captioner.data.vocabulary import PAD_ID
from captioner.decoding.rows import PerImage
from captioner.models.attention_cells import CELLS
from captioner.models.spatial_pyramid import SpatialPyramid


class AttentionState(NamedTuple):
    """What an attention decoder carries from word to word; rows are captions, those of an image side by side."""

    recurrent: tuple[Any, ...]  # (rows, units) each
    regions: PerImage  # of keys and values, (batch, regions, units) each
    weights: Any  # (rows, regions): where the decoder looked for the last word


@keras.saving.register_keras_serializable(package="captioner")
class AttentionDecoder(layers.Layer):
    """Next-word logits from the words so far and the image's regions, weighted anew for every word.

    W_ih maps the image to the first state as in `LSTMDecoder`. Keys and values of the regions are computed once an
    image, the projection of the words and the output layer once for all words; the loop keeps what is recurrent.

    Args:
        kind: `soft`, ...
        vocabulary_size: number of words, the special ones included.
        embedding_dim: size of a word vector.
        units: size of the hidden state and of the cell.
        pyramid: grids over which regions are averaged to the image vector, see `LSTMDecoder`.
        dropout: share of elements dropped from word vectors and from what the output layer reads, in training.
        image_dropout: share of elements dropped from the image vector in training.
        region_dropout: share of whole regions dropped in training.
        attention_penalty: lambda of Xu et al. 2015, equation 14.
        tie_embeddings: whether the output layer uses the word vectors.

    Call: `(token_ids (batch, captions, time), image_features (batch, regions, channels))` to logits
    `(batch, captions, time, vocabulary_size)`; with `places` as for `LSTMDecoder`.
    """

    def __init__(
        self,
        *,
        vocabulary_size: int,
        kind: str = "soft",
        embedding_dim: int = 512,
        units: int = 512,
        pyramid: tuple[int, ...] = (1,),
        dropout: float = 0.0,
        image_dropout: float = 0.0,
        region_dropout: float = 0.0,
        attention_penalty: float = 0.0,
        tie_embeddings: bool = True,
        name: str = "attention_decoder",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        # === Layers ===
        self.image_vector = SpatialPyramid(pyramid, name="image_vector")
        self.image_norm = layers.LayerNormalization(name="image_norm")
        self.image_noise = layers.Dropout(image_dropout, name="image_noise")
        self.image_to_hidden = layers.Dense(units, activation="tanh", name="image_to_hidden")
        self.image_to_cell = layers.Dense(units, name="image_to_cell")
        self.region_norm = layers.LayerNormalization(name="region_norm")
        self.region_to_value = layers.Dense(units, activation="relu", name="region_to_value")
        self.region_noise = layers.Dropout(region_dropout, noise_shape=(None, None, 1), name="region_noise")
        self.value_noise = layers.Dropout(dropout, name="value_noise")
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
        self.cell = CELLS[kind](units)
        self.hidden_noise = layers.Dropout(dropout, name="hidden_noise")
        plain = self.cell.output_units == embedding_dim
        self.hidden_to_word = None if plain else layers.Dense(embedding_dim, name="hidden_to_word")

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.kind = kind
        self.embedding_dim = embedding_dim
        self.units = units
        self.pyramid = tuple(pyramid)
        self.dropout = dropout
        self.image_dropout = image_dropout
        self.region_dropout = region_dropout
        self.attention_penalty = attention_penalty
        self.tie_embeddings = tie_embeddings

    def build(self, token_ids_shape, image_features_shape):
        vector_shape = self.image_vector.compute_output_shape(image_features_shape)
        self.image_norm.build(vector_shape)
        self.image_to_hidden.build(vector_shape)
        self.image_to_cell.build(vector_shape)
        self.region_norm.build(image_features_shape)
        self.region_to_value.build(image_features_shape)
        self.embedding.build()
        self.cell.build((None, None, self.embedding_dim), (None, None, self.units))
        if self.hidden_to_word is not None:
            self.hidden_to_word.build((None, self.cell.output_units))
        self.output_bias = self.add_weight(
            shape=(self.vocabulary_size,), initializer="zeros", autocast=False, name="output_bias"
        )
        self.built = True

    def call(self, token_ids, image_features, places=None, training=False):
        batch, captions, time = ops.shape(token_ids)
        state = self.initial_state(image_features, training=training)
        recurrent = [ops.repeat(part, captions, axis=0) for part in state.recurrent]
        tokens = ops.reshape(token_ids, (batch * captions, time))
        words = self.cell.word_to_gates(self.word_noise(self.embedding(tokens), training=training))
        outputs, weights = self.cell.run(ops.swapaxes(words, 0, 1), recurrent, *state.regions.tensors)
        if training and self.attention_penalty:
            self.add_loss(self.attention_penalty * unequal_attention(weights, token_ids))
        outputs = self.hidden_noise(ops.swapaxes(outputs, 0, 1), training=training)
        if places is not None:
            return self._logits(ops.take(ops.reshape(outputs, (-1, self.cell.output_units)), places, axis=0))
        logits = self._logits(outputs)
        return ops.reshape(logits, (batch, captions, time, self.vocabulary_size))

    def initial_state(self, image_features, training=False) -> AttentionState:
        """The image as the recurrence's first state, and its regions as keys and values, a row an image."""
        vector = self.image_norm(self.image_vector(image_features))
        vector = self.image_noise(vector, training=training)
        recurrent = self.cell.start(self.image_to_hidden(vector), self.image_to_cell(vector))
        regions = self.region_noise(self.region_norm(image_features), training=training)
        values = self.value_noise(self.region_to_value(regions), training=training)
        return AttentionState(recurrent, PerImage((self.cell.keys(values), values)), ops.zeros_like(values[..., 0]))

    def step(self, token_ids, state: AttentionState):
        """One word further: token ids `(rows,)` to logits `(rows, vocabulary_size)` and the next state."""
        words = self.cell.word_to_gates(self.embedding(token_ids))
        outputs, recurrent, weights = self.cell.step(words, state.recurrent, *state.regions.tensors)
        return self._logits(outputs), AttentionState(recurrent, state.regions, weights)

    def _logits(self, outputs):
        words = outputs if self.hidden_to_word is None else self.hidden_to_word(outputs)
        return self.embedding(words, reverse=True) + self.output_bias

    def compute_output_shape(self, token_ids_shape, image_features_shape):
        return (*token_ids_shape, self.vocabulary_size)

    def get_config(self):
        return {
            "kind": self.kind,
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "pyramid": self.pyramid,
            "dropout": self.dropout,
            "image_dropout": self.image_dropout,
            "region_dropout": self.region_dropout,
            "attention_penalty": self.attention_penalty,
            "tie_embeddings": self.tie_embeddings,
            "name": self.name,
        }


def unequal_attention(weights, token_ids):
    """How unevenly captions look at regions, sum_r (1 - sum_t a_tr)^2, summed over captions and divided by the words.

    Equation 14 of Xu et al. 2015. The loss beside it is a mean over words, so this one is, too: the two add up the
    same however a batch is shared between devices.

    Args:
        weights: `(time, batch * captions, regions)`.
        token_ids: int `(batch, captions, time)`; padding looks at nothing, and a row of padding is no caption.
    """
    real = ops.cast(ops.not_equal(ops.reshape(token_ids, (-1, ops.shape(token_ids)[2])), PAD_ID), weights.dtype)
    looked = ops.sum(weights * ops.transpose(real)[..., None], axis=0)  # (batch * captions, regions)
    penalties = ops.sum(ops.square(1 - looked), axis=-1) * real[:, 0]
    return ops.sum(penalties) / ops.maximum(ops.sum(real), 1)
