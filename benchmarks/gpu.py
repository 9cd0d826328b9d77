#!/usr/bin/env python
"""Training and captioning on a GPU: pictures and captions a second, and how much of its arithmetic that uses.

  frozen           training of the decoder alone, from cached features
  from block5      training of the CNN's last block as well, from cached features of the others
  from block1      training of the whole network, from pictures
  beam 3           captioning of pictures in memory, into words

Each runs at every batch size. Training is epochs of Model.fit, with 5 captions a picture and batches that Python makes
as in train.py; captioning is calls, whose search takes its full 20 steps, since random weights end no caption.
Compilation does not count. The last column is the share of the rate of a matrix product in the same format, bfloat16
unless --compute says otherwise, the best of three sizes. Operations are two for each multiplication with its addition,
of convolutions and matrix products; those for padding are not counted. The network is that of
recipes/coco_vgg16_lstm.yaml. Of several GPUs the first is used. KERAS_BACKEND=jax measures JAX.

Goal: none; the table is what a recipe's hours are projected from. A row that does not fit in the
GPU's memory says so. How long it takes is not measured yet; --batch-sizes, --batches and --rounds shorten it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from accelerator import accelerator_conditions, gpus, require_gpu
from gpu_speeds import Speed, captioning_speed, training_speed
from matrix_rate import keras_product, rate
from measurement import conditions
from options import make_parser
from sizes import LSTM, Network, tiny_network, vgg

from captioner.training.stage import FROZEN, POLICIES, StageConfig
from groundwork.console import progress, quiet_imports, script, whole_number
from groundwork.kernels import use_onednn

TRAINING = {"frozen": FROZEN, "from block5": "block5", "from block1": "block1"}
CAPTIONING = "beam 3"
BATCH_SIZES, TINY_BATCH_SIZES = (1, 8, 64, 256), (1, 2)
MATRIX_SIZES, TINY_MATRIX_SIZES = (4096, 8192, 16384), (64, 128, 256)
REPETITIONS = 10

Rows = dict[tuple[str, int], Speed | None]


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    use_onednn()  # As caption.py does for many pictures.
    with quiet_imports():
        import keras  # noqa: F401
    require_gpu(anyway=options.anyway)
    matrices, wanted = matrix_rate(options), cases(options)
    rows = {case: speed(*case, options) for case in progress(wanted, total=len(wanted), unit=" rows")}
    facts = conditions(options.rounds, compute=options.compute, batches=options.batches, **accelerator_conditions())
    print(as_json(rows, matrices, facts) if options.json else as_table(rows, matrices, facts))


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=None)
    parser.add_argument(
        "--batch-sizes", type=whole_number(1), nargs="+", metavar="N", help=f"pictures at once, default {BATCH_SIZES}"
    )
    parser.add_argument(
        "--batches", type=whole_number(1), metavar="N", default=50, help="batches or calls in a round, default 50"
    )
    parser.add_argument(
        "--compute", choices=POLICIES, default="mixed_bfloat16", help="what layers compute in, default %(default)s"
    )
    parser.add_argument("--anyway", action="store_true", help="without a GPU: tiny sizes on the CPU, to try this out")
    return parser.parse_args(argv)


def is_tiny(options: argparse.Namespace) -> bool:
    return options.anyway and not gpus()


def cases(options: argparse.Namespace) -> list[tuple[str, int]]:
    """What is measured, and at which batch size."""
    sizes = options.batch_sizes or (TINY_BATCH_SIZES if is_tiny(options) else BATCH_SIZES)
    return [(mode, size) for mode in (*TRAINING, CAPTIONING) for size in sizes]


def speed(mode: str, batch_size: int, options: argparse.Namespace) -> Speed | None:
    """One row; None if it does not fit in memory."""
    network = tiny_network() if is_tiny(options) else Network(vgg("vgg16"), LSTM)
    counts = {"batches": options.batches, "rounds": options.rounds}
    try:
        if mode == CAPTIONING:
            return captioning_speed(network, compute=options.compute, batch_size=batch_size, **counts)
        stage = StageConfig(train_from=TRAINING[mode], compute=options.compute, batch_size=batch_size, ema_momentum=0.0)
        return training_speed(network, stage, **counts)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return None


def is_out_of_memory(error: Exception) -> bool:
    """TensorFlow and JAX each have a class of their own for it, but the same words."""
    return type(error).__name__ == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED" in str(error)


def matrix_rate(options: argparse.Namespace) -> float:
    """Operations a second of a matrix product in the format that layers compute in."""
    dtype = options.compute.removeprefix("mixed_")
    sizes = TINY_MATRIX_SIZES if is_tiny(options) else MATRIX_SIZES
    products = [keras_product(size, dtype=dtype, repetitions=REPETITIONS) for size in sizes]
    for product in products:
        product()
    return 1e9 * max(rate(REPETITIONS * 2 * size**3, product) for size, product in zip(sizes, products, strict=True))


def as_table(rows: Rows, matrices: float, facts: dict[str, Any]) -> str:
    """A line for each row, the rate of matrix products, and the conditions."""
    lines = [f"{'':<12} {'batch':>5} {'images/s':>10} {'captions/s':>10} {'TFLOP/s':>10} {'of products':>11}"]
    for (mode, size), row in rows.items():
        start = f"{mode:<12} {size:>5} "
        if row is None:
            lines.append(f"{start}{'out of memory':>21}")
            continue
        figures = (row.images_per_second, row.captions_per_second, row.flops / 1e12)
        lines.append(start + " ".join(f"{figure:>10.4g}" for figure in figures) + f" {row.flops / matrices:>11.1%}")
    lines += ["", f"matrix products: {matrices / 1e12:.4g} TFLOP/s"]
    return "\n".join([*lines, ", ".join(f"{name} {value}" for name, value in facts.items())])


def as_json(rows: Rows, matrices: float, facts: dict[str, Any]) -> str:
    """One object on one line."""
    table = [
        {"mode": mode, "batch_size": size, **(asdict(row) if row else {"out_of_memory": True})}
        for (mode, size), row in rows.items()
    ]
    return json.dumps({"benchmark": "gpu", "rows": table, "matrix_flops": matrices, "conditions": facts})


if __name__ == "__main__":
    sys.exit(main())
