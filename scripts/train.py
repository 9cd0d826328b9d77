#!/usr/bin/env python
"""Train a captioner on a prepared directory; the same command, run again, resumes.

    python scripts/train.py prepared/flickr8k --output runs/flickr8k --encoder vgg19

First the CNN's features are computed and cached, then the decoder is trained from them, then, with
--finetune-epochs, the last blocks of the CNN are trained with it. The best epoch by the score of generated captions
becomes the model directory OUTPUT/bundle, which caption.py and evaluate.py take as --model.

On two CPU cores: features 0.25 s an image, once; Flickr8k (30,000 captions) some 3 minutes an epoch.
Disk: 50 kB an image for features, 200 kB more with fine-tuning, twice that with --mirror.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from captioner.config import TrainingConfig
from groundwork.config import add_arguments
from groundwork.console import ArgumentParser, quiet_imports, script
from groundwork.distribution import add_strategy_argument, make_distribution
from groundwork.memory import keep_freed_memory


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path, help="a directory that prepare_data.py wrote")
    parser.add_argument("--output", type=Path, required=True, help="the run's folder, created or resumed")
    parser.add_argument("--features", type=Path, help="cache of CNN features (default: PREPARED/features)")
    parser.add_argument("--config", type=Path, help="YAML file with any of the options below, underscores for hyphens")
    add_strategy_argument(parser)
    add_arguments(parser, TrainingConfig)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    arguments = vars(make_parser().parse_args(argv))
    prepared, output = arguments.pop("prepared"), arguments.pop("output")
    features = arguments.pop("features") or prepared / "features"
    strategy = arguments.pop("strategy")
    config = TrainingConfig.load(arguments.pop("config"), arguments)
    keep_freed_memory()
    with quiet_imports():
        from captioner.training.trainer import train
    print(train(config, prepared, output, features, make_distribution(strategy)))


if __name__ == "__main__":
    sys.exit(main())
