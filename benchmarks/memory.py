#!/usr/bin/env python
"""Whether memory grows with the number of pictures.

  above the line   peak resident memory of a process that captions 5,000 picture files
  below the line   the same for 500

A hundred pictures (JPEG, 500 x 375), varied from the photographs in data/sample, are captioned again and again. The
claim is about growth, not about the encoder: with --encoder-size a thin one with random weights stands in for the
model's, which saves nine tenths of the time.

Goal: a ratio of at most 1.1. On two cores some twenty minutes with the bundled model, three with --encoder-size 64.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measurement import Comparison, Goal, Side, conditions, take_turns
from options import add_photographs, make_parser
from processes import run

from captioner.bundle_files import find_bundle
from groundwork.console import script, whole_number

PROCESS = Path(__file__).parent / "memory_process.py"
DIFFERENT_PICTURES = 100


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    if not options.encoder_size:
        find_bundle(options.model)  # A wrong name is reported before any picture is made.
    above, below = measure(options)
    many, few = f"{options.many} images", f"{options.few} images"
    comparison = Comparison(
        benchmark="memory",
        unit="MiB",
        rows={many: above, few: below},
        numerator=many,
        denominator=few,
        goal=Goal(1.1),
        conditions=conditions(options.rounds, model=described_model(options)),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=1)
    parser.add_argument(
        "--many", type=whole_number(1), metavar="N", default=5000, help="images above the line, default 5000"
    )
    parser.add_argument(
        "--few", type=whole_number(1), metavar="N", default=500, help="images below the line, default 500"
    )
    parser.add_argument(
        "--encoder-size",
        type=whole_number(16),
        metavar="N",
        help="in place of the model: a thin random encoder for pictures of N x N pixels",
    )
    add_photographs(parser)
    return parser.parse_args(argv)


def measure(options: argparse.Namespace) -> list[list[float]]:
    """Peak memory in MiB for many and for few pictures, a value a round."""
    # A process starts with its parent's peak as its own, so nothing as large as TensorFlow may be imported here.
    from pictures import write_pictures

    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder), DIFFERENT_PICTURES, options.photographs)
        return take_turns(
            options.rounds,
            peak_memory(folder, options.many, model_arguments(options)),
            peak_memory(folder, options.few, model_arguments(options)),
        )


def model_arguments(options: argparse.Namespace) -> list[str]:
    """What tells the measured process which model to use."""
    if options.encoder_size:
        return ["--encoder-size", str(options.encoder_size)]
    return ["--model", options.model]


def described_model(options: argparse.Namespace) -> str:
    """The same in words."""
    return f"random, {options.encoder_size} pixels" if options.encoder_size else options.model


def peak_memory(folder: str, count: int, arguments: list[str]) -> Side:
    """Measures the peak memory of a new process that captions `count` pictures, in MiB."""
    return lambda turn: float(run([sys.executable, str(PROCESS), folder, str(count), *arguments]))


if __name__ == "__main__":
    sys.exit(main())
