"""Which rows of a global batch a replica gets, and a worker, all of whose replicas are in one process."""

from typing import Any

import keras
import numpy as np


def replica_rows(batch: tuple, replica: int, replicas: int) -> tuple[Any, Any, np.ndarray]:
    """A replica's part of a global batch; all parts have equally many rows.

    Where the rows do not divide by the replicas, the last part is filled up with repeated rows of weight 0. The loss
    must be a mean over weights (`reduction="mean_with_sample_weight"`), so that they do not count.

    Args:
        batch: `(inputs, targets)` or `(inputs, targets, sample_weight)`; arrays whose first axis is the batch.
        replica: its number.
        replicas: how many there are.

    Returns:
        `(inputs, targets, sample_weight)`; where there were no weights, they are float32 ones in the targets' shape.
    """
    return _take(batch, _places(len(batch[1]), range(replica, replica + 1), replicas))


def worker_rows(rows: int, own_replicas: range, replicas: int) -> np.ndarray:
    """The rows, of so many, that some of the replicas get between them, each once and in order.

    One that is repeated to fill up the last part belongs to all who repeat it.
    """
    return np.unique(np.minimum(_places(rows, own_replicas, replicas), rows - 1))


def filled_rows(batch: tuple, replicas: int) -> tuple[Any, Any, np.ndarray]:
    """All replicas' parts, one behind the other."""
    return _take(batch, _places(len(batch[1]), range(replicas), replicas))


def _places(rows: int, chosen: range, replicas: int) -> np.ndarray:
    """The places of the chosen replicas' rows, those behind the last row included."""
    share = -(-rows // replicas)
    return np.arange(chosen.start * share, chosen.stop * share)


def _take(batch: tuple, places: np.ndarray) -> tuple[Any, Any, np.ndarray]:
    inputs, targets, *given = batch
    sample_weight = given[0] if given else np.ones(targets.shape, np.float32)
    rows = len(targets)
    taken = np.minimum(places, rows - 1)
    inputs, targets, sample_weight = keras.tree.map_structure(
        lambda array: array[taken], (inputs, targets, sample_weight)
    )
    sample_weight[places >= rows] = 0  # Indexing by an array has made a copy.
    return inputs, targets, sample_weight
