"""What the training of a sentiment model is told; the prose under each field is its --help."""

from dataclasses import dataclass

from groundwork.config import Config, below, not_among, not_positive, outside
from language_models.bundle import PRECISIONS
from language_models.sentiment_vocabulary import UNITS

CELLS = ("rnn", "lstm", "gru")
POOLINGS = ("last", "mean", "max", "mean_max")


@dataclass(frozen=True)
class SentimentConfig(Config):
    """One training run of a sentiment model."""

    text_column: str = ""
    """Column of the text: its name, or its number from 1 on if there is no header; empty finds the usual names."""

    label_column: str = ""
    """Column of the label, likewise."""

    class_names: str = ""
    """Names of the labels 0, 1, ... with commas between them; empty takes the labels as they are."""

    holdout: float = 0.1
    """Share of the training texts that is validated on if no validation file is given."""

    tokens: str = "word"
    """What a text is read by: word or character."""

    min_count: int = 1
    """Words that the training texts have fewer times than this become one unknown word."""

    vocabulary_size: int = 0
    """Most frequent words of the training texts that are kept; 0 keeps all."""

    vector_words: int = 20000
    """Most frequent words of the unlabelled texts that are added to the vocabulary."""

    max_length: int = 400
    """Words of a text that are read; a longer one is read from its first half of these and its last."""

    cell: str = "lstm"
    """Recurrence: rnn, lstm or gru."""

    units: int = 128
    """Size of each direction's hidden state."""

    depth: int = 1
    """Recurrent layers of each direction."""

    bidirectional: bool = True
    """Whether a second recurrence reads from the end to the start."""

    pooling: str = "mean_max"
    """What represents a text: the last state, or the mean or the maximum of all outputs, or both of these."""

    embedding_dim: int = 128
    """Size of a word's vector."""

    dropout: float = 0.5
    """Share of the elements of the text's representation, and between layers, that are dropped in training."""

    input_dropout: float = 0.5
    """Share of the elements of the words' vectors that are dropped in training, the same ones all through a text."""

    word_dropout: float = 0.05
    """Share of the words that are made unknown in training."""

    batch_size: int = 64
    """Texts in a training step."""

    epochs: int = 5
    """Passes over the training texts."""

    learning_rate: float = 2e-3
    """Peak step size of Adam, reached after the warm-up and followed by a half cosine down to zero."""

    warmup_epochs: float = 0.1
    """Passes over which the step size grows from zero."""

    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW) of kernels; 0 is plain Adam."""

    clip_norm: float = 1.0
    """Global norm to which gradients are clipped; 0 does not clip."""

    ema_momentum: float = 0.998
    """Momentum of the running average of the weights that is validated and kept; 0 uses the weights themselves."""

    seed: int = 1
    """Seed of the initial weights, of dropout, of the order of the texts and of the held-out part."""

    precision: str = "8bit"
    """How the final bundle stores large kernels: 8bit, float16 or float32."""

    def problems(self) -> list[str]:
        return [
            *not_among(self, UNITS, "tokens"),
            *not_among(self, CELLS, "cell"),
            *not_among(self, POOLINGS, "pooling"),
            *not_among(self, PRECISIONS, "precision"),
            *below(self, 1, "units", "depth", "embedding_dim", "batch_size", "epochs", "min_count"),
            *below(self, 2, "max_length"),
            *below(self, 0, "vocabulary_size", "vector_words", "warmup_epochs", "weight_decay", "clip_norm", "seed"),
            *outside(self, 0, 0.95, "dropout", "input_dropout", "word_dropout"),
            *outside(self, 0.01, 0.9, "holdout"),
            *outside(self, 0, 0.99999, "ema_momentum"),
            *not_positive(self, "learning_rate"),
        ]
