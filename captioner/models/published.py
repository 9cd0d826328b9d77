"""The published networks that encoders are made of, as data; usable before Keras is loaded."""

from collections.abc import Mapping
from typing import Any

# Convolutions in each of the five blocks: columns A, B, D and E of table 1 of Simonyan & Zisserman 2014.
VGG_REPEATS = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}

# Channels of each block.
VGG_FILTERS = (64, 128, 256, 512, 512)

# Table 2 of Sandler et al. 2018: expansion, channels, repeats, stride of the first of them.
MOBILENET_V2_BOTTLENECKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)

# Channels of the first and of the last convolution.
MOBILENET_V2_FILTERS = (32, 1280)

# What each has in the description of an encoder, beside the size of pictures.
PUBLISHED: dict[str, dict[str, Any]] = {
    name: {"repeats": repeats, "filters": VGG_FILTERS} for name, repeats in VGG_REPEATS.items()
} | {"mobilenetv2": {"bottlenecks": MOBILENET_V2_BOTTLENECKS, "filters": MOBILENET_V2_FILTERS}}


def published_name(description: Mapping[str, Any]) -> str | None:
    """The name of the network that has a description, None if it is none of the published ones."""

    def fits(options: Mapping[str, Any]) -> bool:
        return all(as_tuples(description.get(key)) == value for key, value in options.items())

    return next((name for name, options in PUBLISHED.items() if fits(options)), None)


def as_tuples(value: Any) -> Any:
    """Lists, such as JSON has, and lists in them as tuples."""
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value
