"""A stage's training data: captions beside what the untrained part of the CNN made of their pictures."""

import numpy as np

from captioner.data.batches import CaptionBatches
from captioner.data.feature_cache import FeatureCache
from captioner.data.prepared_data import PreparedData
from captioner.training.features import view_name
from captioner.training.stage import StageConfig


def caption_batches(stage: StageConfig, data: PreparedData, cache: FeatureCache) -> CaptionBatches:
    """The training captions beside cached features; mirrored pictures are drawn by (seed, epoch)."""
    captions = [[data.vocabulary.encode(caption) for caption in record.captions] for record in data.train]
    rows = [cache.rows([view_name(record.path) for record in data.train])]
    if stage.mirror:
        rows.append(cache.rows([view_name(record.path, True) for record in data.train]))
    views_of_images, table = np.stack(rows), cache.open()

    def images(indices: np.ndarray, epoch: int) -> np.ndarray:
        views = np.random.default_rng((stage.seed, epoch, 1)).integers(len(rows), size=len(data.train))
        return table[views_of_images[views[indices], indices]]

    return CaptionBatches(
        captions,
        images,
        batch_size=stage.batch_size,
        captions_per_image=stage.captions_per_image,
        max_caption_length=stage.max_caption_length,
        seed=stage.seed,
    )
