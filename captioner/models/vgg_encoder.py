"""The VGG convolutional networks with their classifier cut off, as image encoders."""

from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers

from captioner.models.block_encoder import BlockEncoder, first_line
from captioner.models.image_preparation import ImagePreparation
from captioner.models.published import VGG_FILTERS, VGG_REPEATS
from groundwork.errors import BundleError, ConfigError


@keras.saving.register_keras_serializable(package="captioner")
class VGGEncoder(BlockEncoder):
    """Blocks of 3 x 3 convolutions, each closed by a 2 x 2 max pooling; depth is data.

    K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014
    (arXiv:1409.1556), without the fully connected layers.

    Args:
        repeats: number of convolutions in each block.
        filters: number of channels of each block.
        image_size: side of the square that pictures are squashed to, in pixels.
        last_pooling: whether the last block is pooled as the others are; attention over finer regions goes without.

    Input: uint8 `(batch, height, width, 3)`, RGB, any size; preparation is part of the model.
    Output: `(batch, regions, channels)`; for 224 pixels and five blocks 49 regions (7 x 7, row by row) of 512 channels,
    196 (14 x 14) without the last pooling.
    """

    def __init__(
        self,
        *,
        repeats: Sequence[int],
        filters: Sequence[int] = VGG_FILTERS,
        image_size: int = 224,
        last_pooling: bool = True,
        name: str = "vgg_encoder",
        **kwargs,
    ):
        # === Layers ===
        preparation = ImagePreparation(image_size, name="image_preparation")
        blocks = [vgg_block(index, *shape) for index, shape in enumerate(zip(repeats, filters, strict=True), 1)]
        regions = layers.Reshape((-1, filters[-1]), name="regions")

        # === Functional Model ===
        images = keras.Input((None, None, 3), dtype="uint8", name="images")
        hidden = preparation(images)
        sequence = [layer for block in blocks for layer in block]
        for layer in sequence if last_pooling else sequence[:-1]:
            hidden = layer(hidden)
        super().__init__(images, regions(hidden), name=name, **kwargs)

        # === Config ===
        self.repeats = tuple(repeats)
        self.filters = tuple(filters)
        self.image_size = image_size
        self.last_pooling = last_pooling

    @classmethod
    def from_name(cls, name: str, **kwargs) -> "VGGEncoder":
        """One of the published configurations, with random weights: vgg11, vgg13, vgg16 or vgg19."""
        if name not in VGG_REPEATS:
            raise ConfigError(f"`encoder` must be one of {', '.join(VGG_REPEATS)}, received {name!r}.")
        return cls(repeats=VGG_REPEATS[name], **kwargs)

    def load_imagenet_weights(self, weights: str | Path) -> None:
        """Takes the convolutions of `keras.applications` VGG16 or VGG19.

        Args:
            weights: `"imagenet"`, downloaded by Keras, or a local `.weights.h5` of the network without classifier.

        Raises:
            BundleError: the file is missing or belongs to another network.
        """
        if self.repeats not in (VGG_REPEATS["vgg16"], VGG_REPEATS["vgg19"]) or self.filters != VGG_FILTERS:
            raise ConfigError("ImageNet weights exist for `encoder` vgg16 and vgg19 only.")
        network = "VGG16" if self.repeats == VGG_REPEATS["vgg16"] else "VGG19"
        try:
            published = getattr(keras.applications, network)(include_top=False, weights=str(weights))
        except Exception as error:  # Keras raises half a dozen types for a missing, truncated or foreign file.
            raise BundleError(f"{weights} does not hold the convolutions of {network}: {first_line(error)}") from error
        self.set_weights(published.get_weights())

    def get_config(self):
        return {
            "repeats": self.repeats,
            "filters": self.filters,
            "image_size": self.image_size,
            "last_pooling": self.last_pooling,
            "name": self.name,
            "trainable": self.trainable,
        }


def vgg_block(index: int, repeats: int, filters: int) -> list[keras.layers.Layer]:
    """`repeats` convolutions of `filters` channels and one pooling, named as in `keras.applications`."""
    convolutions = [
        layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{index}_conv{number}")
        for number in range(1, repeats + 1)
    ]
    return [*convolutions, layers.MaxPooling2D(2, name=f"block{index}_pool")]
