"""The captions and features that both sides of the training benchmark learn from, and what they agree on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Of 1,000 captions of Flickr8k's and COCO's training images, how many have 5 (or fewer) words, 6, ... 24 (or more):
# mean 10.7, 95th percentile 17. Every caption is followed by the end token.
SHORTEST = 5
LENGTH_COUNTS = (41, 58, 75, 106, 123, 124, 110, 93, 75, 58, 41, 30, 20, 15, 11, 6, 4, 3, 2, 5)

FIRST_WORD = 4  # Token ids below are padding, start, end and unknown.


@dataclass(frozen=True)
class Workload:
    """One training run; it travels to the workers as JSON.

    Attributes:
        model: bundle directory, whose decoder is trained.
        decoder: the arguments of that `LSTMDecoder`.
        features: a .npy file of float16 `(images, regions, channels)`.
        batch_size: images in a batch.
        captions_per_image: captions of each image, all of which stand in the same batch.
        max_caption_length: words beyond are cut off.
        label_smoothing: share of the target probability spread over all words.
        learning_rate: of Adam.
        clip_norm: global norm to which gradients are clipped.
        seed: of captions, features and their order.
    """

    model: str
    decoder: dict[str, Any]
    features: str
    batch_size: int
    captions_per_image: int
    max_caption_length: int
    label_smoothing: float
    learning_rate: float
    clip_norm: float
    seed: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Workload":
        return cls(**json.loads(text))

    def table(self) -> np.ndarray:
        """The features, mapped into memory as the feature cache maps its own."""
        return np.load(self.features, mmap_mode="r")

    def captions(self) -> list[list[list[int]]]:
        """For each image its captions as token ids without start and end; the same in every process."""
        images = len(self.table())
        randomness = np.random.default_rng(self.seed)
        lengths = caption_lengths(images * self.captions_per_image, randomness)
        return captions_of(lengths, self.captions_per_image, self.decoder["vocabulary_size"], randomness)


def captions_of(
    lengths: np.ndarray, captions_per_image: int, vocabulary_size: int, randomness: np.random.Generator
) -> list[list[list[int]]]:
    """Captions of given lengths, int64 `(captions,)`, as token ids without start and end, in groups of an image."""
    words = token_ids(int(lengths.sum()), vocabulary_size, randomness)
    captions = [ids.tolist() for ids in np.split(words, np.cumsum(lengths)[:-1])]
    return [captions[start : start + captions_per_image] for start in range(0, len(captions), captions_per_image)]


def caption_lengths(count: int, randomness: np.random.Generator) -> np.ndarray:
    """Numbers of words drawn as often as in `LENGTH_COUNTS`, int64 `(count,)`."""
    share = np.array(LENGTH_COUNTS) / sum(LENGTH_COUNTS)
    return randomness.choice(np.arange(SHORTEST, SHORTEST + len(share)), count, p=share)


def token_ids(count: int, vocabulary_size: int, randomness: np.random.Generator) -> np.ndarray:
    """Words of which the n-th is drawn about 1/n as often as the first, as in language (Zipf), int64 `(count,)`."""
    words = vocabulary_size - FIRST_WORD
    ranks = np.floor(np.exp(randomness.uniform(0, np.log(words + 1), count)))  # 1 to words
    return FIRST_WORD - 1 + ranks.astype(np.int64)


def write_features(path: Path, images: int, shape: tuple[int, int], *, seed: int) -> None:
    """A file of random features, half of them zero as a ReLU leaves them."""
    normal = np.random.default_rng(seed).standard_normal((images, *shape), np.float32)
    np.save(path, np.maximum(normal, 0).astype(np.float16))
