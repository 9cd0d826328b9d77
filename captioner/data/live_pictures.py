"""The pictures themselves as a training's images, read by threads when they are asked for."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from captioner.data.pictures import Pictures
from captioner.data.read_ahead import reading_threads


class LivePictures:
    """Pictures by number, what `CaptionBatches` takes as `images` where there are no cached features.

    Args:
        paths: the pictures.
        pictures: reads them; from their files if not given.
        threads: how many pictures are read at a time; by default as many as the machine can use.

    Call: image indices `(batch,)` to uint8 `(batch, height, width, 3)`, RGB. It is the same in every epoch, since
    augmentation belongs to the model, and raises what `Pictures.load` raises.
    """

    def __init__(self, paths: Sequence[Path], pictures: Pictures | None = None, *, threads: int | None = None):
        self.paths = paths
        self.pictures = pictures or Pictures()
        self._readers = ThreadPoolExecutor(threads or reading_threads())

    def __call__(self, indices: np.ndarray, epoch: int = 0) -> np.ndarray:
        return np.stack(list(self._readers.map(self.pictures.load, [self.paths[index] for index in indices])))
