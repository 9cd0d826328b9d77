"""Captions of the validation images, and their scores, between two epochs."""

from collections.abc import Sequence

import numpy as np

from captioner.data.coco import CaptionRecord, references
from captioner.generation import CaptionGenerator
from captioner.metrics.scorer import score
from captioner.models.caption_model import CaptionModel
from captioner.training.stage_images import Images

SAMPLES = 8


class ValidationCaptions:
    """Captions a fixed list of images with a model that changes, as a user of the finished bundle would.

    Args:
        model: the captioner.
        records: the validation images with their captions.
        images: what the model takes as their images.
        batch_size: images captioned together.
    """

    def __init__(self, model: CaptionModel, records: Sequence[CaptionRecord], images: Images, batch_size: int = 50):
        self.generator = CaptionGenerator(model)
        self.records = records
        self.images = images
        self.batch_size = batch_size

    def captions(self) -> dict[int, list[str]]:
        """The best caption of every image, as the metrics take it."""
        texts: list[str] = []
        indices = np.arange(len(self.records))
        for start in range(0, len(indices), self.batch_size):
            found = self.generator.from_images(self.images(indices[start : start + self.batch_size], 0))
            texts += [best.text for best, *_ in found]
        return {record.image_id: [text] for record, text in zip(self.records, texts, strict=True)}

    def score(self) -> tuple[dict[str, float], list[str]]:
        """Scores by name, and the first few captions beside their file names."""
        candidates = self.captions()
        samples = [f"{record.path.name}: {candidates[record.image_id][0]}" for record in self.records[:SAMPLES]]
        return score(references(self.records), candidates), samples
