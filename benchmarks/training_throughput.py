#!/usr/bin/env python
"""Training from cached features against the same model in PyTorch, in captions a second.

Three sides take turns, an epoch each; the first epoch of each, in which functions are compiled and memory is
allocated, is thrown away:

  Keras                   this project's training: CaptionBatches, EpochSource, Model.fit, optimizer and loss
  PyTorch                 nn.Embedding, nn.LSTM, tied output, Adam; batches in random order, padded to their longest
  PyTorch, sorted         the same model on this project's batches, which group images by caption length

Every side is a process of its own that waits while another trains: the thread pools of TensorFlow and PyTorch disturb
each other within one process. Sizes are those of the model, captions are drawn with the lengths of Flickr8k and COCO,
the running average of the weights is off on all sides. Needs PyTorch: pip install -r benchmarks/requirements.txt.

Goal: at least as many captions a second as PyTorch. Some six minutes on two cores.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from measurement import Comparison, Goal, Side, conditions, ratio, take_turns
from options import VGG_AND_LSTM, make_parser
from processes import Epoch, run, worker
from training_workload import Workload, write_features

from captioner.bundle_files import find_bundle, read_config
from captioner.training.stage import StageConfig
from groundwork.console import script, whole_number
from groundwork.errors import ApplicationError, UsageError

HERE = Path(__file__).parent
KERAS, PYTORCH, PYTORCH_SORTED = "Keras", "PyTorch", "PyTorch, sorted"
SEED = 1


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    pytorch = pytorch_version(options.torch_python)
    with tempfile.TemporaryDirectory() as folder:
        workload = prepare(options, Path(folder, "features.npy"))
        captions = options.batches * workload.batch_size * workload.captions_per_image
        rows = measure(commands(workload, options.torch_python), rounds=options.rounds, captions=captions)
    comparison = Comparison(
        benchmark="training_throughput",
        unit="captions/s",
        rows=rows,
        numerator=KERAS,
        denominator=PYTORCH,
        goal=Goal(1.0, at_least=True),
        further={
            "sorting alone (PyTorch, sorted / PyTorch)": ratio(rows[PYTORCH_SORTED], rows[PYTORCH]),
            "framework alone (Keras / PyTorch, sorted)": ratio(rows[KERAS], rows[PYTORCH_SORTED]),
        },
        conditions=conditions(
            options.rounds,
            model=options.model,
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
    parser = make_parser(__doc__, rounds=5, model=VGG_AND_LSTM)
    add_training_options(parser, batches=40)
    return parser.parse_args(argv)


def add_training_options(parser: argparse.ArgumentParser, *, batches: int) -> None:
    """Adds `--batches` and `--torch-python`."""
    parser.add_argument(
        "--batches", type=whole_number(1), metavar="N", default=batches, help="batches in an epoch, default %(default)s"
    )
    parser.add_argument(
        "--torch-python", metavar="PYTHON", default=sys.executable, help="the Python that has PyTorch, default this one"
    )


def pytorch_version(python: str, *, besides: Sequence[str] = ()) -> str:
    """Asked first, because without PyTorch, and what else is needed, there is nothing to compare with."""
    try:
        return run([python, "-c", f"import {', '.join(('torch', *besides))}; print(torch.__version__)"]).strip()
    except (ApplicationError, OSError) as error:
        needed = " and ".join(("PyTorch", *besides))
        raise ApplicationError(f"{python} has no {needed}: pip install -r benchmarks/requirements.txt.") from error


def prepare(options: argparse.Namespace, features: Path) -> Workload:
    """Reads the model's sizes and writes the features."""
    model = find_bundle(options.model)
    description, training = read_config(model), StageConfig()
    if description["decoder"].get("kind", "lstm") != "lstm" or "repeats" not in description["encoder"]:
        raise UsageError(f"PyTorch's side has a VGG's regions and an LSTM; {options.model} is something else.")
    write_features(features, options.batches * training.batch_size, region_shape(description["encoder"]), seed=SEED)
    return Workload(
        model=str(model),
        decoder=description["decoder"],
        features=str(features),
        batch_size=training.batch_size,
        captions_per_image=training.captions_per_image,
        max_caption_length=training.max_caption_length,
        label_smoothing=training.label_smoothing,
        learning_rate=training.learning_rate,
        clip_norm=training.clip_norm,
        seed=SEED,
    )


def region_shape(encoder: dict[str, Any]) -> tuple[int, int]:
    """Regions and channels of a VGG encoder: every block halves the side."""
    side = encoder["image_size"] // 2 ** len(encoder["repeats"])
    return side**2, encoder["filters"][-1]


def commands(workload: Workload, torch_python: str) -> dict[str, list[str]]:
    """The process behind each side."""
    text = workload.to_json()
    return {
        KERAS: [sys.executable, str(HERE / "training_keras.py"), text],
        PYTORCH: [torch_python, str(HERE / "training_torch.py"), text],
        PYTORCH_SORTED: [torch_python, str(HERE / "training_torch.py"), text, "--sorted"],
    }


def measure(sides: dict[str, list[str]], *, rounds: int, captions: int) -> dict[str, list[float]]:
    """Captions a second of each side, a value a round, after an epoch that does not count."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(command)) for name, command in sides.items()}
        check_same_model({name: epoch(0)["parameters"] for name, epoch in workers.items()})
        speeds = take_turns(rounds, *(speed(epoch, captions) for epoch in workers.values()))
        return dict(zip(sides, speeds, strict=True))


def speed(epoch: Epoch, captions: int) -> Side:
    """Captions a second of a worker's epoch."""
    return lambda turn: captions / epoch(turn + 1)["seconds"]


def check_same_model(parameters: dict[str, int]) -> None:
    """Stops a comparison of models that are not the same, for example after a change to only one of them."""
    if len(set(parameters.values())) > 1:
        counts = ", ".join(f"{name} {count:,}" for name, count in parameters.items())
        raise ApplicationError(f"torch_captioner.py does not mirror LSTMDecoder any more, parameters: {counts}.")


if __name__ == "__main__":
    sys.exit(main())
