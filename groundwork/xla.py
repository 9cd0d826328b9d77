"""A part of a model's step compiled by XLA where the step as a whole is not."""

from collections.abc import Callable
from typing import Any

import keras


def compiled_apart(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, compiled by itself on TensorFlow, anew for each shape; on JAX the step around it is compiled.

    Worth it for loops of small steps; not for what calls Python, or adds up over replicas, which XLA cannot compile.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.function(function, jit_compile=True, autograph=False)
