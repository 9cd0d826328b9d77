#!/usr/bin/env python
"""Self-critical training from cached features against the same in PyTorch, in sampled captions a second.

Two sides take turns, an epoch each; the first epoch of each, in which functions are compiled and memory is allocated,
is thrown away:

  Keras     this project's training: SelfCriticalBatches, SelfCriticalModel, Model.fit, CaptionReward
  PyTorch   captions drawn word by word with the graph kept, pycocoevalcap's CIDEr-D, one backward pass

Both begin with the model's weights and draw as many captions of each image, without dropout, against the mean of the
image's other samples. References are synthetic, with the lengths of real ones. Every side is a process of its own that
waits while the other trains. Needs PyTorch and pycocoevalcap: pip install -r benchmarks/requirements.txt.

Goal: at least 1.5 times the captions a second of PyTorch. Some six minutes on two cores.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import numpy as np
from measurement import Comparison, Goal, conditions, take_turns
from options import VGG_AND_LSTM, make_parser
from processes import worker
from self_critical_workload import SelfCriticalWorkload
from training_throughput import HERE, KERAS, PYTORCH, add_training_options, prepare, pytorch_version, speed

from captioner.bundle_files import read_config
from groundwork.console import script, whole_number
from groundwork.weight_file import read_weights

LEARNING_RATE = 1e-6  # So that captions stay as long as they are.


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    pytorch = pytorch_version(options.torch_python, besides=["pycocoevalcap"])
    with tempfile.TemporaryDirectory() as folder:
        workload = prepare_samples(options, Path(folder))
        sides = {
            KERAS: [sys.executable, str(HERE / "self_critical_keras.py"), workload.to_json()],
            PYTORCH: [options.torch_python, str(HERE / "self_critical_torch.py"), workload.to_json()],
        }
        captions = options.batches * workload.batch_size * workload.samples
        rows, rewards = measure(sides, rounds=options.rounds, captions=captions)
    comparison = Comparison(
        benchmark="self_critical_throughput",
        unit="captions/s",
        rows=rows,
        numerator=KERAS,
        denominator=PYTORCH,
        goal=Goal(1.5, at_least=True),
        further={f"mean reward of {name}'s samples": reward for name, reward in rewards.items()},
        conditions=conditions(
            options.rounds,
            model=options.model,
            batches=options.batches,
            images_a_batch=workload.batch_size,
            samples_an_image=workload.samples,
            PyTorch=pytorch,
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=VGG_AND_LSTM)
    add_training_options(parser, batches=10)
    parser.add_argument(
        "--samples", type=whole_number(2), metavar="N", default=5, help="captions drawn for each image, default 5"
    )
    return parser.parse_args(argv)


def prepare_samples(options: argparse.Namespace, folder: Path) -> SelfCriticalWorkload:
    """Writes the features and the model's weights."""
    workload = prepare(options, folder / "features.npy")
    weights = folder / "weights.npz"
    np.savez(weights, **read_weights(Path(workload.model) / "model.weights.h5"))
    changed = {
        "learning_rate": LEARNING_RATE,
        "weights": str(weights),
        "samples": options.samples,
        "max_length": read_config(Path(workload.model))["decoding"]["max_length"],
    }
    return SelfCriticalWorkload(**{**asdict(workload), **changed})


def measure(
    sides: dict[str, list[str]], *, rounds: int, captions: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Captions a second of each side, a value a round, after an epoch that does not count; and that epoch's rewards."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(command)) for name, command in sides.items()}
        rewards = {name: epoch(0)["reward"] for name, epoch in workers.items()}
        speeds = take_turns(rounds, *(speed(epoch, captions) for epoch in workers.values()))
        return dict(zip(sides, speeds, strict=True)), rewards


if __name__ == "__main__":
    sys.exit(main())
