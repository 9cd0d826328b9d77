"""What a training run is told, validated before any work starts; the prose under each field is its --help."""

from dataclasses import dataclass

from groundwork.config import Config, below, not_among, not_positive, outside

ENCODERS = ("vgg11", "vgg13", "vgg16", "vgg19")
DECODERS = ("lstm", "soft")
PRECISIONS = ("8bit", "float16", "float32")


@dataclass(frozen=True)
class DecodingConfig(Config):
    """How captions are searched for."""

    beam_size: int = 3
    """Captions kept alive at every step of the beam search; 1 is greedy search."""

    max_length: int = 20
    """Most tokens of a caption, the end token included."""

    length_penalty: float = 0.7
    """Exponent of the length by which a caption's log-probability is divided; 0 favours short captions, 1 long ones."""

    def problems(self) -> list[str]:
        return [
            *below(self, 1, "beam_size"),
            *below(self, 2, "max_length"),
            *outside(self, 0, 2, "length_penalty"),
        ]


@dataclass(frozen=True)
class TrainingConfig(DecodingConfig):
    """One training run: the network, its two stages, and how it is selected."""

    encoder: str = "vgg16"
    """VGG configuration: vgg11, vgg13, vgg16 or vgg19."""

    encoder_weights: str = "imagenet"
    """imagenet (downloaded by Keras), random, or a local .weights.h5 of the network without classifier."""

    image_size: int = 224
    """Side of the square that pictures are squashed to, in pixels."""

    last_pooling: bool = True
    """Whether the CNN's last pooling is kept; without it attention has four times the regions, 14 x 14, to look at."""

    pyramid: tuple[int, ...] = (1, 2)
    """Grids over which the CNN's regions are averaged before W_ih: 1 is the mean of all, 2 adds the four quarters."""

    decoder: str = "lstm"
    """lstm (sees the image once, before the first word), or with attention to its regions at every word: soft."""

    embedding_dim: int = 512
    """Size of a word vector."""

    units: int = 512
    """Size of the LSTM's hidden state and of its cell."""

    dropout: float = 0.5
    """Share of word vectors' and hidden states' elements that are dropped in training."""

    image_dropout: float = 0.3
    """Share of the image vector's elements that are dropped in training."""

    region_dropout: float = 0.1
    """Share of whole image regions that a decoder with attention does not see in training."""

    attention_penalty: float = 0.0
    """Weight of the penalty on a caption that does not look at all regions alike, taken over all its words."""

    tie_embeddings: bool = True
    """Whether the output layer shares its matrix with the word embedding."""

    max_caption_length: int = 24
    """Words of a training caption beyond this many are cut off."""

    captions_per_image: int = 5
    """Captions of an image used in an epoch; of a longer list a different choice is drawn in each epoch."""

    batch_size: int = 32
    """Images in a batch, each with all its captions."""

    epochs: int = 20
    """Passes over the training images with the CNN frozen."""

    learning_rate: float = 1e-3
    """Peak step size of Adam, reached after the warm-up and followed by a half cosine down to zero."""

    warmup_epochs: float = 0.5
    """Epochs over which the step size grows from zero."""

    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW); 0 is plain Adam."""

    clip_norm: float = 5.0
    """Global norm to which gradients are clipped."""

    label_smoothing: float = 0.1
    """Share of the target probability spread over all words."""

    scheduled_sampling: float = 0.0
    """Share of words fed to the decoder in training that are its own predictions instead of the true ones."""

    ema_momentum: float = 0.99
    """Momentum of the running average of the weights that is evaluated and kept; 0 uses the weights themselves."""

    mirror: bool = False
    """Whether each image is seen flipped left to right in half of the epochs."""

    finetune_from: str = "block5"
    """First block of the CNN that the fine-tuning stage trains."""

    finetune_epochs: int = 0
    """Passes over the training images with the CNN unfrozen, after those with the CNN frozen."""

    finetune_learning_rate: float = 2e-4
    """Peak step size of the decoder in the fine-tuning stage."""

    encoder_learning_rate: float = 2e-5
    """Peak step size of the CNN in the fine-tuning stage."""

    seed: int = 1
    """Seed of the initial weights, of dropout and of the order of the images."""

    precision: str = "8bit"
    """How the final bundle stores large kernels: 8bit, float16 or float32."""

    def decoding(self) -> DecodingConfig:
        """The part that the bundle carries on."""
        return DecodingConfig(self.beam_size, self.max_length, self.length_penalty)

    def problems(self) -> list[str]:
        return [
            *super().problems(),
            *not_among(self, ENCODERS, "encoder"),
            *not_among(self, DECODERS, "decoder"),
            *not_among(self, PRECISIONS, "precision"),
            *not_among(self, [f"block{index}" for index in range(2, 6)], "finetune_from"),
            *below(self, 1, "embedding_dim", "units", "batch_size", "captions_per_image", "max_caption_length"),
            *below(self, 1, *(["epochs"] if self.finetune_epochs == 0 else [])),
            *below(self, 0, "epochs", "finetune_epochs", "seed", "weight_decay", "warmup_epochs", "attention_penalty"),
            *below(self, 32, "image_size"),
            *outside(
                self, 0, 0.95, "dropout", "image_dropout", "region_dropout", "label_smoothing", "scheduled_sampling"
            ),
            *outside(self, 0, 0.99999, "ema_momentum"),
            *not_positive(self, "learning_rate", "finetune_learning_rate", "encoder_learning_rate", "clip_norm"),
            *(
                []
                if self.pyramid and min(self.pyramid) >= 1
                else [f"`pyramid` needs grids of 1 or more, {self.pyramid}"]
            ),
        ]
