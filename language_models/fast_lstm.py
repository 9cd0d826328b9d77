"""An LSTM layer for CPUs that computes what keras.layers.LSTM computes, with fewer and larger matrix products."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="language_models")
class FastLSTM(layers.LSTM):
    """keras.layers.LSTM, with the same weights under the same names, and equal to it in outputs and gradients.

    The inputs of all steps are projected in one product. The gradient is written out, so that the gradients of both
    kernels are one product over all steps each, instead of a sum of one for each step, which is what automatic
    differentiation of the loop gives. Where cuDNN can be used, the layer of Keras computes itself.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if has_gpu():
            return super().inner_loop(sequences, initial_state, mask, training=training)
        real = None if mask is None else ops.swapaxes(mask, 0, 1)[..., None]  # (time, batch, 1)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            real = None if real is None else ops.flip(real, axis=0)
        projected = ops.matmul(sequences, self.cell.kernel) + self.cell.bias  # (batch, time, 4 * units)
        outputs, hidden, cell = _recurrence(real)(
            ops.swapaxes(projected, 0, 1), *initial_state, ops.convert_to_tensor(self.cell.recurrent_kernel)
        )
        return hidden, ops.swapaxes(outputs, 0, 1), [hidden, cell]


def has_gpu() -> bool:
    """Whether Keras' backend sees a GPU."""
    return any("gpu" in device for device in keras.distribution.list_devices())


def xla_pays() -> bool:
    """Whether training steps should be compiled by XLA.

    On CPUs that halves their time; on a GPU TensorFlow runs recurrences in cuDNN, which XLA cannot compile.
    """
    return keras.backend.backend() == "jax" or not has_gpu()


def _recurrence(real):
    """The recurrence as a function with a gradient; `real` is true on steps that count, `(time, batch, 1)` or None."""

    @ops.custom_gradient
    def run(projected, hidden, cell, recurrent_kernel):
        """All hidden states and the last state, from projected inputs `(time, batch, 4 * units)`."""
        hiddens, cells, gates, last_hidden, last_cell = _run(projected, hidden, cell, recurrent_kernel, real)

        def gradient(*upstream, **_):
            # TensorFlow hands over three tensors, JAX one tuple of them.
            earlier_hiddens = ops.concatenate([hidden[None], hiddens[:-1]], axis=0)
            earlier_cells = ops.concatenate([cell[None], cells[:-1]], axis=0)
            d_hidden, d_cell, d_summed = _run_back(
                keras.tree.flatten(upstream), gates, cells, earlier_cells, ops.transpose(recurrent_kernel), real
            )
            units = hidden.shape[-1]
            rows = ops.reshape(earlier_hiddens, (-1, units)), ops.reshape(d_summed, (-1, 4 * units))
            return d_summed, d_hidden, d_cell, ops.matmul(ops.transpose(rows[0]), rows[1])

        return (hiddens, last_hidden, last_cell), gradient

    return run


def _run(projected, hidden, cell, recurrent_kernel, real):
    """Hidden states, cells and gates of all steps, and the last hidden state and cell."""
    units = hidden.shape[-1]

    def step(carry, time):
        hidden, cell, _ = carry
        gates = _activate(projected[time] + ops.matmul(hidden, recurrent_kernel), units)
        i, f, g, o = ops.split(gates, 4, axis=-1)
        new_cell = f * cell + i * g
        new_hidden = o * ops.tanh(new_cell)
        if real is not None:
            new_hidden, new_cell = ops.where(real[time], new_hidden, hidden), ops.where(real[time], new_cell, cell)
        # The outputs of a scan have the structure of its carry on TensorFlow; so the gates are carried along.
        carry = new_hidden, new_cell, gates
        return carry, carry

    # The scan runs over indices: over several arrays of unknown length it fails on TensorFlow (Keras 3.15).
    times = ops.arange(ops.shape(projected)[0])
    (last_hidden, last_cell, _), (hiddens, cells, gates) = ops.scan(step, (hidden, cell, projected[0]), times)
    return hiddens, cells, gates, last_hidden, last_cell


def _run_back(upstream, gates, cells, earlier_cells, transposed_kernel, real):
    """Backpropagation through time: the gradients of the first state and of the gates' sums at all steps."""
    d_hiddens, d_last_hidden, d_last_cell = upstream

    def step(carry, time):
        d_hidden, d_cell, _ = carry
        d_hidden = d_hidden + d_hiddens[time]
        d_new_hidden, d_new_cell = d_hidden, d_cell
        if real is not None:
            d_new_hidden = ops.where(real[time], d_hidden, 0.0)
            d_new_cell = ops.where(real[time], d_cell, 0.0)
        i, f, g, o = ops.split(gates[time], 4, axis=-1)
        squashed = ops.tanh(cells[time])
        d_new_cell = d_new_cell + d_new_hidden * o * (1 - squashed * squashed)
        d_summed = ops.concatenate(
            [
                d_new_cell * g * i * (1 - i),
                d_new_cell * earlier_cells[time] * f * (1 - f),
                d_new_cell * i * (1 - g * g),
                d_new_hidden * squashed * o * (1 - o),
            ],
            axis=-1,
        )
        d_earlier_hidden, d_earlier_cell = ops.matmul(d_summed, transposed_kernel), d_new_cell * f
        if real is not None:
            d_earlier_hidden = ops.where(real[time], d_earlier_hidden, d_hidden)
            d_earlier_cell = ops.where(real[time], d_earlier_cell, d_cell)
        carry = d_earlier_hidden, d_earlier_cell, d_summed
        return carry, carry

    times = ops.arange(ops.shape(gates)[0])
    (d_hidden, d_cell, _), (_, _, d_summed) = ops.scan(
        step, (d_last_hidden, d_last_cell, gates[0]), times, reverse=True
    )
    return d_hidden, d_cell, d_summed


def _activate(summed, units: int):
    """The gates i, f, g, o side by side: the logistic function, but tanh for g."""
    i_f, g, o = summed[:, : 2 * units], summed[:, 2 * units : 3 * units], summed[:, 3 * units :]
    return ops.concatenate([ops.sigmoid(i_f), ops.tanh(g), ops.sigmoid(o)], axis=-1)
