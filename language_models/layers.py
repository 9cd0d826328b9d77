"""The recurrent stack that all language models share, over the recurrent layers of Keras."""

from typing import Any

import keras
from keras import layers, ops

from groundwork.errors import ConfigError
from language_models.fast_lstm import FastLSTM
from language_models.states import BidirectionalState, GRUState, LSTMState, RNNState

CELLS: dict[str, tuple[Any, Any]] = {
    "rnn": (layers.SimpleRNN, RNNState),
    "lstm": (FastLSTM, LSTMState),
    "gru": (layers.GRU, GRUState),
}


@keras.saving.register_keras_serializable(package="language_models")
class RecurrentStack(layers.Layer):
    """Recurrent layers one above the other, whose state goes in and comes out.

    The cells, with the logistic function s and the elementwise product *; each W, U and b belongs to its gate:

        rnn   h_t = tanh(W x_t + U h_{t-1} + b)                               (Elman 1990)
        lstm  i, f, o = s(W x_t + U h_{t-1} + b),  g = tanh(W x_t + U h_{t-1} + b)
              c_t = f * c_{t-1} + i * g,  h_t = o * tanh(c_t)                 (Hochreiter & Schmidhuber 1997, Gers 2000)
        gru   r, z = s(W x_t + b + U h_{t-1} + b'),  n = tanh(W x_t + b + r * (U h_{t-1} + b'))
              h_t = z * h_{t-1} + (1 - z) * n                                 (Cho et al. 2014, arXiv:1406.1078)

    The GRU resets after the product with U (`reset_after=True`), as cuDNN does. Layer normalisation stands on the
    outputs of each layer, outside the recurrence, so that cuDNN's kernels remain usable. So does dropout between
    layers; it takes the same elements at all steps of a sequence, as in Gal & Ghahramani 2016 (arXiv:1512.05287), which
    also spares most of the random numbers, whose drawing cost XLA on CPUs two thirds of the time of a training step.

    Args:
        cell: "rnn", "lstm" or "gru".
        units: size of each hidden state.
        depth: number of layers.
        bidirectional: whether each layer also reads from the end to the start; outputs are then `2 * units` wide.
        dropout: share of elements dropped between layers in training.
        layer_normalization: whether the outputs of each layer are normalised (Ba et al. 2016, arXiv:1607.06450).

    Call:
        inputs: `(batch, time, features)`.
        initial_state: as `initial_state` returns it; zeros if None.
        mask: bool `(batch, time)`, true on real steps, which stand before the padding. The state does not change on
            padding, and outputs repeat there.

    Returns:
        The top layer's outputs `(batch, time, units or 2 * units)` and the state after the last real step.

    Raises:
        ConfigError: the cell is unknown or a size is out of range.
    """

    def __init__(
        self,
        cell: str,
        *,
        units: int,
        depth: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        layer_normalization: bool = False,
        name: str = "recurrent_stack",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        _check(cell, units, depth, dropout)
        # === Layers ===
        self.forward_layers = [_make_layer(cell, units, f"forward_{index}") for index in range(depth)]
        self.backward_layers = (
            [_make_layer(cell, units, f"backward_{index}") for index in range(depth)] if bidirectional else []
        )
        self.noises = [layers.SpatialDropout1D(dropout, name=f"noise_{index}") for index in range(1, depth)]
        self.norms = (
            [layers.LayerNormalization(name=f"norm_{index}") for index in range(depth)] if layer_normalization else []
        )

        # === Config ===
        self.cell = cell
        self.units = units
        self.depth = depth
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.layer_normalization = layer_normalization
        self.supports_masking = True

    @property
    def output_dim(self) -> int:
        return self.units * (2 if self.bidirectional else 1)

    def build(self, inputs_shape):
        features = inputs_shape[-1]
        for index in range(self.depth):
            for layer in self._directions(index):
                layer.build((None, None, features))
            features = self.output_dim
            if self.norms:
                self.norms[index].build((None, None, features))

    def call(self, inputs, initial_state=None, mask=None, training=False):
        states = self.initial_state(ops.shape(inputs)[0]) if initial_state is None else initial_state
        outputs, new_states = inputs, []
        for index, state in enumerate(states):
            if index > 0:
                outputs = self.noises[index - 1](outputs, training=training)
            outputs, state = self._run_layer(index, outputs, state, mask)
            if self.norms:
                outputs = self.norms[index](outputs)
            new_states.append(state)
        return outputs, tuple(new_states)

    def initial_state(self, batch_size) -> tuple:
        """Zeros: a tuple over layers of `RNNState`, `LSTMState` or `GRUState`, in pairs if bidirectional."""
        one = self._state(*([ops.zeros((batch_size, self.units))] * len(CELLS[self.cell][1]._fields)))
        return (BidirectionalState(one, one) if self.bidirectional else one,) * self.depth

    def step(self, inputs, state: tuple):
        """One step further, without dropout: `(batch, features)` to outputs `(batch, units)` and the next state.

        Raises:
            ConfigError: the stack is bidirectional, so that a step would need the future.
        """
        if self.bidirectional:
            raise ConfigError("A bidirectional stack has no single step: it reads the future, too.")
        outputs, new_states = inputs, []
        for index, (layer, layer_state) in enumerate(zip(self.forward_layers, state, strict=True)):
            outputs, layer_state = layer.cell(outputs, list(layer_state))
            if self.norms:
                outputs = self.norms[index](outputs)
            new_states.append(self._state(*layer_state))
        return outputs, tuple(new_states)

    def _run_layer(self, index: int, inputs, state, mask):
        if not self.bidirectional:
            return self._run(self.forward_layers[index], inputs, state, mask)
        forward, forward_state = self._run(self.forward_layers[index], inputs, state.forward, mask)
        reversed_inputs = reverse_sequences(inputs, mask)
        backward, backward_state = self._run(self.backward_layers[index], reversed_inputs, state.backward, mask)
        outputs = ops.concatenate([forward, reverse_sequences(backward, mask)], axis=-1)
        return outputs, BidirectionalState(forward_state, backward_state)

    def _run(self, layer, inputs, state, mask):
        outputs, *state = layer(inputs, initial_state=list(state), mask=mask)
        return outputs, self._state(*state)

    def _state(self, *parts):
        return CELLS[self.cell][1](*parts)

    def _directions(self, index: int) -> list[layers.Layer]:
        return [self.forward_layers[index], *self.backward_layers[index : index + 1]]

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def get_config(self):
        return {
            "cell": self.cell,
            "units": self.units,
            "depth": self.depth,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
            "layer_normalization": self.layer_normalization,
            "name": self.name,
        }


def reverse_sequences(sequences, mask=None):
    """Each sequence from its last real step to its first; padding stays behind it, as cuDNN demands.

    Args:
        sequences: `(batch, time, features)`.
        mask: bool `(batch, time)`, true on real steps, which stand first; None: all are real.
    """
    if mask is None:
        return ops.flip(sequences, axis=1)
    places = ops.arange(ops.shape(sequences)[1], dtype="int32")[None]
    lengths = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)
    sources = ops.where(places < lengths, lengths - 1 - places, places)  # (batch, time)
    return ops.take_along_axis(sequences, sources[..., None], axis=1)


def _make_layer(cell: str, units: int, name: str) -> layers.Layer:
    return CELLS[cell][0](units, return_sequences=True, return_state=True, name=name)


def _check(cell: str, units: int, depth: int, dropout: float) -> None:
    if cell not in CELLS:
        raise ConfigError(f"`cell` must be one of {', '.join(CELLS)}; received {cell!r}.")
    if units < 1 or depth < 1:
        raise ConfigError(f"`units` and `depth` must be at least 1; received {units} and {depth}.")
    if not 0 <= dropout < 1:
        raise ConfigError(f"`dropout` must be at least 0 and below 1; received {dropout}.")
