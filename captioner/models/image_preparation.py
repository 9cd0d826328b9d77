"""The fixed step between a photograph and a convolutional network: squash, and the numbers that the network expects."""

from typing import ClassVar

import keras
from keras import ops

# Mean blue, green and red of the ImageNet training set; Simonyan & Zisserman 2014, section 2.1, subtract it.
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)


@keras.saving.register_keras_serializable(package="captioner")
class ImagePreparation(keras.layers.Layer):
    """RGB pictures of any size to the mean-free BGR squares that VGG was trained on.

    Pictures are squashed, not cropped: no object that a caption may mention is lost. A picture that already has the
    right size passes unchanged.

    Args:
        image_size: height and width of the result, in pixels.

    Input: uint8 or float `(batch, height, width, 3)`, RGB, 0..255.
    Output: float32 `(batch, image_size, image_size, 3)`, BGR.
    """

    # What a cache of features depends on besides weights and size; a change of this layer changes this sentence.
    summary: ClassVar[str] = f"squashed, antialiased bilinear, BGR, minus {IMAGENET_MEAN_BGR}"

    def __init__(self, image_size: int = 224, dtype: str = "float32", **kwargs):
        super().__init__(trainable=False, dtype=dtype, **kwargs)
        self.image_size = image_size

    def call(self, images):
        images = ops.cast(images, self.compute_dtype)
        if tuple(images.shape[1:3]) != (self.image_size, self.image_size):
            # Antialiased bilinear is also what `load_image` does, so both routes see the same square.
            images = ops.image.resize(images, (self.image_size, self.image_size), "bilinear", antialias=True)
        return self.scaled(images)

    def scaled(self, images):
        """Squares of RGB, 0..255, in the order and the range of the network's training."""
        return ops.flip(images, axis=-1) - ops.convert_to_tensor(IMAGENET_MEAN_BGR, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.image_size, self.image_size, 3)

    def get_config(self):
        return {**super().get_config(), "image_size": self.image_size}


@keras.saving.register_keras_serializable(package="captioner")
class SymmetricPreparation(ImagePreparation):
    """The same squares for networks that were trained on RGB of -1..1, such as MobileNetV2."""

    summary: ClassVar[str] = "squashed, antialiased bilinear, RGB, -1 to 1"

    def scaled(self, images):
        return images / 127.5 - 1
