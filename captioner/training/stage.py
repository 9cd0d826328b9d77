"""A stage of a training: one set of trained weights, one objective, one schedule."""

import re
from dataclasses import dataclass

from groundwork.config import Config, below, not_among, not_positive, outside

# What `captioner.training.objectives` can prepare a training for.
OBJECTIVES = ("crossentropy",)

# Scores of generated captions, by coco-caption's names.
MONITORS = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", "CIDEr-D")

FROZEN = "none"
BLOCKS = tuple(f"block{index}" for index in range(2, 6))

# neuraltalk2 trains its CNN with 1e-5 beside 4e-4 for the rest.
ENCODER_RATE = 1 / 40


@dataclass(frozen=True)
class StageConfig(Config):
    """How one stage is trained; it begins with the best weights of the stage before."""

    name: str = "frozen"
    """What the stage is called in the record, and the name of its folder."""

    objective: str = "crossentropy"
    """What is minimised: crossentropy, of the human captions' words."""

    epochs: int = 20
    """Passes over the training images; without listed stages, those of the whole run."""

    train_from: str = FROZEN
    """First block of the CNN that is trained, block2 to block5; none: the CNN is frozen."""

    learning_rate: float = 1e-3
    """Peak step size of Adam, reached after the warm-up and followed by a half cosine down to zero."""

    encoder_learning_rate: float | None = None
    """Peak step size of the CNN's trained blocks; if not given, a fortieth of the other, as 1e-5 beside 4e-4."""

    warmup_epochs: float = 0.5
    """Epochs over which the step size grows from zero."""

    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW); 0 is plain Adam."""

    clip_norm: float = 5.0
    """Global norm to which gradients are clipped."""

    label_smoothing: float = 0.1
    """Share of the target probability spread over all words."""

    dropout: float = 0.5
    """Share of word vectors' and hidden states' elements that are dropped in training."""

    image_dropout: float = 0.3
    """Share of the image vector's elements that are dropped in training."""

    region_dropout: float = 0.1
    """Share of whole image regions that a decoder with attention does not see in training."""

    attention_penalty: float = 0.0
    """Weight of the penalty on a caption that does not look at all regions alike, taken over all its words."""

    scheduled_sampling: float = 0.0
    """Share of words fed to the decoder in training that are its own predictions instead of the true ones."""

    ema_momentum: float = 0.99
    """Momentum of the running average of the weights that is evaluated and kept; 0 uses the weights themselves."""

    batch_size: int = 32
    """Images in a batch, each with all its captions."""

    captions_per_image: int = 5
    """Captions of an image used in an epoch; of a longer list a different choice is drawn in each epoch."""

    max_caption_length: int = 24
    """Words of a training caption beyond this many are cut off."""

    mirror: bool = False
    """Whether each image is seen flipped left to right in half of the epochs."""

    monitor: str = "Bleu_4"
    """Score of generated captions by which the best epoch is chosen: Bleu_1 to Bleu_4, ROUGE_L, CIDEr or CIDEr-D."""

    seed: int = 1
    """Seed of dropout and of the order of the images, and in the first stage of the initial weights."""

    @property
    def cut(self) -> str | None:
        """The first block that is trained; what lies before it runs once a picture. None: the whole CNN does."""
        return None if self.train_from == FROZEN else self.train_from

    @property
    def encoder_rate(self) -> float:
        """Peak step size of the CNN's trained blocks."""
        return self.learning_rate * ENCODER_RATE if self.encoder_learning_rate is None else self.encoder_learning_rate

    def problems(self) -> list[str]:
        named = re.fullmatch(r"[A-Za-z0-9][\w-]*", self.name) and self.name != "bundle"
        return [
            *([] if named else [f"`name` must be a word of letters, digits, _ and - for a folder, not {self.name!r}"]),
            *not_among(self, OBJECTIVES, "objective"),
            *not_among(self, (FROZEN, *BLOCKS), "train_from"),
            *not_among(self, MONITORS, "monitor"),
            *below(self, 1, "epochs", "batch_size", "captions_per_image", "max_caption_length"),
            *below(self, 0, "seed", "weight_decay", "warmup_epochs", "attention_penalty"),
            *outside(
                self, 0, 0.95, "dropout", "image_dropout", "region_dropout", "label_smoothing", "scheduled_sampling"
            ),
            *outside(self, 0, 0.99999, "ema_momentum"),
            *not_positive(self, "learning_rate", "encoder_learning_rate", "clip_norm"),
        ]
