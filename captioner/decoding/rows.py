"""Tensors in which the rows of one image follow each other: `(batch * rows_per_image, ...)`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

from groundwork.errors import ConfigError


class PerImage(NamedTuple):
    """Tensors of a nest that have one row an image, however many rows the image has elsewhere in it.

    What all captions of an image have in common is then neither copied for each of them nor moved when they change
    places. A step finds the captions of an image side by side.
    """

    tensors: Any


def count_rows(state: Any):
    """The leading axis of the tensors in a nest that are not `PerImage`; an int if it is known, else a scalar tensor.

    Raises:
        ConfigError: there is no such tensor.
    """
    tensors = keras.tree.flatten(keras.tree.traverse(lambda node: () if isinstance(node, PerImage) else None, state))
    if not tensors:
        raise ConfigError(
            "`initial_state` must hold at least one tensor, whose leading axis is the batch; it is empty."
        )
    return ops.shape(tensors[0])[0]


def repeat_rows(nest: Any, count: int) -> Any:
    """Each row `count` times in succession: `(batch, ...)` -> `(batch * count, ...)`; `PerImage` stays as it is."""
    return _map_rows(nest, lambda tensor: ops.repeat(tensor, count, axis=0))


def choose_rows(nest: Any, chosen, *, rows_per_image: int) -> Any:
    """Rows of each image by their number within it.

    Args:
        nest: tensors `(batch * rows_per_image, ...)`.
        chosen: int32 `(batch, count)`, each in `0 ... rows_per_image - 1`.

    Returns:
        The nest with tensors `(batch * count, ...)`; `PerImage` stays as it is.
    """
    first_rows = ops.arange(ops.shape(chosen)[0], dtype="int32") * rows_per_image
    rows = ops.reshape(chosen + first_rows[:, None], (-1,))  # (batch * count,)
    return _map_rows(nest, lambda tensor: ops.take(tensor, rows, axis=0))


def take_rows(nest: Any, rows, *, rows_per_image: int) -> Any:
    """Any rows, int32 `(rows,)`, whichever image they belong to; `PerImage` then has one for each of them, too."""
    images = rows // rows_per_image
    return _map_rows(
        nest, lambda tensor: ops.take(tensor, rows, axis=0), lambda tensor: ops.take(tensor, images, axis=0)
    )


def _map_rows(nest: Any, of_rows: Callable[[Any], Any], of_images: Callable[[Any], Any] | None = None) -> Any:
    """The nest with `of_rows` of its tensors, but with `of_images`, if given, of those that are `PerImage`."""

    def visit(node: Any) -> Any:
        if isinstance(node, PerImage):
            return node if of_images is None else keras.tree.map_structure(of_images, node)
        return None if keras.tree.is_nested(node) else of_rows(node)  # None has Keras look into the node.

    return keras.tree.traverse(visit, nest)
