"""Gradients on any backend, and character models small enough to be understood."""

import keras
import numpy as np
import pytest
from keras import ops

from language_models.alphabet import Alphabet
from language_models.char_model import CharModel


@pytest.fixture
def gradients():
    """`gradients(function, arrays)`: the derivatives of a scalar function of arrays by each of them."""

    def differentiate(function, arrays):
        if keras.backend.backend() == "jax":
            import jax

            return jax.grad(lambda values: function(*values))([ops.convert_to_tensor(array) for array in arrays])
        import tensorflow as tf

        tensors = [tf.constant(array) for array in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = function(*tensors)
        return tape.gradient(value, tensors)

    return differentiate


@pytest.fixture
def ramp():
    """`ramp(2, 3)`: an array of that shape with values between -1 and 1 that do not repeat."""

    def make(*shape):
        return np.sin(1.7 * np.arange(1, np.prod(shape) + 1)).astype(np.float32).reshape(shape)

    return make


@pytest.fixture
def tiny_char_model():
    """Four characters and a line's end, three units; the same weights every time."""
    keras.utils.set_random_seed(0)
    return CharModel(Alphabet("\nehlo"), units=3, embedding_dim=2)
