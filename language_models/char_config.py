"""What the training of a character model is told; the prose under each field is its --help."""

from dataclasses import dataclass

from groundwork.config import Config, below, not_among, not_positive, outside
from groundwork.errors import ConfigError
from language_models.bundle import PRECISIONS
from language_models.text import parse_shares

CELLS = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class CharConfig(Config):
    """One training run of a character model."""

    cell: str = "lstm"
    """Recurrence: rnn, lstm or gru."""

    units: int = 512
    """Size of each layer's hidden state."""

    depth: int = 1
    """Recurrent layers."""

    embedding_dim: int = 64
    """Size of a character's vector; 0 is one-hot."""

    dropout: float = 0.2
    """Share of the elements of each layer's outputs that are dropped in training, the same ones in all of a window."""

    input_dropout: float = 0.0
    """Share of the elements of the characters' vectors that are dropped in training, likewise."""

    layer_normalization: bool = False
    """Whether each layer's outputs are normalised."""

    split: str = "90/10"
    """Percent of the text for training, validation and, if a third number is given, testing, in this order."""

    bytes: bool = False
    """Whether to read UTF-8 bytes instead of characters."""

    min_count: int = 1
    """Characters that the text has fewer times than this become one unknown character."""

    batch_size: int = 64
    """Streams read side by side."""

    window: int = 128
    """Characters through which gradients flow back; the state is carried further."""

    epochs: int = 20
    """Passes over the training text."""

    sections: int = 1
    """Parts of a pass; after each the model is validated and the run saved."""

    learning_rate: float = 2e-3
    """Peak step size of Adam, reached after the warm-up and followed by a half cosine down to zero."""

    warmup_epochs: float = 0.5
    """Passes over which the step size grows from zero."""

    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW) of kernels; 0 is plain Adam."""

    clip_norm: float = 1.0
    """Global norm to which gradients are clipped; 0 does not clip."""

    clip_value: float = 0.0
    """Size to which each element of a gradient is clipped before that; 0 does not clip."""

    ema_momentum: float = 0.99
    """Momentum of the running average of the weights that is validated and kept; 0 uses the weights themselves."""

    validation_streams: int = 16
    """Streams of the validation text that are read side by side after each epoch."""

    sample_length: int = 200
    """Characters written as a sample after each epoch."""

    seed: int = 1
    """Seed of the initial weights, of dropout, of the windows' offsets and of the samples."""

    precision: str = "8bit"
    """How the final bundle stores large kernels: 8bit, float16 or float32."""

    def problems(self) -> list[str]:
        return [
            *not_among(self, CELLS, "cell"),
            *not_among(self, PRECISIONS, "precision"),
            *below(self, 1, "units", "depth", "batch_size", "window", "epochs", "sections", "validation_streams"),
            *below(self, 1, "min_count"),
            *below(self, 0, "embedding_dim", "warmup_epochs", "weight_decay", "clip_norm", "clip_value", "seed"),
            *below(self, 0, "sample_length"),
            *outside(self, 0, 0.95, "dropout", "input_dropout"),
            *outside(self, 0, 0.99999, "ema_momentum"),
            *not_positive(self, "learning_rate"),
            *_split_problems(self.split),
        ]


def _split_problems(split: str) -> list[str]:
    try:
        parse_shares(split)
    except ConfigError as error:
        return [str(error).rstrip(".")]
    return []
