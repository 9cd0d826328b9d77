"""Runs of `runs.py` in which a captioner learns from captions that it samples."""

from pathlib import Path

import keras
import numpy as np

from captioner.config import DecodingConfig
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.models.attention_decoder import AttentionDecoder
from captioner.models.caption_model import CaptionModel
from captioner.training.self_critical import SelfCriticalModel
from groundwork.callbacks import DeterministicEpochs
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource

RATE = 0.5
MAX_LENGTH = 6


class ThreeImages:
    """One batch, which does not divide by two replicas."""

    images = np.cos(np.arange(3 * 4 * 3) * 7).astype(np.float32).reshape(3, 4, 3)
    shapes = (
        {"images": (None, 4, 3), "image_numbers": (None,), "token_ids": (None, None, None)},
        (None, None, None),
        (None,),
    )

    def __len__(self):
        return 1

    def epoch(self, epoch):
        captions = np.full((3, 1, 2), 2, np.int32)
        inputs = {"images": self.images, "image_numbers": np.arange(3, dtype=np.int32), "token_ids": captions}
        yield inputs, captions, np.ones(3, np.float32)


def captioner() -> CaptionModel:
    """Attention over the pixels of tiny pictures."""
    keras.utils.set_random_seed(1)
    pixels = keras.Input((4, 3))
    decoder = AttentionDecoder(vocabulary_size=9, embedding_dim=4, units=4)
    vocabulary = Vocabulary([*SPECIAL_TOKENS, *"abcde"])
    return CaptionModel(
        keras.Model(pixels, pixels), decoder, vocabulary, decoding=DecodingConfig(max_length=MAX_LENGTH)
    )


def word_reward(image_numbers, token_ids):
    """What the words of a caption are worth for an image, `(images * captions,)`."""
    return (np.cos(token_ids + 2 * image_numbers[:, None, None]) * (token_ids > 0)).sum(-1).reshape(-1)


def run_self_critical(data: Path, output: Path, distribution: Distribution) -> None:
    """One step; the weights before and behind it, and the captions that this process was asked to reward."""
    drawn = []

    def reward(image_numbers, token_ids):
        drawn.append((image_numbers, token_ids))
        return word_reward(image_numbers, token_ids)

    with distribution.scope():
        model = SelfCriticalModel(captioner(), reward, samples=3)
        model.compile(keras.optimizers.SGD(RATE))
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    source = EpochSource(ThreeImages(), distribution)
    callbacks = [DeterministicEpochs(source, seed=1)]
    model.fit(**source.fit_arguments(), epochs=1, shuffle=False, verbose=0, callbacks=callbacks)
    output.mkdir(parents=True, exist_ok=True)
    for number, (image_numbers, token_ids) in enumerate(drawn):
        name = f"drawn-{distribution.worker}-{number}.npz"
        np.savez(output / name, image_numbers=image_numbers, token_ids=token_ids)
    if distribution.is_chief:
        after = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
        np.savez(output / "before.npz", *before)
        np.savez(output / "after.npz", *after)
