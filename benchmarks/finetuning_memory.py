#!/usr/bin/env python
"""How much memory a step of training the whole network takes, and what saving some of it costs in time.

  as it is        the batch goes through the network as a whole
  in parts        in 4 parts, one after the other (a stage's `micro_batches`)
  recomputed      blocks of the CNN are computed again for their gradients (`recompute`)
  both            parts whose blocks are computed again
  by XLA          as it is, compiled by XLA (`xla: always`)
  decoder alone   the CNN is frozen, features come from memory: what libraries, weights and the decoder take

Each is a process of its own that takes some steps on random pictures, each with 5 captions of 12 words, and reports the
most resident memory that it ever held, and the median of the seconds of the steps after the first. The network is that
of recipes/coco_vgg16_lstm.yaml with random weights. Of a GPU's memory this tells nothing.

Goal: with both ways less memory than as it is. Some fifteen minutes on two cores; --batch-size,
--image-size and --encoder make it shorter.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measurement import Comparison, Goal, conditions, ratio, take_turns
from options import make_parser
from processes import run
from sizes import LSTM, vgg

from captioner.models.published import VGG_REPEATS
from captioner.training.stage import FROZEN, POLICIES, StageConfig
from groundwork.console import script, whole_number

PROCESS = Path(__file__).parent / "finetuning_process.py"
WHOLE, BOTH = "as it is", "both"
WAYS: Mapping[str, Mapping[str, Any]] = {
    WHOLE: {},
    "in parts": {"micro_batches": 4},
    "recomputed": {"recompute": True},
    BOTH: {"micro_batches": 4, "recompute": True},
    "by XLA": {"xla": "always"},
    "decoder alone": {"train_from": FROZEN},
}
SAVING = ("in parts", "recomputed", BOTH, "by XLA")


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    # Nothing as large as TensorFlow is imported here: a process starts with its parent's peak as its own.
    measured = take_turns(options.rounds, *(lambda turn, way=way: step_of(way, options) for way in WAYS))
    steps = dict(zip(WAYS, measured, strict=True))
    seconds = {way: [step["seconds"] for step in rounds] for way, rounds in steps.items()}
    comparison = Comparison(
        benchmark="finetuning_memory",
        unit="MiB",
        rows={way: [step["mebibytes"] for step in rounds] for way, rounds in steps.items()},
        numerator=BOTH,
        denominator=WHOLE,
        goal=Goal(1.0),
        further={f"seconds a step, {way} / {WHOLE}": ratio(seconds[way], seconds[WHOLE]) for way in SAVING},
        conditions=conditions(
            options.rounds,
            encoder=options.encoder,
            image_size=options.image_size,
            batch_size=options.batch_size,
            compute=options.compute,
            steps=options.steps,
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=1, model=None)
    parser.add_argument("--encoder", choices=VGG_REPEATS, default="vgg16", help="default %(default)s")
    for name, least, default, what in (
        ("--image-size", 64, 224, "side in pixels"),
        ("--batch-size", 4, 16, "pictures at once"),
        ("--steps", 1, 2, "steps that are timed"),
    ):
        parser.add_argument(
            name, type=whole_number(least), metavar="N", default=default, help=f"{what}, default {default}"
        )
    parser.add_argument("--compute", choices=POLICIES, default="float32", help="default %(default)s")
    return parser.parse_args(argv)


def step_of(way: str, options: argparse.Namespace) -> dict[str, float]:
    """Seconds a step and peak memory of one way, in a new process."""
    shared = {"train_from": "block1", "batch_size": options.batch_size, "compute": options.compute}
    job = {
        "stage": asdict(StageConfig(**{**shared, **WAYS[way]})),
        "encoder": vgg(options.encoder, image_size=options.image_size),
        "decoder": LSTM,
        "steps": options.steps,
    }
    return json.loads(run([sys.executable, str(PROCESS), json.dumps(job)]))


if __name__ == "__main__":
    sys.exit(main())
