"""Averages of an image's regions over grids of growing fineness."""

import math

import keras
import numpy as np
from keras import ops

from groundwork.errors import ConfigError


@keras.saving.register_keras_serializable(package="captioner")
class SpatialPyramid(keras.layers.Layer):
    """One vector for an image: the mean of its regions, the means of its quarters, and so on.

    Spatial pyramid pooling (He et al. 2014, arXiv:1406.4729) with averages. Cells of a grid that does not divide the
    side overlap by a row or a column, so that all regions of a cell count the same.

    Args:
        grids: cells along a side at each level; (1,) is the plain mean.

    Input: `(batch, regions, channels)`, regions a square, row by row.
    Output: `(batch, cells * channels)` with cells the sum of the squared grids.
    """

    def __init__(self, grids: tuple[int, ...] = (1,), **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.grids = tuple(grids)

    def call(self, regions):
        averages = ops.convert_to_tensor(averaging_matrix(regions.shape[1], self.grids), self.compute_dtype)
        cells = ops.matmul(averages, regions)  # (batch, cells, channels)
        return ops.reshape(cells, (-1, cells.shape[1] * cells.shape[2]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], sum(grid**2 for grid in self.grids) * input_shape[2])

    def get_config(self):
        return {**super().get_config(), "grids": self.grids}


def averaging_matrix(regions: int, grids: tuple[int, ...]) -> np.ndarray:
    """float32 `(cells, regions)`; each row averages one cell."""
    side = math.isqrt(regions)
    if side**2 != regions or max(grids) > side:
        raise ConfigError(f"`pyramid` {grids} does not fit an image of {regions} regions.")
    matrices = []
    for grid in grids:
        along = np.zeros((grid, side), np.float32)
        for cell in range(grid):
            along[cell, cell * side // grid : math.ceil((cell + 1) * side / grid)] = 1
        along /= along.sum(axis=1, keepdims=True)
        matrices.append(np.kron(along, along))
    return np.concatenate(matrices)
