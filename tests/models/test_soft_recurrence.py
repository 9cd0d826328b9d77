import keras
import numpy as np
import pytest
from keras import ops

from captioner.models.soft_recurrence import Kernels, soft_recurrence, soft_step

TIME, BATCH, CAPTIONS, REGIONS, UNITS, CHANNELS = 3, 2, 2, 4, 3, 5
ROWS = BATCH * CAPTIONS


@pytest.fixture
def arguments():
    shapes = [
        (TIME, ROWS, 4 * UNITS),
        (ROWS, UNITS),
        (ROWS, UNITS),
        (BATCH, REGIONS, UNITS),
        (BATCH, REGIONS, CHANNELS),
        (UNITS + CHANNELS, 4 * UNITS),
        (UNITS, 1),
        (1,),
    ]
    random = np.random.default_rng(0)
    return [random.normal(size=shape).astype(np.float32) for shape in shapes]


def step_by_step(words, hidden, cell, keys, values, *kernels):
    """What `soft_recurrence` computes, for automatic differentiation."""
    outputs = []
    for time in range(TIME):
        step = soft_step(words[time], hidden, cell, keys, values, Kernels(*kernels))
        hidden, cell = step.hidden, step.cell
        outputs.append((step.hidden, step.beta * step.context, step.weights))
    return [ops.stack(parts) for parts in zip(*outputs, strict=True)]


def gradients(run, arguments):
    """Of a sum in which every output has another weight."""

    def total(*arguments):
        return sum(ops.sum(part * np.linspace(-1, 1, part.shape[-1], dtype=np.float32)) for part in run(*arguments))

    if keras.backend.backend() == "jax":
        import jax

        return jax.grad(total, argnums=tuple(range(len(arguments))))(*map(ops.convert_to_tensor, arguments))
    import tensorflow as tf

    tensors = [tf.constant(argument) for argument in arguments]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = total(*tensors)
    return tape.gradient(loss, tensors)


def test_all_steps_at_once_are_the_steps_one_by_one(arguments):
    tensors = [ops.convert_to_tensor(argument) for argument in arguments]
    for part, expected in zip(soft_recurrence(*tensors), step_by_step(*tensors), strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-6)


def test_the_written_gradient_is_the_automatic_one(arguments):
    written, automatic = gradients(soft_recurrence, arguments), gradients(step_by_step, arguments)
    for gradient, expected in zip(written, automatic, strict=True):
        np.testing.assert_allclose(gradient, expected, atol=1e-5)
