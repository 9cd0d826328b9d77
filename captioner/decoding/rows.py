"""Tensors in which the rows of one image follow each other: `(batch * rows_per_image, ...)`."""

from typing import Any

import keras
from keras import ops

from groundwork.errors import ConfigError


def count_rows(state: Any):
    """The leading axis of the first tensor in a nest; an int if it is known, else a scalar tensor.

    Raises:
        ConfigError: the nest is empty.
    """
    tensors = keras.tree.flatten(state)
    if not tensors:
        raise ConfigError(
            "`initial_state` must hold at least one tensor, whose leading axis is the batch; it is empty."
        )
    return ops.shape(tensors[0])[0]


def repeat_rows(nest: Any, count: int) -> Any:
    """Each row `count` times in succession: `(batch, ...)` -> `(batch * count, ...)`."""
    return keras.tree.map_structure(lambda tensor: ops.repeat(tensor, count, axis=0), nest)


def choose_rows(nest: Any, chosen, *, rows_per_image: int) -> Any:
    """Rows of each image by their number within it.

    Args:
        nest: tensors `(batch * rows_per_image, ...)`.
        chosen: int32 `(batch, count)`, each in `0 ... rows_per_image - 1`.

    Returns:
        The nest with tensors `(batch * count, ...)`.
    """
    first_rows = ops.arange(ops.shape(chosen)[0], dtype="int32") * rows_per_image
    rows = ops.reshape(chosen + first_rows[:, None], (-1,))  # (batch * count,)
    return keras.tree.map_structure(lambda tensor: ops.take(tensor, rows, axis=0), nest)
