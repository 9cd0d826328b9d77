"""Random changes of pictures that leave their captions true, drawn inside the compiled training step."""

import math

import keras
from keras import ops

from groundwork.errors import ConfigError

# What red, green and blue contribute to the brightness that an eye sees, ITU-R BT.601.
LUMA = (0.299, 0.587, 0.114)


@keras.saving.register_keras_serializable(package="captioner")
class PictureAugmentation(keras.layers.Layer):
    """Mirrors, crops and recolours pictures in training, each with its own draws; otherwise they pass unchanged.

    A crop is a rectangle of random area, shape and place that is stretched to the whole picture (Szegedy et al. 2015,
    arXiv:1409.4842, section 6), larger than for classification, so that what a caption names stays in it. Hues stay
    as they are, because captions name colours.

    Keras' own layers draw for each picture as well, but `RandomFlip` mirrors whatever the caption says, `RandomZoom`
    always keeps the middle, and `RandomSaturation` returns negative values for pictures of 0..255.

    Args:
        flip: probability of the mirror image.
        crop_area: least share of a picture's area that is kept; 1 does not crop.
        crop_stretch: most that the kept part is stretched in one direction more than in the other, a factor.
        colour: largest relative change of brightness, of contrast and of saturation.
        seed: of the draws.

    Call: `(images (batch, height, width, 3), may_flip (batch,))`, RGB, uint8 or float, 0..255. `may_flip` is boolean;
    where it is false a picture is not mirrored.
    Output: uint8 of the images' shape.

    Raises:
        ConfigError: an option is out of range.
    """

    def __init__(
        self,
        *,
        flip: float = 0.5,
        crop_area: float = 0.75,
        crop_stretch: float = 1.15,
        colour: float = 0.2,
        seed: int | None = None,
        name: str = "augmentation",
        **kwargs,
    ):
        super().__init__(name=name, trainable=False, dtype="float32", **kwargs)
        if not (0 <= flip <= 1 and 0 < crop_area <= 1 and crop_stretch >= 1 and 0 <= colour < 1):
            raise ConfigError(
                "An augmentation takes `flip` in 0..1, `crop_area` above 0 and up to 1, `crop_stretch` from 1 on and "
                f"`colour` in 0..1, received {flip}, {crop_area}, {crop_stretch} and {colour}."
            )
        self.flip = flip
        self.crop_area = crop_area
        self.crop_stretch = crop_stretch
        self.colour = colour
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images, may_flip=None, training=False):
        if not training:
            return ops.cast(images, "uint8")
        draws = keras.random.uniform((8, ops.shape(images)[0]), seed=self.seed_generator)
        images = ops.cast(images, "float32")
        if self.colour:
            images = recoloured(images, 1 + self.colour * (2 * draws[:3] - 1))
        flipped = draws[3] < self.flip
        if may_flip is not None:
            flipped = ops.logical_and(flipped, may_flip)
        area = 1 - draws[4] * (1 - self.crop_area)
        stretch = ops.exp((2 * draws[5] - 1) * math.log(self.crop_stretch))
        heights, widths = (ops.minimum(ops.sqrt(part), 1) for part in (area / stretch, area * stretch))
        images = resampled(images, (1 - heights) * draws[6], heights, ops.zeros_like(flipped))
        images = resampled(ops.transpose(images, (0, 2, 1, 3)), (1 - widths) * draws[7], widths, flipped)
        return ops.cast(ops.round(ops.clip(ops.transpose(images, (0, 2, 1, 3)), 0, 255)), "uint8")

    def compute_output_spec(self, images, may_flip=None, training=False):
        return keras.KerasTensor(images.shape, "uint8")

    def get_config(self):
        return {
            "flip": self.flip,
            "crop_area": self.crop_area,
            "crop_stretch": self.crop_stretch,
            "colour": self.colour,
            "seed": self.seed,
            "name": self.name,
        }


def recoloured(images, factors):
    """Pictures `(batch, height, width, 3)` with brightness, contrast and saturation times `factors`, `(3, batch)`.

    Contrast is the distance to a picture's mean grey, saturation that to a pixel's own grey.
    """
    brightness, contrast, saturation = (ops.reshape(factor, (-1, 1, 1, 1)) for factor in ops.unstack(factors, num=3))
    images = images * brightness
    grey = ops.sum(images * ops.convert_to_tensor(LUMA, images.dtype), axis=-1, keepdims=True)
    images = grey + saturation * (images - grey)
    mean = ops.mean(grey, axis=(1, 2), keepdims=True)
    return mean + contrast * (images - mean)


def resampled(images, starts, shares, flipped):
    """The part of each picture from `starts` on, `shares` of its height, over the whole height, bilinear.

    One product of matrices: on accelerators and with XLA that is far cheaper than looking pixels up one by one.

    Args:
        images: float `(batch, height, width, 3)`.
        starts: float `(batch,)`, 0 is the first row's upper edge, 1 the last row's lower edge.
        shares: float `(batch,)`, above 0 and up to 1.
        flipped: bool `(batch,)`, where the result stands upside down.
    """
    _, height, width, channels = images.shape
    rows = ops.arange(height, dtype="float32")
    centres = (rows + 0.5) / height  # (height,)
    centres = ops.where(flipped[:, None], 1 - centres, centres)
    places = height * (starts[:, None] + shares[:, None] * centres) - 0.5
    places = ops.clip(places, 0, height - 1)  # Beyond the outermost rows' centres there are only these rows.
    weights = ops.relu(1 - ops.abs(places[:, :, None] - rows))  # (batch, height of the result, height)
    taken = ops.matmul(weights, ops.reshape(images, (-1, height, width * channels)))
    return ops.reshape(taken, (-1, height, width, channels))
