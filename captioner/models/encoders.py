"""All encoders by their kinds and by their published names, as bundles and configurations have them."""

from typing import Any

import keras

from captioner.models.block_encoder import BlockEncoder
from captioner.models.mobilenet_v2_encoder import MobileNetV2Encoder
from captioner.models.published import published_name
from captioner.models.vgg_encoder import VGGEncoder
from groundwork.errors import ConfigError

KINDS: dict[str, type[BlockEncoder]] = {"vgg": VGGEncoder, "mobilenetv2": MobileNetV2Encoder}


def make_encoder(*, kind: str = "vgg", **options: Any) -> BlockEncoder:
    """A new encoder with random weights.

    Args:
        kind: one of `KINDS`. Bundles with a VGG name none.
        options: the arguments of its class.

    Raises:
        ConfigError: there is no such kind.
    """
    if kind not in KINDS:
        raise ConfigError(f"`encoder` must be one of {', '.join(KINDS)}, received {kind!r}.")
    return KINDS[kind](**options)


def make_published_encoder(name: str, *, image_size: int, last_pooling: bool) -> BlockEncoder:
    """One of the encoders that configurations name, with random weights; only a VGG has a last pooling."""
    if name == "mobilenetv2":
        return MobileNetV2Encoder(image_size=image_size)
    return VGGEncoder.from_name(name, image_size=image_size, last_pooling=last_pooling)


def describe_encoder(encoder: BlockEncoder) -> dict[str, Any]:
    """The arguments of `make_encoder` that make the same network again."""
    options = {key: value for key, value in encoder.get_config().items() if key not in ("name", "trainable")}
    return {"kind": "mobilenetv2", **options} if isinstance(encoder, MobileNetV2Encoder) else options


def encoder_name(encoder: keras.Model) -> str:
    """The published name of an encoder's configuration, or its class where there is none."""
    name = published_name(describe_encoder(encoder)) if isinstance(encoder, BlockEncoder) else None
    return name or type(encoder).__name__
