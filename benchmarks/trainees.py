"""Captioners with random weights, and the training of a stage on arrays in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from captioner.models.caption_model import CaptionModel
    from captioner.training.stage import StageConfig
    from groundwork.epochs import EpochSource


def make_captioner(encoder: dict[str, Any], decoder: dict[str, Any]) -> "CaptionModel":
    """A captioner of these sizes, whose words are numbers."""
    from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
    from captioner.models.caption_model import CaptionModel
    from captioner.models.lstm_decoder import LSTMDecoder
    from captioner.models.vgg_encoder import VGGEncoder

    words = [f"word{number}" for number in range(decoder["vocabulary_size"] - len(SPECIAL_TOKENS))]
    return CaptionModel(VGGEncoder(**encoder), LSTMDecoder(**decoder), Vocabulary([*SPECIAL_TOKENS, *words]))


@contextmanager
def compiled_trainee(model: "CaptionModel", stage: "StageConfig", *, steps: int) -> Iterator["CaptionModel"]:
    """What a stage trains, compiled as the trainer compiles it for epochs of so many steps; to be used in the block."""
    from captioner.training.network import for_stage, make_trainee
    from captioner.training.objectives import compile_crossentropy
    from captioner.training.precision import computing_in

    trainee = make_trainee(for_stage(model, stage), stage)
    with computing_in(stage.compute, trainee):
        compile_crossentropy(trainee, stage, steps=steps)
        yield trainee


def stage_source(
    stage: "StageConfig", images: np.ndarray, captions: Sequence[Sequence[Sequence[int]]]
) -> "EpochSource":
    """A stage's batches; where there are more groups of captions than images, images come again."""
    from captioner.data.batches import CaptionBatches
    from groundwork.epochs import EpochSource

    return EpochSource(
        CaptionBatches(
            captions,
            lambda indices, epoch: images[indices % len(images)],
            batch_size=stage.batch_size,
            captions_per_image=stage.captions_per_image,
            max_caption_length=stage.max_caption_length,
            seed=stage.seed,
        )
    )


def random_images(model: "CaptionModel", stage: "StageConfig", count: int) -> np.ndarray:
    """What a stage's trainee takes as images: pictures, uint8, or what the CNN's frozen part makes of them, float16."""
    randomness = np.random.default_rng(stage.seed)
    if stage.is_live:
        side = model.encoder.image_size
        return randomness.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    trunk, _ = model.cut_before(stage.cut)
    normal = randomness.standard_normal((count, *trunk.output_shape[1:]), np.float32)
    return np.maximum(normal, 0).astype(np.float16)
