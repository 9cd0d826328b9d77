"""What both sides of the self-critical benchmark agree on: features, references, and the weights they begin with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from training_workload import Workload

from captioner.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class SelfCriticalWorkload(Workload):
    """A training run; `captions()` are the human captions.

    Attributes:
        weights: a .npz file of the model's weights by name.
        samples: captions drawn for each image.
        max_length: most tokens of a drawn caption, its end included.
    """

    weights: str
    samples: int
    max_length: int

    def vocabulary(self) -> Vocabulary:
        return Vocabulary.load(Path(self.model) / "vocabulary.txt")

    def references(self) -> list[list[str]]:
        """For each image its human captions as text."""
        words = self.vocabulary()
        return [[words.decode(caption) for caption in captions] for captions in self.captions()]

    def orders(self, epoch: int) -> list[np.ndarray]:
        """The images of each batch of an epoch."""
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.table()))
        return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
