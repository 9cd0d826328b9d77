"""What a stage can minimise: for each name of `captioner.training.stage.OBJECTIVES` a compiled model and its data."""

from collections.abc import Callable
from typing import NamedTuple

import keras

from captioner.training.caption_batches import caption_batches
from captioner.training.loss import CaptionCrossentropy
from captioner.training.optimizer import make_optimizer
from captioner.training.stage_context import StageContext
from groundwork.epochs import EpochSource


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
    stage, trainee = context.stage, context.trainee
    source = EpochSource(caption_batches(stage, context.data, context.cache), context.distribution)
    with context.distribution.scope():
        trainee.compile(
            optimizer=make_optimizer(stage, trainee, steps=len(source.batches)),
            loss=CaptionCrossentropy(stage.label_smoothing),
        )
        # TensorFlow traces a step a second time if the first one made variables.
        trainee.optimizer.build(trainee.trainable_variables)
    return Objective(trainee, source)


PREPARE: dict[str, Callable[[StageContext], Objective]] = {"crossentropy": crossentropy}
