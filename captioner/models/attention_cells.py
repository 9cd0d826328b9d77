"""Recurrences that look at an image's regions at every word."""

import keras
from keras import layers, ops

from captioner.models.soft_recurrence import Kernels, soft_recurrence, soft_step


class SoftCell(layers.Layer):
    """One LSTM whose gates also read the regions that its last hidden state asked for.

    K. Xu et al. 2015 (arXiv:1502.03044), section 3.1: z_t = beta_t sum_r a_tr v_r, with beta_t = sigmoid(w h_{t-1} + b)
    (section 4.2.1); the gates read the word, h_{t-1} and z_t; the next word is read from h_t and z_t. The weights are
    a_tr = softmax_r(h_{t-1} W_a v_r), the general score of Luong et al. 2015 (arXiv:1508.04025).
    """

    def __init__(self, units: int, name: str = "cell", **kwargs):
        super().__init__(name=name, **kwargs)
        self.units = units
        self.region_to_key = layers.Dense(units, kernel_initializer=spread(units), use_bias=False, name="region_to_key")
        self.word_to_gates = layers.Dense(4 * units, bias_initializer=forget_bias, name="word_to_gates")
        self.state_to_gates = layers.Dense(4 * units, use_bias=False, name="state_to_gates")
        self.hidden_to_beta = layers.Dense(1, name="hidden_to_beta")
        self.output_units = 2 * units

    def build(self, words_shape, values_shape):
        self.region_to_key.build(values_shape)
        self.word_to_gates.build(words_shape)
        self.state_to_gates.build((None, self.units + values_shape[-1]))
        self.hidden_to_beta.build((None, self.units))
        self.built = True

    def start(self, hidden, cell):
        return hidden, cell

    def keys(self, values):
        return self.region_to_key(values)

    @property
    def kernels(self) -> Kernels:
        return Kernels(
            *map(
                ops.convert_to_tensor,
                (self.state_to_gates.kernel, self.hidden_to_beta.kernel, self.hidden_to_beta.bias),
            )
        )

    def run(self, words, recurrent, keys, values):
        hiddens, contexts, weights = soft_recurrence(words, *recurrent, keys, values, *self.kernels)
        return ops.concatenate([hiddens, contexts], axis=-1), weights

    def step(self, words, recurrent, keys, values):
        done = soft_step(words, *recurrent, keys, values, self.kernels)
        outputs = ops.concatenate([done.hidden, done.beta * done.context], axis=-1)
        return outputs, (done.hidden, done.cell), done.weights


def spread(units: int) -> keras.Initializer:
    """Keys whose products with hidden states are of the order of 1."""
    return keras.initializers.VarianceScaling(1 / units, mode="fan_in")


CELLS = {"soft": SoftCell}


def forget_bias(shape, dtype=None):
    """Zeros, and ones for the forget gate, which stands second (Jozefowicz et al. 2015)."""
    units = shape[0] // 4 if shape[0] % 4 == 0 else shape[0] // 5
    return ops.concatenate([ops.zeros(units, dtype), ops.ones(units, dtype), ops.zeros(shape[0] - 2 * units, dtype)])
