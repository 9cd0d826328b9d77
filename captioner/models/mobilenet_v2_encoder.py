"""MobileNetV2 with its classifier cut off, as a light image encoder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import keras
import numpy as np
from keras import layers

from captioner.models.block_encoder import BlockEncoder, first_line
from captioner.models.image_preparation import SymmetricPreparation
from captioner.models.inverted_residual import InvertedResidual
from captioner.models.published import MOBILENET_V2_BOTTLENECKS, MOBILENET_V2_FILTERS
from groundwork.errors import BundleError, ConfigError


@keras.saving.register_keras_serializable(package="captioner")
class MobileNetV2Encoder(BlockEncoder):
    """Inverted residuals between two convolutions; depth is data.

    M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018 (arXiv:1801.04381), of width 1.
    The published network normalises after every convolution; at inference that is a factor and a shift a channel, so
    here it is part of each kernel and of each bias, in training as well.

    Wherever the side is halved a new block begins, as in VGG: `block1` works at half the side, `block5` at a 32nd.

    Args:
        bottlenecks: rows of expansion, channels, repeats and stride of the first repeat.
        filters: channels of the first and of the last convolution.
        image_size: side of the square that pictures are squashed to, in pixels.

    Input: uint8 `(batch, height, width, 3)`, RGB, any size; preparation is part of the model.
    Output: `(batch, regions, channels)`; for 224 pixels 49 regions (7 x 7, row by row) of 1280 channels, 0..6.
    """

    # With ImageNet weights of 8 bits regions are off by 13 % of their norm, with 16 bits by 3 %; VGG19's by 2 % with 8.
    needs_fine_weights: ClassVar[bool] = True

    def __init__(
        self,
        *,
        bottlenecks: Sequence[Sequence[int]] = MOBILENET_V2_BOTTLENECKS,
        filters: Sequence[int] = MOBILENET_V2_FILTERS,
        image_size: int = 224,
        name: str = "mobilenet_v2_encoder",
        **kwargs,
    ):
        # === Layers ===
        first, last = filters
        preparation = SymmetricPreparation(image_size, name="image_preparation")
        stem = layers.Conv2D(first, 3, strides=2, padding="same", activation="relu6", name="block1_conv")
        residuals = list(bottleneck_layers(bottlenecks, first))
        final_block = residuals[-1].name.partition("_")[0]
        final = layers.Conv2D(last, 1, activation="relu6", name=f"{final_block}_final_conv")
        regions = layers.Reshape((-1, last), name="regions")

        # === Functional Model ===
        images = keras.Input((None, None, 3), dtype="uint8", name="images")
        hidden = preparation(images)
        for layer in (stem, *residuals, final):
            hidden = layer(hidden)
        super().__init__(images, regions(hidden), name=name, **kwargs)

        # === Config ===
        self.bottlenecks = tuple(tuple(row) for row in bottlenecks)
        self.filters = tuple(filters)
        self.image_size = image_size

    def load_imagenet_weights(self, weights: str | Path) -> None:
        """Takes the convolutions of `keras.applications.MobileNetV2`, each with its normalisation.

        Args:
            weights: `"imagenet"`, downloaded by Keras, or a local `.weights.h5` of the network without classifier.

        Raises:
            BundleError: the file is missing or belongs to another network.
        """
        if (self.bottlenecks, self.filters) != (MOBILENET_V2_BOTTLENECKS, MOBILENET_V2_FILTERS):
            raise ConfigError("ImageNet weights exist for the published configuration of MobileNetV2 only.")
        try:
            published = keras.applications.MobileNetV2((224, 224, 3), include_top=False, weights=str(weights))
        except Exception as error:  # Keras raises half a dozen types for a missing, truncated or foreign file.
            raise BundleError(
                f"{weights} does not hold the convolutions of MobileNetV2: {first_line(error)}"
            ) from error
        self.set_weights(folded_weights(published))

    def get_config(self):
        return {
            "bottlenecks": self.bottlenecks,
            "filters": self.filters,
            "image_size": self.image_size,
            "name": self.name,
            "trainable": self.trainable,
        }


def bottleneck_layers(bottlenecks: Sequence[Sequence[int]], channels: int) -> Iterator[InvertedResidual]:
    """The rows of the table as layers; `channels` is what the first one receives."""
    block = 1
    number = 0
    for expansion, filters, repeats, stride in bottlenecks:
        block += stride > 1
        for repeat in range(repeats):
            number += 1
            yield InvertedResidual(
                channels,
                filters,
                expansion=expansion,
                strides=1 if repeat else stride,
                name=f"block{block}_bottleneck{number}",
            )
            channels = filters


def folded_weights(published: keras.Model) -> list[np.ndarray]:
    """Kernel and bias of each convolution of a network that normalises after each, in their order."""
    convolutions = [layer for layer in published.layers if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D)]
    norms = [layer for layer in published.layers if isinstance(layer, layers.BatchNormalization)]
    pairs = zip(convolutions, norms, strict=True)
    return [array for convolution, norm in pairs for array in folded(convolution, norm)]


def folded(convolution: keras.layers.Layer, norm: keras.layers.BatchNormalization) -> tuple[np.ndarray, np.ndarray]:
    """The kernel and the bias that do what a convolution without bias and its normalisation do at inference.

    Ioffe & Szegedy 2015 (arXiv:1502.03167), algorithm 2, step 11.
    """
    (kernel,) = convolution.get_weights()
    gamma, beta, mean, variance = norm.get_weights()
    factor = gamma / np.sqrt(variance + norm.epsilon)
    depthwise = isinstance(convolution, layers.DepthwiseConv2D)  # Its channels are the axis before the last.
    return kernel * (factor[:, None] if depthwise else factor), beta - mean * factor
