"""One step of the benchmark of COCO's size; prints its seconds and the most memory it held, in MiB, as JSON.

coco_size_process.py make FOLDER TRAIN_IMAGES VALIDATION_IMAGES CAPTIONS   pictures and captions files
coco_size_process.py prepare FOLDER                                        FOLDER -> FOLDER/prepared
coco_size_process.py train FOLDER                                          features, one epoch, scores -> FOLDER/run
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from measurement import seconds
from memory_process import peak_mebibytes

from groundwork.console import quiet_imports, script
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from captioner.config import DecodingConfig, NetworkConfig
    from captioner.data.vocabulary import Vocabulary
    from captioner.models.caption_model import CaptionModel

DIFFERENT_PICTURES = 8  # A file system allows some ten thousand names for one file: ext4 65,000.
PICTURE_SIZE = (16, 12)
WORDS = 2_500  # COCO has four times as many; they make the model larger and an epoch longer, not the data.
FEATURES_SIZE = 64  # side of the encoder's pictures
UNITS = 64
# Of each image, drawn from all in memory; with all five an epoch would take five times as long.
CAPTIONS_IN_AN_EPOCH = 1


@script
def main(argv: Sequence[str] | None = None) -> None:
    step, folder, *numbers = sys.argv[1:] if argv is None else argv
    steps: dict[str, Callable[..., None]] = {"make": make, "prepare": prepare, "train": train}
    with redirect_stdout(sys.stderr):
        taken = seconds(lambda: steps[step](Path(folder), *map(int, numbers)))
    print(json.dumps({"seconds": taken, "mebibytes": peak_mebibytes()}))


def make(folder: Path, train_images: int, validation_images: int, captions: int) -> None:
    """`train.json` and `val.json` with that many captions in all, and a file name for each of their pictures."""
    import numpy as np
    from training_workload import FIRST_WORD, caption_lengths, token_ids

    randomness = np.random.default_rng(0)
    images = train_images + validation_images
    names = [f"COCO_{image_id:012}.jpg" for image_id in range(images)]
    link_pictures(folder / "pictures", names)
    lengths = caption_lengths(captions, randomness)
    ids = np.split(token_ids(int(lengths.sum()), FIRST_WORD + WORDS, randomness), np.cumsum(lengths)[:-1])
    rows = [
        {"id": index, "image_id": index % images, "caption": " ".join([f"word{word}" for word in words]) + "."}
        for index, words in enumerate(ids)
    ]
    for split, chosen in (("train", range(train_images)), ("val", range(train_images, images))):
        document = {
            "images": [{"id": image_id, "file_name": names[image_id]} for image_id in chosen],
            "annotations": [row for row in rows if row["image_id"] in chosen],
        }
        (folder / f"{split}.json").write_text(json.dumps(document))


def link_pictures(folder: Path, names: Sequence[str]) -> None:
    """A few tiny JPEG files under many names; copies where the file system has no hard links."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True)
    originals = [folder / names[index] for index in range(min(DIFFERENT_PICTURES, len(names)))]
    for index, path in enumerate(originals):
        pixels = np.random.default_rng(index).integers(0, 256, (*PICTURE_SIZE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    for index, name in enumerate(names[len(originals) :]):
        original = originals[index % len(originals)]
        try:
            os.link(original, folder / name)
        except OSError:
            shutil.copyfile(original, folder / name)


def prepare(folder: Path) -> None:
    """`prepare_data.py captions`, pictures checked, all words kept."""
    from captioner.data.preparation import caption_file_source
    from captioner.data.preparation import prepare as prepare_directory

    sources = [caption_file_source(split, folder / f"{split}.json", folder / "pictures") for split in ("train", "val")]
    prepare_directory(sources, folder / "prepared", min_count=1, announce=print)


def train(folder: Path) -> None:
    """`train.py` for one epoch, with a thin network in the place of VGG and of 512 units, and a caption an image."""
    keep_freed_memory()
    use_onednn()
    with quiet_imports():
        from captioner.training import start
        from captioner.training.recipe_reader import make_recipe
        from captioner.training.trainer import train as train_recipe

    places = {"data": str(folder / "prepared"), "output": str(folder / "run"), "features": str(folder / "features")}
    network = {"units": UNITS, "embedding_dim": UNITS, "image_size": FEATURES_SIZE}
    recipe = make_recipe({**places, **network, "epochs": 1, "captions_per_image": CAPTIONS_IN_AN_EPOCH})
    setattr(start, "build_model", thin_model)  # noqa: B010 (to mypy a module's function is not to be replaced)
    train_recipe(recipe)


def thin_model(network: "NetworkConfig", vocabulary: "Vocabulary", decoding: "DecodingConfig") -> "CaptionModel":
    """Three narrow convolutions and a small decoder for the words of the data: 64 regions of 32 channels."""
    from captioner.models.caption_model import CaptionModel
    from captioner.models.lstm_decoder import LSTMDecoder
    from captioner.models.vgg_encoder import VGGEncoder

    encoder = VGGEncoder(repeats=(1, 1, 1), filters=(8, 16, 32), image_size=network.image_size)
    decoder = LSTMDecoder(
        vocabulary_size=len(vocabulary),
        embedding_dim=network.embedding_dim,
        units=network.units,
        pyramid=network.pyramid,
    )
    return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)


if __name__ == "__main__":
    sys.exit(main())
