#!/usr/bin/env python
"""Training and generation of a character model against PyTorch, in characters a second.

    python benchmarks/char_throughput.py                    training, an LSTM of 2 x 512, batches of 64 x 128
    python benchmarks/char_throughput.py --task generate    one text, temperature 1

The sides take turns, an epoch each; the first epoch of each, in which functions are compiled, is thrown away:

  Keras, TensorFlow       this project's training (Model.fit over a carried state) or its compiled generation
  Keras, JAX              the same code, if --jax-python names a Python that has JAX
  PyTorch                 nn.Embedding, nn.LSTM, nn.Linear and Adam in a plain loop, the state carried

Every side is a process of its own that waits while another works. The text is random: the speed does not depend on it.
Needs PyTorch: pip install -r benchmarks/requirements.txt.

Goal: training at least as fast as PyTorch, generation at least three times as fast. Some five minutes on two cores.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from char_workload import CharWorkload
from measurement import Comparison, Goal, Side, conditions, ratio, take_turns
from processes import Epoch, worker
from training_throughput import pytorch_version

from groundwork.console import ArgumentParser, script, whole_number
from groundwork.errors import ApplicationError

HERE = Path(__file__).parent
TENSORFLOW, JAX, PYTORCH = "Keras, TensorFlow", "Keras, JAX", "PyTorch"
GOALS = {"train": Goal(1.0, at_least=True), "generate": Goal(3.0, at_least=True)}


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    pytorch = pytorch_version(options.torch_python)
    workload = CharWorkload(
        task=options.task,
        units=options.units,
        depth=options.depth,
        embedding_dim=64,
        vocabulary=65,
        batch_size=64,
        window=128,
        steps=options.steps,
        length=options.length,
    )
    rows = measure(commands(workload, options), rounds=options.rounds, characters=workload.characters)
    comparison = Comparison(
        benchmark=f"char_throughput_{options.task}",
        unit="characters/s",
        rows=rows,
        numerator=TENSORFLOW,
        denominator=PYTORCH,
        goal=GOALS[options.task],
        further={"JAX / PyTorch": ratio(rows[JAX], rows[PYTORCH])} if JAX in rows else {},
        conditions=conditions(options.rounds, LSTM=f"{options.depth} x {options.units}", PyTorch=pytorch),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=whole_number(1), default=5, metavar="N", help="default %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    parser.add_argument("--task", choices=GOALS, default="train", help="default %(default)s")
    parser.add_argument("--units", type=whole_number(1), default=512, metavar="N", help="default %(default)s")
    parser.add_argument("--depth", type=whole_number(1), default=2, metavar="N", help="default %(default)s")
    parser.add_argument("--steps", type=whole_number(1), default=12, metavar="N", help="batches in an epoch")
    parser.add_argument("--length", type=whole_number(1), default=2000, metavar="N", help="characters written, 2000")
    parser.add_argument("--torch-python", metavar="PYTHON", default=sys.executable, help="default: this Python")
    parser.add_argument("--jax-python", metavar="PYTHON", help="a Python that has Keras and JAX; left out if not given")
    return parser.parse_args(argv)


def commands(workload: CharWorkload, options: argparse.Namespace) -> dict[str, list[str]]:
    """The process behind each side."""
    text = workload.to_json()
    keras = [str(HERE / "char_keras.py"), text]
    jax = {JAX: ["env", "KERAS_BACKEND=jax", options.jax_python, *keras]} if options.jax_python else {}
    return {
        TENSORFLOW: ["env", "KERAS_BACKEND=tensorflow", sys.executable, *keras],
        **jax,
        PYTORCH: [options.torch_python, str(HERE / "char_torch.py"), text],
    }


def measure(sides: dict[str, list[str]], *, rounds: int, characters: int) -> dict[str, list[float]]:
    """Characters a second of each side, a value a round, after an epoch that does not count."""

    def speed(epoch: Epoch) -> Side:
        return lambda turn: characters / epoch(turn + 1)["seconds"]

    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(command)) for name, command in sides.items()}
        parameters = {name: epoch(0)["parameters"] for name, epoch in workers.items()}
        if len(set(parameters.values())) > 1:
            counts = ", ".join(f"{name} {count:,}" for name, count in parameters.items())
            raise ApplicationError(f"The sides do not have the same model any more, parameters: {counts}.")
        return dict(zip(sides, take_turns(rounds, *map(speed, workers.values())), strict=True))


if __name__ == "__main__":
    sys.exit(main())
