#!/usr/bin/env python
"""Training of the whole network, CNN and LSTM, from pictures: against PyTorch, and against the machine's arithmetic.

Two sides take turns, an epoch each; the first epoch of each, in which functions are compiled and memory is allocated,
is thrown away:

  Keras     this project's training of a stage with the CNN open: CaptionBatches, EpochSource, Model.fit
  PyTorch   the same network, batches and optimizer; nn.Conv2d and nn.LSTM, channels last

Between them matrix products run, of three sizes in NumPy and in Keras' backend, the best of which is the machine's
rate. Operations are two for each multiplication with its addition in convolutions and matrix products, three passes of
each, without those for padding. Each side is a process of its own that waits while another works. The network is that
of recipes/coco_vgg16_lstm.yaml with random weights; pictures are random, 16 with 5 captions each in a batch.

Goal: at least as many captions a second as PyTorch, stretch 1.2. Needs PyTorch: pip install -r
benchmarks/requirements.txt. Some six minutes on two cores; 3 GB of memory a side.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from end_to_end_workload import EndToEndWorkload, prepare
from matrix_rate import highest, matrix_sides
from measurement import Comparison, Goal, conditions, take_turns
from options import make_parser
from processes import worker
from training_throughput import (
    HERE,
    KERAS,
    PYTORCH,
    add_training_options,
    check_same_model,
    pytorch_version,
    speed,
)

from captioner.models.published import VGG_REPEATS
from groundwork.console import script, whole_number


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    pytorch = pytorch_version(options.torch_python)
    with tempfile.TemporaryDirectory() as folder:
        workload = prepare(
            Path(folder),
            encoder=options.encoder,
            image_size=options.image_size,
            batches=options.batches,
            batch_size=options.batch_size,
        )
        rows, products = measure(workload, options)
        further = shares(rows, products, workload)
    comparison = Comparison(
        benchmark="end_to_end_training",
        unit="captions/s",
        rows=rows,
        numerator=KERAS,
        denominator=PYTORCH,
        goal=Goal(1.0, at_least=True),
        further=further,
        conditions=conditions(
            options.rounds,
            encoder=options.encoder,
            image_size=options.image_size,
            vocabulary=workload.decoder["vocabulary_size"],
            units=workload.decoder["units"],
            batches=options.batches,
            images_a_batch=workload.batch_size,
            captions_an_image=workload.captions_per_image,
            PyTorch=pytorch,
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=None)
    add_training_options(parser, batches=1)
    parser.add_argument("--encoder", choices=VGG_REPEATS, default="vgg16", help="default %(default)s")
    parser.add_argument(
        "--batch-size", type=whole_number(1), metavar="N", default=16, help="pictures at once, default %(default)s"
    )
    parser.add_argument(
        "--image-size", type=whole_number(64), metavar="N", default=224, help="side in pixels, default %(default)s"
    )
    return parser.parse_args(argv)


def measure(
    workload: EndToEndWorkload, options: argparse.Namespace
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Captions a second of each side and GFLOP/s of each matrix product, a value a round."""
    captions = options.batches * workload.batch_size * workload.captions_per_image
    text = workload.to_json()
    commands = {
        KERAS: [sys.executable, str(HERE / "end_to_end_keras.py"), text],
        PYTORCH: [options.torch_python, str(HERE / "end_to_end_torch.py"), text],
    }
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(command)) for name, command in commands.items()}
        matrices = stack.enter_context(matrix_sides())
        check_same_model({name: epoch(0)["parameters"] for name, epoch in workers.items()})
        for side in matrices.values():
            side(-1)
        sides = {**{name: speed(epoch, captions) for name, epoch in workers.items()}, **matrices}
        rows = dict(zip(sides, take_turns(options.rounds, *sides.values()), strict=True))
    return {name: rows[name] for name in workers}, {name: rows[name] for name in matrices}


def shares(
    rows: dict[str, list[float]], products: dict[str, list[float]], workload: EndToEndWorkload
) -> dict[str, float]:
    """The share of the machine's rate that each side reaches."""
    best = highest(products, products)
    rate = median(products[best])
    captions = len(workload.table()) * workload.captions_per_image
    achieved = {name: median(values) / captions * workload.operations() / 1e9 for name, values in rows.items()}
    return {f"{name}'s {value:.0f} GFLOP/s / {best}'s {rate:.0f}": value / rate for name, value in achieved.items()}


if __name__ == "__main__":
    sys.exit(main())
