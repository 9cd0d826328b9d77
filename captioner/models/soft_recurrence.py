"""The loop of the soft attention decoder over captions, with its gradient written out.

The gradients of kernels, keys and values are one product over all steps each, instead of a sum of one for each step,
which is what automatic differentiation of the loop gives.
"""

from typing import Any, NamedTuple

from keras import ops


class Kernels(NamedTuple):
    """The weights of a step."""

    gates: Any  # from hidden state and gated context to the gates, (units + channels, 4 * units)
    beta: Any  # from hidden state to the gate of the context, (units, 1)
    beta_bias: Any  # (1,)


class _Step(NamedTuple):
    """What is kept of a step, `(rows, ...)`; of all steps `(time, rows, ...)`."""

    hidden: Any
    cell: Any
    earlier_hidden: Any
    earlier_cell: Any
    gates: Any
    weights: Any
    context: Any
    beta: Any


class _StepBack(NamedTuple):
    """Gradients of a step, in the shapes of their values."""

    earlier_hidden: Any
    earlier_cell: Any
    gates: Any
    scores: Any
    context: Any
    beta: Any


def soft_step(words, hidden, cell, keys, values, kernels: Kernels) -> _Step:
    """One word further.

    Args:
        words: the words' share of the gates, `(rows, 4 * units)`; rows are captions, those of an image together.
        hidden, cell: `(rows, units)`.
        keys: what hidden states are compared with, `(batch, regions, units)`.
        values: `(batch, regions, channels)`.
    """
    weights = ops.softmax(_times_regions(hidden, ops.transpose(keys, (0, 2, 1))), axis=-1)
    context = _times_regions(weights, values)
    beta = ops.sigmoid(ops.matmul(hidden, kernels.beta) + kernels.beta_bias)
    inputs = ops.concatenate([hidden, beta * context], axis=-1)
    i, f, g, o = ops.split(words + ops.matmul(inputs, kernels.gates), 4, axis=-1)
    i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
    new_cell = f * cell + i * g
    gates = ops.concatenate([i, f, g, o], axis=-1)
    return _Step(o * ops.tanh(new_cell), new_cell, hidden, cell, gates, weights, context, beta)


@ops.custom_gradient
def soft_recurrence(words, hidden, cell, keys, values, *kernels):
    """Hidden states, gated contexts and attention weights of all steps.

    Args:
        words: as for `soft_step`, `(time, rows, 4 * units)`.
        hidden, cell: the first state.
        keys, values: as for `soft_step`.
        kernels: those of `Kernels`, in their order.

    Returns:
        `(time, rows, units)`, `(time, rows, channels)`, `(time, rows, regions)`.
    """
    steps = _run(words, hidden, cell, keys, values, Kernels(*kernels))

    def gradient(*upstream, **_):
        # TensorFlow hands over three tensors, JAX one tuple of them.
        upstream = upstream if len(upstream) == 3 else upstream[0]
        first, back = _run_back(upstream, steps, keys, values, Kernels(*kernels))
        inputs = ops.concatenate([steps.earlier_hidden, steps.beta * steps.context], axis=-1)
        return (
            back.gates,
            first.earlier_hidden,
            first.earlier_cell,
            _sum_over_words(back.scores, steps.earlier_hidden, keys),
            _sum_over_words(steps.weights, back.context, values),
            _outer(inputs, back.gates),
            _outer(steps.earlier_hidden, back.beta),
            ops.sum(back.beta, axis=(0, 1)),
        )

    return (steps.hidden, steps.beta * steps.context, steps.weights), gradient


def _run(words, hidden, cell, keys, values, kernels: Kernels) -> _Step:
    """All steps, `(time, rows, ...)`."""

    def step(carry, time):
        carry = soft_step(words[time], carry.hidden, carry.cell, keys, values, kernels)
        return carry, carry

    # The outputs of a scan have the structure of its carry on TensorFlow; so all that is kept is carried along.
    start = soft_step(words[0], hidden, cell, keys, values, kernels)._replace(hidden=hidden, cell=cell)
    # The scan runs over indices: over several arrays of unknown length it fails on TensorFlow (Keras 3.15).
    return ops.scan(step, start, ops.arange(ops.shape(words)[0]))[1]


def _run_back(upstream, steps: _Step, keys, values, kernels: Kernels) -> tuple[_StepBack, _StepBack]:
    """The gradients of the first step, and those of all steps, `(time, rows, ...)`."""
    d_hiddens, d_gated_contexts, d_weights = upstream
    from_gates, from_beta = ops.transpose(kernels.gates), ops.transpose(kernels.beta)
    values_across, units = ops.transpose(values, (0, 2, 1)), steps.hidden.shape[-1]

    def step(later, time):
        now = _Step(*(part[time] for part in steps))
        i, f, g, o = ops.split(now.gates, 4, axis=-1)
        squashed = ops.tanh(now.cell)
        d_hidden = later.earlier_hidden + d_hiddens[time]
        d_cell = later.earlier_cell + d_hidden * o * (1 - squashed * squashed)
        d_gates = ops.concatenate(
            [
                d_cell * g * i * (1 - i),
                d_cell * now.earlier_cell * f * (1 - f),
                d_cell * i * (1 - g * g),
                d_hidden * squashed * o * (1 - o),
            ],
            axis=-1,
        )
        d_inputs = ops.matmul(d_gates, from_gates)
        d_gated_context = d_inputs[:, units:] + d_gated_contexts[time]
        d_beta = ops.sum(d_gated_context * now.context, axis=-1, keepdims=True) * now.beta * (1 - now.beta)
        d_context = now.beta * d_gated_context
        d_weight = _times_regions(d_context, values_across) + d_weights[time]
        d_scores = now.weights * (d_weight - ops.sum(now.weights * d_weight, axis=-1, keepdims=True))
        d_earlier = d_inputs[:, :units] + ops.matmul(d_beta, from_beta) + _times_regions(d_scores, keys)
        carry = _StepBack(d_earlier, d_cell * f, d_gates, d_scores, d_context, d_beta)
        return carry, carry

    last = _Step(*(ops.zeros_like(part[0]) for part in steps))
    nothing = _StepBack(last.hidden, last.cell, last.gates, last.weights, last.context, last.beta)
    return ops.scan(step, nothing, ops.arange(ops.shape(steps.hidden)[0]), reverse=True)


def _times_regions(rows, regions):
    """`(batch * captions, a)` times `(batch, a, b)` to `(batch * captions, b)`."""
    product = ops.matmul(ops.reshape(rows, (ops.shape(regions)[0], -1, regions.shape[1])), regions)
    return ops.reshape(product, (-1, regions.shape[2]))


def _sum_over_words(by_region, by_channel, regions):
    """The sum over an image's words of outer products, shaped as `regions`: the gradient of its keys or values."""
    batch = ops.shape(regions)[0]
    return ops.matmul(ops.transpose(_by_image(by_region, batch), (0, 2, 1)), _by_image(by_channel, batch))


def _by_image(steps, batch):
    """`(time, batch * captions, a)` to `(batch, time * captions, a)`."""
    steps = ops.reshape(steps, (ops.shape(steps)[0], batch, -1, steps.shape[-1]))
    return ops.reshape(ops.transpose(steps, (1, 0, 2, 3)), (batch, -1, steps.shape[-1]))


def _outer(inputs, outputs):
    """The sum over time and rows of their outer products: the gradient of a kernel."""
    inputs = ops.reshape(inputs, (-1, inputs.shape[-1]))
    return ops.matmul(ops.transpose(inputs), ops.reshape(outputs, (-1, outputs.shape[-1])))
