"""What a stage can minimise: for each name of `captioner.training.stage.OBJECTIVES` a compiled model and its data."""

from collections.abc import Callable
from typing import NamedTuple

import keras

from captioner.models.caption_model import CaptionModel
from captioner.training.caption_batches import caption_batches
from captioner.training.caption_reward import CaptionReward
from captioner.training.loss import CaptionCrossentropy
from captioner.training.optimizer import make_optimizer
from captioner.training.self_critical import SelfCriticalModel
from captioner.training.self_critical_batches import SelfCriticalBatches
from captioner.training.stage import StageConfig
from captioner.training.stage_context import StageContext
from groundwork.epochs import EpochSource

# What Keras calls `jit_compile`.
XLA = {"auto": "auto", "always": True, "never": False}


class Objective(NamedTuple):
    """A training that is ready for `model.fit(**source.fit_arguments())`.

    `model` is compiled, and its trainable variables are those of the context's trainee, which is what generates
    captions between epochs: it may be the trainee itself, or a model around it with a `train_step` of its own.
    Whatever it logs beside `loss` goes into the record.
    """

    model: keras.Model
    source: EpochSource


def crossentropy(context: StageContext) -> Objective:
    """The next word of human captions, given those before it."""
    source = EpochSource(caption_batches(context), context.distribution)
    with context.distribution.scope():
        compile_crossentropy(context.trainee, context.stage, steps=len(source.batches))
    return Objective(context.trainee, source)


def compile_crossentropy(trainee: CaptionModel, stage: StageConfig, *, steps: int) -> None:
    """Compiles what a stage trains, for epochs of so many steps."""
    trainee.compile(
        optimizer=make_optimizer(stage, trainee, steps=steps),
        loss=CaptionCrossentropy(stage.label_smoothing),
        micro_batches=stage.micro_batches,
        jit_compile=XLA[stage.xla],
    )
    # TensorFlow traces a step a second time if the first one made variables.
    trainee.optimizer.build(trainee.trainable_variables)


def self_critical(context: StageContext) -> Objective:
    """Sampled captions earn rewards, against the human captions of the training images."""
    stage, data = context.stage, context.data
    source = EpochSource(caption_batches(context, SelfCriticalBatches), context.distribution)
    reward = CaptionReward(
        [record.captions for record in data.train],
        data.vocabulary,
        cider_weight=stage.cider_weight,
        bleu_weight=stage.bleu_weight,
    )
    with context.distribution.scope():
        model = SelfCriticalModel(
            context.trainee,
            reward,
            samples=stage.samples,
            baseline=stage.baseline,
            temperature=stage.sampling_temperature,
            crossentropy_share=stage.crossentropy_share,
        )
        model.compile(make_optimizer(stage, context.trainee, steps=len(source.batches)))
    return Objective(model, source)


PREPARE: dict[str, Callable[[StageContext], Objective]] = {
    "crossentropy": crossentropy,
    "self_critical": self_critical,
}
