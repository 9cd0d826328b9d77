import keras
import numpy as np
from keras import ops

from groundwork.host_call import call_on_host


class Sorted(keras.Model):
    """The largest of each row, found by NumPy, plus a weight."""

    def __init__(self):
        super().__init__()
        self.offset = self.add_weight(shape=(), initializer="zeros", name="offset")
        self.built = True

    def call(self, rows, training=False):
        return call_on_host(lambda array: np.sort(array, axis=1)[:, -1], rows, rows=ops.shape(rows)[0]) + self.offset


def test_a_compiled_function_calls_numpy():
    model = Sorted()
    model.compile(jit_compile=keras.backend.backend() == "jax")
    rows = np.float32([[1, 5, 2], [7, 0, 3]])
    np.testing.assert_array_equal(model.predict_on_batch(rows), [5, 7])


def test_a_step_around_it_has_gradients():
    model = Sorted()
    model.compile(keras.optimizers.SGD(0.5), loss="mse", jit_compile=keras.backend.backend() == "jax")
    model.train_on_batch(np.float32([[1, 5, 2]]), np.float32([6]))
    np.testing.assert_allclose(model.offset, 1.0)
