"""The character model and the text that all sides of the character benchmark agree on."""

import json
from dataclasses import asdict, dataclass

import numpy as np

FIRST_CHARACTER = 32


@dataclass(frozen=True)
class CharWorkload:
    """One measurement; it travels to the workers as JSON.

    Attributes:
        task: "train" or "generate".
        units: size of each LSTM layer.
        depth: number of LSTM layers.
        embedding_dim: size of a character's vector.
        vocabulary: number of characters.
        batch_size: streams trained side by side; one text is generated at a time.
        window: characters of a stream in a batch.
        steps: batches of an epoch.
        length: characters generated in an epoch.
        learning_rate: of Adam.
        clip_norm: global norm to which gradients are clipped.
        seed: of the text and the weights.
    """

    task: str
    units: int
    depth: int
    embedding_dim: int
    vocabulary: int
    batch_size: int
    window: int
    steps: int
    length: int
    learning_rate: float = 2e-3
    clip_norm: float = 5.0
    seed: int = 1

    @property
    def characters(self) -> int:
        """Characters of an epoch."""
        return self.length if self.task == "generate" else self.batch_size * self.window * self.steps

    @property
    def alphabet(self) -> str:
        return "".join(map(chr, range(FIRST_CHARACTER, FIRST_CHARACTER + self.vocabulary)))

    def token_ids(self) -> np.ndarray:
        """A text just long enough for an epoch, int32; the same in every process."""
        length = self.batch_size * self.window * self.steps + self.window + 1
        return np.random.default_rng(self.seed).integers(self.vocabulary, size=length).astype(np.int32)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "CharWorkload":
        return cls(**json.loads(text))
