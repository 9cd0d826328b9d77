"""The lecture's recurrences as pure functions that show every gate; one time step each.

The weights are those of the Keras cells: kernel `(features, n * units)` and recurrent_kernel `(units, n * units)`, the
n gates side by side. Inputs are `(batch, features)`, states and gates `(batch, units)`.
"""

from typing import Any, NamedTuple

from keras import ops


class RNNGates(NamedTuple):
    """One step of a vanilla recurrence."""

    hidden: Any


class LSTMGates(NamedTuple):
    """One step of an LSTM: gates i, f, o between 0 and 1, candidate g between -1 and 1."""

    input_gate: Any
    forget_gate: Any
    candidate: Any
    output_gate: Any
    cell: Any
    hidden: Any


class GRUGates(NamedTuple):
    """One step of a GRU: gates r and z between 0 and 1, candidate n between -1 and 1."""

    reset_gate: Any
    update_gate: Any
    candidate: Any
    hidden: Any


def vanilla_rnn(inputs, hidden, kernel, recurrent_kernel, bias) -> RNNGates:
    """h_t = tanh(W_xh x_t + W_hh h_{t-1} + b); bias `(units,)`."""
    return RNNGates(ops.tanh(inputs @ kernel + hidden @ recurrent_kernel + bias))


def lstm(inputs, hidden, cell, kernel, recurrent_kernel, bias) -> LSTMGates:
    """i, f, g, o in this order in the weights, bias `(4 * units,)`; c_t = f c_{t-1} + i g and h_t = o tanh(c_t)."""
    i, f, g, o = ops.split(inputs @ kernel + hidden @ recurrent_kernel + bias, 4, axis=-1)
    i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
    cell = f * cell + i * g
    return LSTMGates(i, f, g, o, cell, o * ops.tanh(cell))


def gru(inputs, hidden, kernel, recurrent_kernel, bias) -> GRUGates:
    """z, r, n in this order in the weights, bias `(2, 3 * units)`; h_t = z h_{t-1} + (1 - z) n.

    The reset gate multiplies what the recurrent matrix made of the state, and z is the share that is kept, as in
    cuDNN; Cho et al. 2014 (equations 5 to 8) reset the state before the product.
    """
    z_x, r_x, n_x = ops.split(inputs @ kernel + bias[0], 3, axis=-1)
    z_h, r_h, n_h = ops.split(hidden @ recurrent_kernel + bias[1], 3, axis=-1)
    z, r = ops.sigmoid(z_x + z_h), ops.sigmoid(r_x + r_h)
    n = ops.tanh(n_x + r * n_h)
    return GRUGates(r, z, n, z * hidden + (1 - z) * n)
