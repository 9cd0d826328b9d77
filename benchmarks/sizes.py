"""The network of the COCO recipe, and a tiny one: the arguments of their encoders and decoders."""

from dataclasses import dataclass
from typing import Any

from captioner.models.published import VGG_FILTERS, VGG_REPEATS

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
    return {"repeats": VGG_REPEATS[name], "filters": VGG_FILTERS, "image_size": image_size}


def tiny_network() -> Network:
    """A thousandth of the work, to try a benchmark out."""
    encoder = {"repeats": (1, 1, 1, 1, 1), "filters": (4, 8, 8, 8, 8), "image_size": 64}
    return Network(encoder, {**LSTM, "vocabulary_size": 40, "embedding_dim": 16, "units": 16})
