#!/usr/bin/env python
"""What captioning many pictures costs beyond the encoder's own work.

  above the line   captioner.Predictor, from picture files (JPEG, 500 x 375) to captions in words, beam search included
  below the line   the encoder's forward passes alone, on the same pictures, prepared and in memory

Pictures are varied from the photographs in data/sample and written to a temporary folder. The two sides take turns,
each time with the next part of the pictures, which is made of whole batches.

Goal: a ratio of at most 1.25. Twice the time that captioning the pictures takes: for 1,000 on two cores some eight
minutes, and 0.1 GB of temporary files.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurement import Comparison, Goal, conditions, seconds, take_turns
from options import add_photographs, make_parser

from captioner.bundle_files import find_bundle
from groundwork.console import quiet_imports, script, whole_number
from groundwork.kernels import use_onednn

if TYPE_CHECKING:
    from captioner.predictor import Predictor

CAPTIONING, ENCODING = "files to captions", "encoder alone"


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    find_bundle(options.model)  # A wrong name is reported before any picture is made.
    size = images_a_round(options.images, rounds=options.rounds, batch_size=options.batch_size)
    rows = measure(options, size)
    comparison = Comparison(
        benchmark="caption_throughput",
        unit="ms/image",
        rows={name: [1000 * value / size for value in values] for name, values in rows.items()},
        numerator=CAPTIONING,
        denominator=ENCODING,
        goal=Goal(1.25),
        conditions=conditions(
            options.rounds,
            model=options.model,
            images=size * options.rounds,
            batch_size=options.batch_size,
            beam_size=options.beam_size,
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=8)
    parser.add_argument(
        "--images", type=whole_number(1), metavar="N", default=1000, help="rounded up to whole batches, default 1000"
    )
    parser.add_argument(
        "--batch-size", type=whole_number(1), metavar="N", default=16, help="pictures at once, default 16"
    )
    parser.add_argument(
        "--beam-size", type=whole_number(1), metavar="N", default=3, help="width of the search, default 3"
    )
    add_photographs(parser)
    return parser.parse_args(argv)


def images_a_round(images: int, *, rounds: int, batch_size: int) -> int:
    """The smallest number of whole batches that makes at least `images` in all rounds together."""
    return batch_size * -(-images // (rounds * batch_size))


def measure(options: argparse.Namespace, size: int) -> dict[str, list[float]]:
    """Seconds of each side, a value a round."""
    use_onednn()  # As caption.py does for many pictures.
    with quiet_imports():
        from pictures import in_rounds, write_pictures

        from captioner.predictor import Predictor

    predictor = Predictor.from_preset(options.model, batch_size=options.batch_size, beam_size=options.beam_size)
    with tempfile.TemporaryDirectory() as folder:
        parts = in_rounds(write_pictures(Path(folder), size * options.rounds, options.photographs), options.rounds)
        warm_up = parts[0][: options.batch_size]
        caption(predictor, warm_up)
        encode(predictor, warm_up)
        captioning, encoding = take_turns(
            options.rounds, lambda turn: caption(predictor, parts[turn]), lambda turn: encode(predictor, parts[turn])
        )
    return {CAPTIONING: captioning, ENCODING: encoding}


def caption(predictor: "Predictor", paths: Sequence[Path]) -> float:
    """Seconds from files to captions."""
    return seconds(lambda: [prediction.caption.text for prediction in predictor(paths)])


def encode(predictor: "Predictor", paths: Sequence[Path]) -> float:
    """Seconds of the encoder on pictures that are in memory before the clock starts."""
    import numpy as np

    from captioner.data.images import load_image

    encoder, size = predictor.generator.model.encoder, predictor.batch_size
    images = np.stack([load_image(path, predictor.image_size) for path in paths])
    batches = [images[start : start + size] for start in range(0, len(images), size)]
    return seconds(lambda: [encoder.predict_on_batch(batch) for batch in batches])


if __name__ == "__main__":
    sys.exit(main())
