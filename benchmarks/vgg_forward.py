#!/usr/bin/env python
"""How much of the machine's arithmetic the encoder's forward pass uses, in float32.

  above the line   operations a second of VGGEncoder.predict_on_batch on uint8 pictures, preparation included
  below the line   operations a second of a matrix product, the best of three sizes in NumPy and in Keras' backend

Operations are those of the definition of a convolution, two for each multiplication with its addition, though a
library might need fewer (Winograd's way does; oneDNN takes it only where it is asked to, and here nobody asks). The
weights are random, which makes no difference. The sides take turns; each matrix product runs for half a second.

Goal: a ratio of at least 0.85. Some two minutes on two cores.
"""

import argparse
import sys
from collections.abc import Sequence

from matrix_rate import highest, matrix_sides, rate
from measurement import Comparison, Goal, Side, conditions, take_turns
from operations import encoding
from options import make_parser

from captioner.config import ENCODERS
from groundwork.console import quiet_imports, script, whole_number
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    forward = f"{options.encoder} forward"
    with matrix_sides() as matrices:
        sides = {forward: forward_side(options), **matrices}
        for side in sides.values():
            side(-1)
        rows = dict(zip(sides, take_turns(options.rounds, *sides.values()), strict=True))
    comparison = Comparison(
        benchmark="vgg_forward",
        unit="GFLOP/s",
        rows=rows,
        numerator=forward,
        denominator=highest(rows, matrices),
        goal=Goal(0.85, at_least=True),
        conditions=conditions(options.rounds, batch_size=options.batch_size, image_size=options.image_size),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=None)
    parser.add_argument("--encoder", choices=ENCODERS, default="vgg16", help="default %(default)s")
    parser.add_argument(
        "--batch-size", type=whole_number(1), metavar="N", default=32, help="pictures at once, default %(default)s"
    )
    parser.add_argument(
        "--image-size", type=whole_number(32), metavar="N", default=224, help="side in pixels, default %(default)s"
    )
    return parser.parse_args(argv)


def forward_side(options: argparse.Namespace) -> Side:
    """The encoder as the cache of features runs it."""
    keep_freed_memory()  # As train.py does.
    use_onednn()
    with quiet_imports():
        import numpy as np

        from captioner.models.vgg_encoder import VGGEncoder

    encoder = VGGEncoder.from_name(options.encoder, image_size=options.image_size)
    shape = (options.batch_size, options.image_size, options.image_size, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    operations = options.batch_size * encoding(encoder.get_config())
    return lambda turn: rate(operations, lambda: encoder.predict_on_batch(images))


if __name__ == "__main__":
    sys.exit(main())
