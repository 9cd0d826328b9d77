"""One gradient a weight, also of word vectors."""

from collections.abc import Iterable
from typing import Any

import keras


def dense(gradients: Iterable[Any]) -> list[Any]:
    """The same gradients, rows of word vectors added up; for optimizers to begin with.

    TensorFlow hands over the gradient of word vectors as a list of rows, one for each word of the batch. Keras takes
    the norm and the squares of these rows one by one, so that a word that comes twice would move by another step than
    with JAX.
    """
    if keras.backend.backend() != "tensorflow":
        return list(gradients)
    import tensorflow as tf

    return [gradient if gradient is None else tf.convert_to_tensor(gradient) for gradient in gradients]
