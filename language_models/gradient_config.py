"""What the experiment on gradient flow is told; the prose under each field is its --help."""

from dataclasses import dataclass

from groundwork.config import Config, below, not_positive


@dataclass(frozen=True)
class GradientConfig(Config):
    """What is measured, and on which small models."""

    units: int = 64
    """Size of each hidden state."""

    distance: int = 64
    """Steps back that the gradient is followed; also the steps of a training window."""

    sequences: int = 32
    """Held-out texts over which norms are averaged."""

    gain: float = 3.0
    """Factor by which recurrent weights are enlarged in the second condition."""

    training_steps: int = 300
    """Updates in the trained conditions."""

    batch_size: int = 32
    """Texts in an update."""

    learning_rate: float = 0.01
    """Step size of Adam."""

    clip_norm: float = 1.0
    """Global norm to which gradients are clipped in the fourth condition."""

    seed: int = 1
    """Seed of the initial weights, which are the same in all conditions, and of the held-out texts."""

    def problems(self) -> list[str]:
        return [
            *below(self, 1, "units", "distance", "sequences", "training_steps", "batch_size"),
            *below(self, 0, "seed"),
            *not_positive(self, "gain", "learning_rate", "clip_norm"),
        ]
