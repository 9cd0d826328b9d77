"""What both sides of the end-to-end benchmark agree on: pictures, captions, and the network that learns from them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from operations import training
from sizes import LSTM, vgg
from training_workload import Workload

if TYPE_CHECKING:
    from captioner.training.stage import StageConfig

SEED = 1


@dataclass(frozen=True)
class EndToEndWorkload(Workload):
    """A training run; `features` is a file of pictures, uint8 `(images, height, width, 3)`.

    Attributes:
        encoder: the arguments of the `VGGEncoder`.
    """

    encoder: dict[str, Any]

    def words(self) -> int:
        """The words of an epoch, end tokens among them."""
        return sum(min(len(words), self.max_caption_length) + 1 for image in self.captions() for words in image)

    def operations(self) -> int:
        """Those of an epoch."""
        return training(self.encoder, self.decoder, images=len(self.table()), words=self.words(), train_from="block1")

    def stage(self) -> "StageConfig":
        """The whole network is trained; no running average of the weights."""
        from captioner.training.stage import StageConfig  # The PyTorch side has no need of it, nor of PyYAML.

        shared = {key: value for key, value in asdict(self).items() if key in StageConfig.__dataclass_fields__}
        return StageConfig(train_from="block1", ema_momentum=0.0, **shared)


def prepare(folder: Path, *, encoder: str, image_size: int, batches: int, batch_size: int) -> EndToEndWorkload:
    """Writes random pictures."""
    from captioner.training.stage import StageConfig

    images = batches * batch_size
    pictures = np.random.default_rng(SEED).integers(0, 256, (images, image_size, image_size, 3), dtype=np.uint8)
    np.save(folder / "pictures.npy", pictures)
    stage = StageConfig()
    return EndToEndWorkload(
        model="",
        encoder=vgg(encoder, image_size=image_size),
        decoder=LSTM,
        features=str(folder / "pictures.npy"),
        batch_size=batch_size,
        captions_per_image=stage.captions_per_image,
        max_caption_length=stage.max_caption_length,
        label_smoothing=stage.label_smoothing,
        learning_rate=stage.encoder_rate,  # Small enough for a CNN that has learnt nothing.
        clip_norm=stage.clip_norm,
        seed=SEED,
    )
