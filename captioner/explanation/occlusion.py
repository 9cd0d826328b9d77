"""Pictures with a spot covered, to see what a word depends on in a model that does not say where it looks."""

import numpy as np
from keras import ops

from captioner.models.caption_model import CaptionModel

# Spots along a side; each costs a run of the CNN.
GRID = 7

# Pictures that the CNN sees together: the first feature map of 7 takes 90 MB in a VGG.
_BATCH = 7


def covered(picture: np.ndarray, grid: int = GRID) -> np.ndarray:
    """A picture with one round spot after the other in its mean colour, row by row.

    Zeiler & Fergus 2014 (arXiv:1311.2901), section 4.2, cover with grey squares; spots with soft edges add no edges
    for the CNN to see.

    Args:
        picture: uint8 `(height, width, 3)`.
        grid: spots along a side; a spot covers half of what lies 1.2 cells from its centre.

    Returns:
        uint8 `(grid * grid, height, width, 3)`.
    """
    height, width, _ = picture.shape
    mean = picture.mean(axis=(0, 1))
    rows, columns = (bells(side, grid) for side in (height, width))
    share = rows[:, None, :, None] * columns[None, :, None, :]  # (grid, grid, height, width)
    share = share.reshape(grid * grid, height, width, 1)
    return np.rint(picture + share * (mean - picture)).astype(np.uint8)


def bells(length: int, cells: int) -> np.ndarray:
    """Gaussian bells around the centres of cells, one cell wide (standard deviation), float32 `(cells, length)`."""
    places = (np.arange(length, dtype=np.float32) + 0.5) * cells / length
    return np.exp(-np.square(places - (np.arange(cells)[:, None] + 0.5)) / 2)


def covered_features(model: CaptionModel, picture: np.ndarray):
    """Image features of the whole picture and of all its covered versions, `(1 + GRID * GRID, regions, channels)`."""
    pictures = np.concatenate([picture[None], covered(picture)])
    batches = [model.encode(pictures[start : start + _BATCH]) for start in range(0, len(pictures), _BATCH)]
    return ops.concatenate(batches)
