"""A stage of a training: one set of trained weights, one objective, one schedule."""

import re
from dataclasses import dataclass

from groundwork.config import Config, below, not_among, not_positive, outside

# What `captioner.training.objectives` can prepare a training for.
OBJECTIVES = ("crossentropy", "self_critical")

# Scores of generated captions, by coco-caption's names.
MONITORS = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", "CIDEr-D")

# In which numbers layers compute, as Keras names its dtype policies.
POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")

FROZEN = "none"
BLOCKS = tuple(f"block{index}" for index in range(1, 6))

# neuraltalk2 trains its CNN with 1e-5 beside 4e-4 for the rest.
ENCODER_RATE = 1 / 40


@dataclass(frozen=True)
class StageConfig(Config):
    """How one stage is trained; it begins with the best weights of the stage before."""

    name: str = "frozen"
    """What the stage is called in the record, and the name of its folder."""

    objective: str = "crossentropy"
    """crossentropy of the human captions' words, or self_critical: sampled captions against their rewards."""

    epochs: int = 20
    """Passes over the training images; without listed stages, those of the whole run."""

    train_from: str = FROZEN
    """First block of the CNN that is trained, block1 to block5; none: the CNN is frozen."""

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

    augment: bool = False
    """Whether pictures are mirrored, cropped and recoloured at random; the whole CNN then runs in every step."""

    compute: str = "float32"
    """Numbers that layers compute with: float32, mixed_bfloat16 or mixed_float16; weights stay float32."""

    micro_batches: int = 1
    """Parts in which a batch goes through the network, one after the other, to save memory; the step is the same."""

    recompute: bool = False
    """Whether blocks of the CNN are computed again for their gradients, to save memory."""

    xla: str = "auto"
    """Whether XLA compiles the steps: always, never, or auto, on GPUs where no layer forbids it."""

    samples: int = 5
    """Self-critical: captions drawn for each image in a step."""

    baseline: str = "others"
    """Self-critical: what a reward is compared with, the mean of the image's others, or that of the greedy caption."""

    sampling_temperature: float = 1.0
    """Self-critical: divides the logits when captions are drawn."""

    cider_weight: float = 1.0
    """Self-critical: weight of CIDEr-D, 0 to 10, in the reward."""

    bleu_weight: float = 0.0
    """Self-critical: weight of BLEU-4, 0 to 1, in the reward."""

    crossentropy_share: float = 0.0
    """Self-critical: share of the loss that is the cross-entropy of human captions."""

    monitor: str = "Bleu_4"
    """Score of generated captions by which the best epoch is chosen: Bleu_1 to Bleu_4, ROUGE_L, CIDEr or CIDEr-D."""

    seed: int = 1
    """Seed of dropout and of the order of the images, and in the first stage of the initial weights."""

    @property
    def is_self_critical(self) -> bool:
        return self.objective == "self_critical"

    @property
    def is_live(self) -> bool:
        """Whether the trainee sees pictures instead of cached features."""
        return self.augment or self.train_from == BLOCKS[0]

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
            *not_among(self, POLICIES, "compute"),
            *not_among(self, ("auto", "always", "never"), "xla"),
            *not_among(self, ("others", "greedy"), "baseline"),
            *below(self, 1, "epochs", "batch_size", "captions_per_image", "max_caption_length", "micro_batches"),
            *below(self, 2 if self.baseline == "others" else 1, "samples"),
            *below(self, 0, "seed", "weight_decay", "warmup_epochs", "attention_penalty"),
            *below(self, 0, "cider_weight", "bleu_weight"),
            *outside(self, 0, 1, "crossentropy_share"),
            *outside(
                self, 0, 0.95, "dropout", "image_dropout", "region_dropout", "label_smoothing", "scheduled_sampling"
            ),
            *outside(self, 0, 0.99999, "ema_momentum"),
            *not_positive(self, "sampling_temperature", "learning_rate", "encoder_learning_rate", "clip_norm"),
            *self._contradictions(),
        ]

    def _contradictions(self) -> list[str]:
        rules = {
            "`mirror` is for cached features; `augment` mirrors pictures by itself": self.mirror and self.is_live,
            "`micro_batches` is for the objective crossentropy": self.micro_batches > 1 and self.is_self_critical,
            "`cider_weight` and `bleu_weight` cannot both be 0": not (self.cider_weight or self.bleu_weight),
            "`recompute` needs a CNN that is trained": self.recompute and self.train_from == FROZEN,
        }
        return [rule for rule, broken in rules.items() if broken]
