"""Soft attention: a weighted mean of an image's regions, with weights that depend on what was said so far."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="captioner")
class RegionAttention(layers.Layer):
    """The regions that a hidden state asks for, a_r = softmax_r(w . tanh(W_a v_r + W_h h)).

    Equations 4 to 6 and 13 of K. Xu et al., "Show, Attend and Tell", 2015 (arXiv:1502.03044). The keys W_a v_r do not
    depend on the words, so they are computed once an image; all captions of an image share them.

    Args:
        units: size of keys and queries.

    Call: `(hidden (batch * captions, units), keys (batch, regions, units), values (batch, regions, channels))` to the
    context `(batch * captions, channels)` and the weights `(batch * captions, regions)`, which sum to 1.
    """

    def __init__(self, units: int, name: str = "attention", **kwargs):
        super().__init__(name=name, **kwargs)
        self.units = units
        self.region_to_key = layers.Dense(units, name="region_to_key")
        self.hidden_to_query = layers.Dense(units, use_bias=False, name="hidden_to_query")

    def build(self, hidden_shape, values_shape):
        self.region_to_key.build(values_shape)
        self.hidden_to_query.build(hidden_shape)
        self.score = self.add_weight(shape=(self.units, 1), initializer="glorot_uniform", name="score")
        self.built = True

    def keys(self, values):
        """What queries are compared with: `(batch, regions, channels)` to `(batch, regions, units)`."""
        return self.region_to_key(values)

    def call(self, hidden, keys, values):
        batch, regions, channels = ops.shape(values)
        query = ops.reshape(self.hidden_to_query(hidden), (batch, -1, 1, self.units))
        scores = ops.matmul(ops.tanh(keys[:, None] + query), self.score)[..., 0]  # (batch, captions, regions)
        weights = ops.softmax(scores, axis=-1)
        context = ops.matmul(weights, values)  # (batch, captions, channels)
        return ops.reshape(context, (-1, channels)), ops.reshape(weights, (-1, regions))

    def get_config(self):
        return {**super().get_config(), "units": self.units}
