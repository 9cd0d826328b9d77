"""What a stage's trainee gets as images: rows of a feature cache, or the pictures themselves."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from captioner.data.coco import CaptionRecord
from captioner.data.feature_cache import FeatureCache
from captioner.data.live_pictures import LivePictures
from captioner.data.pictures import Pictures
from captioner.training.features import view_name
from captioner.training.stage import StageConfig

Images = Callable[[np.ndarray, int], np.ndarray]
"""Indices of records and an epoch to their images `(indices, ...)`."""


class StageImages(Protocol):
    """Where images come from.

    Attributes:
        ahead: batches that threads fetch in front of the one that is used.
    """

    ahead: int

    def of(self, records: Sequence[CaptionRecord]) -> Images:
        """Their images, the same in every epoch."""

    def for_training(self, records: Sequence[CaptionRecord], stage: StageConfig) -> Images:
        """Their images in the views that a stage wants."""


class CachedImages:
    """What the part of the CNN that is not trained made of the pictures; mirrored ones are drawn by (seed, epoch)."""

    ahead = 0

    def __init__(self, cache: FeatureCache):
        self.cache = cache

    def of(self, records: Sequence[CaptionRecord]) -> Images:
        table, rows = self.cache.open(), self._rows(records)
        return lambda indices, epoch: table[rows[indices]]

    def for_training(self, records: Sequence[CaptionRecord], stage: StageConfig) -> Images:
        if not stage.mirror:
            return self.of(records)
        table, rows = self.cache.open(), np.stack([self._rows(records, flip) for flip in (False, True)])

        def images(indices: np.ndarray, epoch: int) -> np.ndarray:
            views = np.random.default_rng((stage.seed, epoch, 1)).integers(2, size=len(records))
            return table[rows[views[indices], indices]]

        return images

    def _rows(self, records: Sequence[CaptionRecord], flip: bool = False) -> np.ndarray:
        return np.asarray(self.cache.rows([view_name(record.path, flip) for record in records]))


class PictureImages:
    """The pictures, read again in every epoch; what changes them at random is a part of the trainee."""

    ahead = 2

    def __init__(self, pictures: Pictures):
        self.pictures = pictures

    def of(self, records: Sequence[CaptionRecord]) -> Images:
        return LivePictures([record.path for record in records], self.pictures)

    def for_training(self, records: Sequence[CaptionRecord], stage: StageConfig) -> Images:
        return self.of(records)
