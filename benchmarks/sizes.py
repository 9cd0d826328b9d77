"""The network of the COCO recipe, and a tiny one: the arguments of their encoders and decoders."""

from dataclasses import dataclass
from typing import Any

FILTERS = (64, 128, 256, 512, 512)
REPEATS = {"vgg11": (1, 1, 2, 2, 2), "vgg13": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}

LSTM: dict[str, Any] = {
    "vocabulary_size": 9_491,  # Of COCO's captions, 9,487 words occur at least five times.
    "embedding_dim": 512,
    "units": 512,
    "pyramid": (1, 2),
    "dropout": 0.5,
    "image_dropout": 0.3,
    "tie_embeddings": True,
}


@dataclass(frozen=True)
class Network:
    """The arguments of a `VGGEncoder` and of an `LSTMDecoder`."""

    encoder: dict[str, Any]
    decoder: dict[str, Any]


def vgg(name: str, *, image_size: int = 224) -> dict[str, Any]:
    """A published configuration."""
    return {"repeats": REPEATS[name], "filters": FILTERS, "image_size": image_size}


def tiny_network() -> Network:
    """A thousandth of the work, to try a benchmark out."""
    encoder = {"repeats": (1, 1, 1, 1, 1), "filters": (4, 8, 8, 8, 8), "image_size": 64}
    return Network(encoder, {**LSTM, "vocabulary_size": 40, "embedding_dim": 16, "units": 16})
