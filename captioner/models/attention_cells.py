"""Recurrences that look at an image's regions at every word."""

import keras
from keras import layers, ops

from captioner.models.region_attention import RegionAttention


class SoftCell(layers.Layer):
    """One LSTM whose gates also read the regions that its last hidden state asked for.

    K. Xu et al. 2015 (arXiv:1502.03044), section 3.1: z_t = beta_t sum_r a_tr v_r with beta_t = sigmoid(w . h_{t-1} + b)
    (section 4.2.1); the gates read the word, h_{t-1} and z_t; the next word is read from h_t and z_t.
    """

    def __init__(self, units: int, attention_units: int, name: str = "cell", **kwargs):
        super().__init__(name=name, **kwargs)
        self.units = units
        self.attention = RegionAttention(attention_units)
        self.word_to_gates = layers.Dense(4 * units, bias_initializer=forget_bias, name="word_to_gates")
        self.hidden_to_gates = layers.Dense(
            4 * units, use_bias=False, kernel_initializer="orthogonal", name="hidden_to_gates"
        )
        self.context_to_gates = layers.Dense(4 * units, use_bias=False, name="context_to_gates")
        self.hidden_to_beta = layers.Dense(1, activation="sigmoid", name="hidden_to_beta")
        self.output_units = 2 * units

    def build(self, words_shape, values_shape):
        hidden_shape = (None, self.units)
        self.attention.build(hidden_shape, values_shape)
        self.word_to_gates.build(words_shape)
        self.hidden_to_gates.build(hidden_shape)
        self.context_to_gates.build((None, values_shape[-1]))
        self.hidden_to_beta.build(hidden_shape)
        self.built = True

    def start(self, hidden, cell):
        return hidden, cell

    def step(self, gates, recurrent, keys, values):
        hidden, cell = recurrent
        context, weights = self.attention(hidden, keys, values)
        context = self.hidden_to_beta(hidden) * context
        gates = gates + self.hidden_to_gates(hidden) + self.context_to_gates(context)
        hidden, cell = lstm(gates, cell)
        return ops.concatenate([hidden, context], axis=-1), (hidden, cell), weights


class Att2inCell(layers.Layer):
    """An LSTM whose cell input alone reads the regions, with a maxout.

    S. Rennie et al. 2017 (arXiv:1612.00563), section 3.2.
    """

    def __init__(self, units: int, attention_units: int, name: str = "cell", **kwargs):
        super().__init__(name=name, **kwargs)
        self.units = units
        self.attention = RegionAttention(attention_units)
        self.word_to_gates = layers.Dense(5 * units, bias_initializer=forget_bias, name="word_to_gates")
        self.hidden_to_gates = layers.Dense(5 * units, use_bias=False, name="hidden_to_gates")
        self.context_to_gates = layers.Dense(2 * units, use_bias=False, name="context_to_gates")
        self.output_units = units

    start = SoftCell.start

    def build(self, words_shape, values_shape):
        hidden_shape = (None, self.units)
        self.attention.build(hidden_shape, values_shape)
        self.word_to_gates.build(words_shape)
        self.hidden_to_gates.build(hidden_shape)
        self.context_to_gates.build((None, values_shape[-1]))
        self.built = True

    def step(self, gates, recurrent, keys, values):
        hidden, cell = recurrent
        context, weights = self.attention(hidden, keys, values)
        i, f, o, one, two = ops.split(gates + self.hidden_to_gates(hidden), 5, axis=-1)
        context_one, context_two = ops.split(self.context_to_gates(context), 2, axis=-1)
        g = ops.maximum(one + context_one, two + context_two)
        cell = ops.sigmoid(f) * cell + ops.sigmoid(i) * g
        hidden = ops.sigmoid(o) * ops.tanh(cell)
        return hidden, (hidden, cell), weights


class UpDownCell(layers.Layer):
    """An LSTM that decides where to look, and one that speaks.

    P. Anderson et al. 2018 (arXiv:1707.07998), section 3.2; the image's mean enters the first states instead of every
    step.
    """

    def __init__(self, units: int, attention_units: int, name: str = "cell", **kwargs):
        super().__init__(name=name, **kwargs)
        self.units = units
        self.attention = RegionAttention(attention_units)
        self.word_to_gates = layers.Dense(4 * units, bias_initializer=forget_bias, name="word_to_gates")
        self.hidden_to_gates = layers.Dense(4 * units, use_bias=False, name="hidden_to_gates")
        self.language_to_gates = layers.Dense(4 * units, bias_initializer=forget_bias, name="language_to_gates")
        self.output_units = units

    def build(self, words_shape, values_shape):
        self.attention.build((None, self.units), values_shape)
        self.word_to_gates.build(words_shape)
        self.hidden_to_gates.build((None, 2 * self.units))
        self.language_to_gates.build((None, 2 * self.units + values_shape[-1]))
        self.built = True

    def start(self, hidden, cell):
        return hidden, cell, hidden, cell

    def step(self, gates, recurrent, keys, values):
        looking, looking_cell, speaking, speaking_cell = recurrent
        both = ops.concatenate([looking, speaking], axis=-1)
        looking, looking_cell = lstm(gates + self.hidden_to_gates(both), looking_cell)
        context, weights = self.attention(looking, keys, values)
        inputs = ops.concatenate([context, looking, speaking], axis=-1)
        speaking, speaking_cell = lstm(self.language_to_gates(inputs), speaking_cell)
        return speaking, (looking, looking_cell, speaking, speaking_cell), weights


CELLS = {"soft": SoftCell, "att2in": Att2inCell, "updown": UpDownCell}


def lstm(gates, cell):
    """The next hidden state and cell of an LSTM, from the sums in its gates i, f, g, o side by side."""
    i, f, g, o = ops.split(gates, 4, axis=-1)
    cell = ops.sigmoid(f) * cell + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(cell), cell


def forget_bias(shape, dtype=None):
    """Zeros, and ones for the forget gate, which stands second (Jozefowicz et al. 2015)."""
    units = shape[0] // 4 if shape[0] % 4 == 0 else shape[0] // 5
    return ops.concatenate([ops.zeros(units, dtype), ops.ones(units, dtype), ops.zeros(shape[0] - 2 * units, dtype)])
