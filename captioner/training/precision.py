"""In which floating-point format a captioner computes while it is trained; its weights are float32 in any case."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from captioner.models.augmentation import PictureAugmentation
from captioner.models.caption_model import CaptionModel
from captioner.models.image_preparation import ImagePreparation

# Half a grey level of a picture is lost in bfloat16, and preparation costs nothing beside the convolutions.
_ALWAYS_FLOAT32 = (ImagePreparation, PictureAugmentation)


@contextmanager
def computing_in(policy: str, model: CaptionModel) -> Iterator[None]:
    """In this block the layers of a model compute as a Keras dtype policy says; logits and loss stay float32.

    Afterwards they compute as before, so that cached features and final scores do not depend on a training's policy.
    What is to compute so must be compiled inside the block. Micikevicius et al. 2018, arXiv:1710.03740.

    Args:
        policy: one of `POLICIES`.
        model: the captioner; layers that it shares with others change for them, too.
    """
    layers = [layer for layer in model._flatten_layers() if not isinstance(layer, _ALWAYS_FLOAT32)]
    before = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = policy
        yield
    finally:
        for layer, own in zip(layers, before, strict=True):
            layer.dtype_policy = own


def scaled_for(policy: str, optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """The optimizer, for float16 inside one that scales the loss against underflow of gradients.

    Where a scaled gradient overflows, the step is left out and the scale halved; after 2,000 steps without it doubles.
    """
    return keras.optimizers.LossScaleOptimizer(optimizer) if policy == "mixed_float16" else optimizer
