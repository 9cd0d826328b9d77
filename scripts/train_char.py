#!/usr/bin/env python
"""Train a character model on a text; the same command, run again, resumes.

    python scripts/train_char.py input.txt --output runs/shakespeare --config recipes/tinyshakespeare_lstm.yaml

The text is UTF-8, gzipped or not; line ends of any kind become a line feed. Its first part is trained on, the next one
is scored after each epoch with the state carried through it, and the best epoch becomes the model directory
OUTPUT/bundle, which generate_text.py and evaluate_char.py take. Progress and a sample of each epoch go to stderr, the
directory to stdout. On two CPU cores an LSTM of 512 units reads some 7,000 characters a second.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from groundwork.config import add_arguments
from groundwork.console import ArgumentParser, quiet_imports, script
from groundwork.distribution import add_strategy_argument, make_distribution
from groundwork.memory import keep_freed_memory
from language_models.char_config import CharConfig


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path, help="a UTF-8 text, gzipped or not")
    parser.add_argument("--output", type=Path, required=True, help="the run's folder, created or resumed")
    parser.add_argument("--config", type=Path, help="YAML file with any of the options below, underscores for hyphens")
    add_strategy_argument(parser)
    add_arguments(parser, CharConfig)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    arguments = vars(make_parser().parse_args(argv))
    text, output = arguments.pop("text"), arguments.pop("output")
    strategy = arguments.pop("strategy")
    config = CharConfig.load(arguments.pop("config"), arguments)
    keep_freed_memory()
    with quiet_imports():
        from language_models.char_trainer import train
    print(train(config, text, output, make_distribution(strategy)))


if __name__ == "__main__":
    sys.exit(main())
