"""The building block of MobileNetV2."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="captioner")
class InvertedResidual(layers.Layer):
    """Widen, filter each channel by itself, narrow; where shapes allow it the input is added to the result.

    Sandler et al. 2018 (arXiv:1801.04381), table 1. The narrow ends carry no activation, because one would lose what
    few channels hold.

    Args:
        channels: of the input.
        filters: channels of the output.
        expansion: how many times as wide as the input the middle is; with 1 nothing is widened.
        strides: 1, or 2 to halve the side.

    Input: `(batch, height, width, channels)`.
    Output: `(batch, height / strides, width / strides, filters)`.
    """

    def __init__(self, channels: int, filters: int, *, expansion: int = 6, strides: int = 1, **kwargs):
        super().__init__(**kwargs)
        # === Layers ===
        wide = channels * expansion
        self.expand = layers.Conv2D(wide, 1, activation="relu6", name="expand") if expansion > 1 else None
        self.depthwise = layers.DepthwiseConv2D(3, strides, padding="same", activation="relu6", name="depthwise")
        self.project = layers.Conv2D(filters, 1, name="project")

        # === Config ===
        self.channels = channels
        self.filters = filters
        self.expansion = expansion
        self.strides = strides

    def build(self, input_shape):
        wide = (*input_shape[:-1], self.channels * self.expansion)
        if self.expand is not None:
            self.expand.build(input_shape)
        self.depthwise.build(wide)
        self.project.build(wide)

    def call(self, hidden):
        wide = hidden if self.expand is None else self.expand(hidden)
        narrow = self.project(self.depthwise(wide))
        return hidden + narrow if self.strides == 1 and self.channels == self.filters else narrow

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, *(-(-side // self.strides) for side in (height, width)), self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "filters": self.filters,
            "expansion": self.expansion,
            "strides": self.strides,
        }
