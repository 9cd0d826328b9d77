"""How fast a network is trained and captions, and how many operations that takes."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from measurement import seconds
from operations import captioning, training
from sizes import Network
from training_workload import caption_lengths, captions_of

from captioner.config import DecodingConfig
from captioner.training.stage import StageConfig

BEAM_SIZE = 3
STORED_IMAGES = 512  # Different ones; a longer epoch sees them again.


@dataclass(frozen=True)
class Speed:
    """What was reached, in the median of the rounds."""

    images_per_second: float
    captions_per_second: float
    flops: float


def training_speed(network: Network, stage: StageConfig, *, batches: int, rounds: int) -> Speed:
    """Epochs of a stage on random images and captions, after two that do not count."""
    from trainees import compiled_trainee, make_captioner, random_images, stage_source
    from training_keras import epoch_function

    count = batches * stage.batch_size
    randomness = np.random.default_rng(stage.seed)
    lengths = caption_lengths(count * stage.captions_per_image, randomness)
    captions = captions_of(lengths, stage.captions_per_image, network.decoder["vocabulary_size"], randomness)
    model = make_captioner(network.encoder, network.decoder)
    source = stage_source(stage, random_images(model, stage, min(count, STORED_IMAGES)), captions)
    with compiled_trainee(model, stage, steps=batches) as trainee:
        epoch = epoch_function(trainee, source, seed=stage.seed)
        taken = median([epoch(number)["seconds"] for number in range(2 + rounds)][2:])
    words = int(np.minimum(lengths + 1, stage.max_caption_length + 1).sum())
    operations = training(network.encoder, network.decoder, images=count, words=words, train_from=stage.cut)
    return Speed(count / taken, len(lengths) / taken, operations / taken)


def captioning_speed(network: Network, *, compute: str, batch_size: int, batches: int, rounds: int) -> Speed:
    """Calls of the caption generator on random pictures, after one that does not count."""
    from trainees import make_captioner

    from captioner.generation import CaptionGenerator
    from captioner.training.precision import computing_in

    model = make_captioner(network.encoder, network.decoder)
    side = network.encoder["image_size"]
    pictures = np.random.default_rng(1).integers(0, 256, (batch_size, side, side, 3), dtype=np.uint8)
    with computing_in(compute, model):
        generator = CaptionGenerator(model, beam_size=BEAM_SIZE, max_length=DecodingConfig.max_length)
        taken = median_seconds(lambda: generator.from_images(pictures), calls=batches, rounds=rounds)
    images = batch_size / taken
    each = captioning(network.encoder, network.decoder, steps=DecodingConfig.max_length, beam_size=BEAM_SIZE)
    return Speed(images, images, images * each)


def median_seconds(action: Callable[[], Any], *, calls: int, rounds: int) -> float:
    """Seconds of a call, the median of rounds of several calls, after one that does not count."""
    action()
    return median(seconds(lambda: [action() for _ in range(calls)]) for _ in range(rounds)) / calls
