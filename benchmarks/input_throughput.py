#!/usr/bin/env python
"""Whether pictures are read sooner than training can use them, in images a second.

Five sides take turns; the first two and the fourth are made of what training itself calls:

  pictures from files    read, decode, squash to 224 x 224 in threads, and stack in batches (JPEG, 500 x 375)
  pictures from shards   the same pictures from TFRecord shards, as prepare_data.py --shards writes them
  encoder                the CNN's forward pass on batches in memory: what caching its features consumes
  batches from cache     rows of a feature cache with their captions, through tf.data
  decoder training       Model.fit on these batches: what an epoch with the CNN frozen consumes

Pictures are varied from the photographs in data/sample and written to a temporary folder. Training that goes through
the CNN backwards consumes less than the encoder alone, so the two ratios bound that as well.

Goal: pictures from files, and each of the other sources, at least twice as fast as what consumes them. Some four
minutes on two cores; 0.1 GB of temporary files.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurement import Comparison, Goal, Side, conditions, ratio, seconds, take_turns
from options import VGG_AND_LSTM, add_photographs, make_parser

from captioner.bundle_files import find_bundle
from groundwork.console import quiet_imports, script, whole_number
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    import keras
    from training_workload import Workload

    from groundwork.epochs import EpochSource

FILES, SHARDS, ENCODER = "pictures from files", "pictures from shards", "encoder"
CACHED, DECODER = "batches from cache", "decoder training"
SEED = 1


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    find_bundle(options.model)  # A wrong name is reported before any picture is made.
    rows = measure(options)
    comparison = Comparison(
        benchmark="input_throughput",
        unit="images/s",
        rows=rows,
        numerator=FILES,
        denominator=ENCODER,
        goal=Goal(2.0, at_least=True),
        further={
            f"{SHARDS} / {ENCODER}": ratio(rows[SHARDS], rows[ENCODER]),
            f"{CACHED} / {DECODER}": ratio(rows[CACHED], rows[DECODER]),
            f"{SHARDS} / {FILES}": ratio(rows[SHARDS], rows[FILES]),
        },
        conditions=conditions(
            options.rounds, model=options.model, encoder=options.encoder, images=options.images, batches=options.batches
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=VGG_AND_LSTM)
    parser.add_argument(
        "--encoder", choices=["vgg11", "vgg13", "vgg16", "vgg19"], default="vgg16", help="default %(default)s"
    )
    parser.add_argument(
        "--images", type=whole_number(1), metavar="N", default=512, help="pictures read in a round, default %(default)s"
    )
    parser.add_argument(
        "--encoded",
        type=whole_number(1),
        metavar="N",
        default=32,
        help="images encoded in a round, default %(default)s",
    )
    parser.add_argument(
        "--batches",
        type=whole_number(1),
        metavar="N",
        default=20,
        help="batches trained in a round, default %(default)s",
    )
    parser.add_argument(
        "--batch-size", type=whole_number(1), metavar="N", default=16, help="pictures at once, default %(default)s"
    )
    add_photographs(parser)
    return parser.parse_args(argv)


def measure(options: argparse.Namespace) -> dict[str, list[float]]:
    """Images a second of each side, a value a round, after a round that does not count."""
    keep_freed_memory()  # As train.py does.
    use_onednn()
    with quiet_imports():
        import keras  # noqa: F401 (TensorFlow reports what it finds when it is loaded, in here unheard)
        from pictures import write_pictures

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "photographs").mkdir()
        paths = write_pictures(folder / "photographs", options.images, options.photographs)
        sides = {
            FILES: reading(paths, None, options.batch_size),
            SHARDS: reading(paths, write_shards(paths, folder / "shards"), options.batch_size),
            ENCODER: encoding(options.encoder, paths[: options.encoded], options.batch_size),
            **training(options, folder),
        }
        for side in sides.values():
            side(-1)
        return dict(zip(sides, take_turns(options.rounds, *sides.values()), strict=True))


def rate(images: int, action: Callable[[], object]) -> Side:
    """Images a second of an action that works on so many."""
    return lambda turn: images / seconds(action)


def write_shards(paths: Sequence[Path], folder: Path) -> Path:
    """Shards of some 64 pictures each, written as prepare_data.py writes them."""
    from captioner.data.coco import CaptionRecord
    from captioner.data.preparation import shard_writer

    records = [CaptionRecord(image_id, path, ("a caption",) * 5) for image_id, path in enumerate(paths)]
    plan = shard_writer.plan_shards({"train": records}, folder, shards=-(-len(records) // 64))
    shard_writer.write_shards(plan, folder, threads=4)
    return folder


def reading(paths: Sequence[Path], shards: Path | None, batch_size: int) -> Side:
    """What `fill_caches` reads for the CNN."""
    from captioner.data.feature_cache import picture_identity
    from captioner.data.pictures import Pictures
    from captioner.data.shards import PictureShards
    from captioner.training.features import View, prefetch_images

    views = [View(path, False, picture_identity(path)) for path in paths]
    batches = [views[start : start + batch_size] for start in range(0, len(views), batch_size)]
    pictures = Pictures(PictureShards(shards) if shards else None)
    return rate(len(paths), lambda: [batch.shape for batch in prefetch_images(batches, pictures)])


def encoding(name: str, paths: Sequence[Path], batch_size: int) -> Side:
    """The encoder's forward pass as `fill_caches` runs it; which weights it has makes no difference to its speed."""
    import numpy as np

    from captioner.data.images import load_image
    from captioner.models.vgg_encoder import VGGEncoder

    encoder: keras.Model = VGGEncoder.from_name(name)
    images = np.stack([load_image(path) for path in paths])
    batches = [images[start : start + batch_size] for start in range(0, len(images), batch_size)]
    return rate(len(paths), lambda: [encoder.predict_on_batch(batch) for batch in batches])


def training(options: argparse.Namespace, folder: Path) -> dict[str, Side]:
    """Batches from a feature cache alone, and the same with the decoder's training behind them."""
    from training_keras import compiled_model, epoch_function
    from training_throughput import prepare

    workload = prepare(options, folder / "features.npy")
    source = cached_source(workload, folder / "features")
    images = len(source.batches) * workload.batch_size
    epoch = epoch_function(compiled_model(workload, steps=len(source.batches)), source, seed=SEED)
    dataset = source.dataset()
    return {
        CACHED: rate(images, lambda: [targets.shape for _, targets, _ in dataset]),
        DECODER: lambda turn: images / epoch(turn + 1)["seconds"],
    }


def cached_source(workload: "Workload", folder: Path) -> "EpochSource":
    """Training's own batches, over features in training's own cache."""
    from captioner.data.batches import CaptionBatches
    from captioner.data.feature_cache import FeatureCache
    from groundwork.epochs import EpochSource

    features = workload.table()
    cache = FeatureCache(folder, about={}, shape=features.shape[1:])
    cache.append([f"image {number}" for number in range(len(features))], features)
    table = cache.open()
    batches = CaptionBatches(
        workload.captions(),
        lambda indices, epoch: table[indices],
        batch_size=workload.batch_size,
        captions_per_image=workload.captions_per_image,
        max_caption_length=workload.max_caption_length,
        seed=workload.seed,
    )
    return EpochSource(batches)


if __name__ == "__main__":
    sys.exit(main())
