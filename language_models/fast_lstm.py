"""An LSTM layer for CPUs that computes what keras.layers.LSTM computes, with fewer and larger matrix products."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="language_models")
class FastLSTM(layers.LSTM):
    """keras.layers.LSTM, with the same weights under the same names, and equal to it in outputs and gradients.

    The inputs of all steps are projected in one product. The gradient is written out, so that the gradients of both
    kernels are one product over all steps each, instead of a sum of one for each step, which is what automatic
    differentiation of the loop gives. With a mask, or where cuDNN can be used, the layer of Keras computes itself.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if mask is not None or _has_gpu():
            return super().inner_loop(sequences, initial_state, mask, training=training)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
        projected = ops.matmul(sequences, self.cell.kernel) + self.cell.bias  # (batch, time, 4 * units)
        outputs, hidden, cell = _run(
            ops.swapaxes(projected, 0, 1), *initial_state, ops.convert_to_tensor(self.cell.recurrent_kernel)
        )
        return hidden, ops.swapaxes(outputs, 0, 1), [hidden, cell]


def _has_gpu() -> bool:
    return any("gpu" in device for device in keras.distribution.list_devices())


@ops.custom_gradient
def _run(projected, hidden, cell, recurrent_kernel):
    """The recurrence over projected inputs `(time, batch, 4 * units)`: all hidden states, and the last state."""
    units = hidden.shape[-1]

    def step(carry, projected):
        hidden, cell, _ = carry
        summed = projected + ops.matmul(hidden, recurrent_kernel)
        gates = _activate(summed, units)
        i, f, g, o = ops.split(gates, 4, axis=-1)
        cell = f * cell + i * g
        # The outputs of a scan have the structure of its carry on TensorFlow; so the gates are carried along.
        carry = o * ops.tanh(cell), cell, gates
        return carry, carry

    (last_hidden, last_cell, _), (hiddens, cells, gates) = ops.scan(step, (hidden, cell, projected[0]), projected)

    def gradient(*upstream, **_):
        # TensorFlow hands over three tensors, JAX one tuple of them.
        d_hiddens, d_hidden, d_cell = keras.tree.flatten(upstream)
        earlier_cells = ops.concatenate([cell[None], cells[:-1]], axis=0)
        d_hidden, d_cell, d_summed = _run_back(
            d_hiddens, d_hidden, d_cell, gates, cells, earlier_cells, ops.transpose(recurrent_kernel)
        )
        earlier_hiddens = ops.concatenate([hidden[None], hiddens[:-1]], axis=0)
        rows = ops.reshape(earlier_hiddens, (-1, units)), ops.reshape(d_summed, (-1, 4 * units))
        return d_summed, d_hidden, d_cell, ops.matmul(ops.transpose(rows[0]), rows[1])

    return (hiddens, last_hidden, last_cell), gradient


def _run_back(d_hiddens, d_hidden, d_cell, gates, cells, earlier_cells, transposed_kernel):
    """Backpropagation through time: the gradients of the first state and of the gates' sums at all steps."""

    def step(carry, at_time):
        d_hidden, d_cell, _ = carry
        d_output, gates, cell, earlier_cell = at_time
        i, f, g, o = ops.split(gates, 4, axis=-1)
        d_hidden, squashed = d_hidden + d_output, ops.tanh(cell)
        d_cell = d_cell + d_hidden * o * (1 - squashed * squashed)
        d_summed = ops.concatenate(
            [
                d_cell * g * i * (1 - i),
                d_cell * earlier_cell * f * (1 - f),
                d_cell * i * (1 - g * g),
                d_hidden * squashed * o * (1 - o),
            ],
            axis=-1,
        )
        carry = ops.matmul(d_summed, transposed_kernel), d_cell * f, d_summed
        return carry, carry

    steps = (d_hiddens, gates, cells, earlier_cells)
    (d_hidden, d_cell, _), (_, _, d_summed) = ops.scan(step, (d_hidden, d_cell, gates[0]), steps, reverse=True)
    return d_hidden, d_cell, d_summed


def _activate(summed, units: int):
    """The gates i, f, g, o side by side: the logistic function, but tanh for g."""
    i_f, g, o = summed[:, : 2 * units], summed[:, 2 * units : 3 * units], summed[:, 3 * units :]
    return ops.concatenate([ops.sigmoid(i_f), ops.tanh(g), ops.sigmoid(o)], axis=-1)
