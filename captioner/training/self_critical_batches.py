"""Training batches that name their images, so that captions sampled for them can be rewarded."""

from collections.abc import Sequence

import numpy as np

from captioner.data.batches import Batch, CaptionBatches


class SelfCriticalBatches(CaptionBatches):
    """Batches `(inputs, targets, sample_weight)` for `SelfCriticalModel`.

    They are those of `CaptionBatches` but for two: `inputs["image_numbers"]`, int32 `(batch,)`, are the places
    of the images among all, and `sample_weight`, float32 `(batch,)`, is 1 for each image, because the loss is a mean
    over images. Targets are padded with `PAD_ID`.
    """

    @property
    def shapes(self):
        inputs, targets, _ = super().shapes
        return {**inputs, "image_numbers": (None,)}, targets, (None,)

    def _batch(self, indices: np.ndarray, images: np.ndarray, captions: Sequence[Sequence[Sequence[int]]]) -> Batch:
        inputs, targets, _ = super()._batch(indices, images, captions)
        return {**inputs, "image_numbers": indices.astype(np.int32)}, targets, np.ones(len(indices), np.float32)
