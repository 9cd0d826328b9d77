"""Python on the processor in the middle of a compiled step, on every backend."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from groundwork.errors import ApplicationError


def call_on_host(function: Callable[..., np.ndarray], *tensors: Any, rows: Any) -> Any:
    """`function(*arrays)` as a tensor, float32 `(rows,)`, through which no gradient flows.

    The step waits for it. XLA cannot compile it for TensorFlow: such a model has `jit_compile` False there.

    Args:
        function: takes NumPy arrays; for the same arrays it should return the same.
        tensors: what it is called with.
        rows: how many numbers it returns, an int or a scalar tensor.

    Raises:
        ApplicationError: the backend is neither TensorFlow nor JAX.
    """

    def called(*arrays: Any) -> np.ndarray:
        return np.asarray(function(*map(np.asarray, arrays)), np.float32)

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.reshape(tf.numpy_function(called, tensors, tf.float32), (rows,))
    if backend == "jax":
        import jax

        return jax.pure_callback(
            called, jax.ShapeDtypeStruct((rows,), np.float32), *map(jax.lax.stop_gradient, tensors)
        )
    raise ApplicationError(f"Python cannot be called within a step of the {backend} backend; use tensorflow or jax.")
