"""What image encoders have in common: blocks of layers that can be frozen, and between which they can be cut."""

from typing import ClassVar

import keras

from groundwork.errors import ConfigError


class BlockEncoder(keras.Model):
    """A chain of layers from pictures to regions, to be subclassed; each of five blocks halves the side, or fewer do.

    A subclass calls its preparation `image_preparation` and the layers of its blocks `block1_...`, `block2_...`.

    Attributes:
        image_size: side of the square that pictures are squashed to, in pixels.
    """

    image_size: int

    # Whether weights of 8 bits change what the network sees too much, so that bundles store them with 16.
    needs_fine_weights: ClassVar[bool] = False

    @property
    def block_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(block for layer in self.layers if (block := block_of(layer)).startswith("block")))

    @property
    def preparation(self) -> str:
        """What is done to pictures before the first block, in words."""
        return self.get_layer("image_preparation").summary

    def split_before(self, block: str | None) -> tuple[keras.Model, keras.Model | None]:
        """Two networks that share this one's layers: all that comes before `block`, and the rest.

        With `None` the first network is the whole encoder and there is no rest.
        """
        if block is None:
            return self, None
        if block not in self.block_names[1:]:
            raise ConfigError(f"A block to split at is one of {', '.join(self.block_names[1:])}, received {block!r}.")
        border = next(layer for layer in self.layers if block_of(layer) == block).input
        return keras.Model(self.input, border, name="trunk"), keras.Model(border, self.output, name="head")

    def train_from(self, block: str | None) -> None:
        """Freezes the convolutions before `block` and opens the others; None freezes all.

        What is shared with this network, such as the parts of a split, is frozen or opened as well.
        """
        if block is not None and block not in self.block_names:
            raise ConfigError(f"A block to train from is one of {', '.join(self.block_names)}, received {block!r}.")
        for layer in self.layers:
            name = block_of(layer)
            if name in self.block_names:
                layer.trainable = block is not None and name >= block

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def block_of(layer: keras.layers.Layer) -> str:
    """The block that a layer belongs to: its name's first word."""
    return layer.name.partition("_")[0]


def first_line(error: Exception) -> str:
    """What an error says, without the paragraphs that Keras adds."""
    return (str(error).splitlines() or [type(error).__name__])[0]
