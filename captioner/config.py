"""What a captioner is made of and how it searches, validated before any work starts; the prose under each field is its
--help. How it is trained: `captioner.training.stage` and `captioner.training.recipe`."""

import math
from dataclasses import dataclass

from groundwork.config import Config, below, not_among, outside

VGGS = ("vgg11", "vgg13", "vgg16", "vgg19")
ENCODERS = (*VGGS, "mobilenetv2")
DECODERS = ("lstm", "soft")
PRECISIONS = ("8bit", "float16", "float32")
REDUCTION = 32  # Each of an encoder's five blocks halves the side.


@dataclass(frozen=True)
class DecodingConfig(Config):
    """How captions are searched for."""

    beam_size: int = 3
    """Captions kept alive at every step of the beam search; 1 is greedy search."""

    max_length: int = 20
    """Most tokens of a caption, the end token included."""

    length_penalty: float = 0.7
    """Exponent of the length by which a caption's log-probability is divided; 0 favours short captions, 1 long ones."""

    no_repeat_ngram: int = 3
    """Length in words of the sequences that no caption has twice, nor any word directly after itself; 0 allows all."""

    dangling_ends: bool = False
    """Whether captions may end with an English word that leads to another, such as a, with or and."""

    def problems(self) -> list[str]:
        return [
            *below(self, 0, "no_repeat_ngram"),
            *below(self, 1, "beam_size"),
            *below(self, 2, "max_length"),
            *outside(self, 0, 2, "length_penalty"),
        ]


@dataclass(frozen=True)
class CalibrationConfig(Config):
    """How likely a caption is to be right, given its probability: fitted to people's captions.

    The log-odds are linear in the logarithm of the caption's surprise, which is its log-probability, without sign,
    divided by a power of its length, as in the score by which captions are ranked (J. Platt, "Probabilistic outputs for
    support vector machines", 1999, equation 1, with that argument).
    """

    slope: float
    """Steepness over the logarithm of the surprise; below 0 where probable captions are right more often."""

    intercept: float
    """The log-odds of a caption whose surprise is 1."""

    length_penalty: float
    """Exponent of the length, whatever the search for captions takes for it."""

    criterion: str
    """What being right was taken to mean."""

    def surprise(self, log_probability: float, tokens: int) -> float:
        """Of a caption with so many tokens, its end included; above 0, even for one that is certain."""
        return max(-log_probability, 1e-6) / tokens**self.length_penalty

    def confidence(self, log_probability: float, tokens: int) -> float:
        """The probability, 0 to 1, that a caption meets the criterion."""
        log_odds = self.intercept + self.slope * math.log(self.surprise(log_probability, tokens))
        return 0.5 * (1 + math.tanh(log_odds / 2))  # Never overflows, unlike the usual form.


@dataclass(frozen=True)
class NetworkConfig(Config):
    """The network and the weights it begins with."""

    encoder: str = "vgg16"
    """The CNN: vgg11, vgg13, vgg16 or vgg19, or the light mobilenetv2."""

    encoder_weights: str = "imagenet"
    """imagenet (downloaded by Keras), random, or a local .weights.h5 of the network without classifier."""

    image_size: int = 224
    """Side of the square that pictures are squashed to, in pixels."""

    last_pooling: bool = True
    """Whether VGG's last pooling is kept; without it attention has four times the regions, 14 x 14, to look at."""

    pyramid: tuple[int, ...] = (1, 2)
    """Grids over which the CNN's regions are averaged before W_ih: 1 is the mean of all, 2 adds the four quarters."""

    decoder: str = "lstm"
    """lstm (sees the image once, before the first word), or with attention to its regions at every word: soft."""

    embedding_dim: int = 512
    """Size of a word vector."""

    word_vectors: str = "random"
    """How word vectors begin: random; captions, from which words stand near which in the training captions; or the path
    of a text, .txt or .gz, whose lines are counted as well."""

    units: int = 512
    """Size of the LSTM's hidden state and of its cell."""

    tie_embeddings: bool = True
    """Whether the output layer shares its matrix with the word embedding."""

    def problems(self) -> list[str]:
        side = self.image_size // (REDUCTION if self.last_pooling else REDUCTION // 2)
        fits = self.pyramid and 1 <= min(self.pyramid) <= max(self.pyramid) <= max(side, 1)
        unpooled = "`last_pooling` can be false for VGG only, mobilenetv2 has no pooling to leave out"
        misfit = f"`pyramid` needs grids of 1 to {side} for {self.image_size} pixels, received {self.pyramid}"
        return [
            *not_among(self, ENCODERS, "encoder"),
            *not_among(self, DECODERS, "decoder"),
            *below(self, 1, "embedding_dim", "units"),
            *below(self, REDUCTION, "image_size"),
            *([] if self.last_pooling or self.encoder in VGGS else [unpooled]),
            *([] if fits else [misfit]),
        ]
