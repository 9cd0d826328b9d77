#!/usr/bin/env python
"""Train a sentiment model on labelled texts; the same command, run again, resumes.

    python scripts/train_sentiment.py train.tsv --validation dev.tsv --output runs/sst2 --config recipes/sst2_lstm.yaml

Texts come from a CSV or TSV file (also .gz) with a header that has a text and a label column, from a file without a
header (number the columns: --text-column 4 --label-column 2), or from a folder with a folder of .txt files for each
label (aclImdb/train). Without --validation a part of the texts is held out. --unlabelled names texts without labels,
one a line, a folder, or a table with --unlabelled-column, from which the first word vectors are made. The epoch with
the best accuracy becomes the model directory OUTPUT/bundle, which classify_text.py takes; its name goes to stdout.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from groundwork.config import add_arguments
from groundwork.console import ArgumentParser, quiet_imports, script
from groundwork.distribution import add_strategy_argument, make_distribution
from groundwork.memory import keep_freed_memory
from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_data import read_texts


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, help="labelled texts: a table or a folder")
    parser.add_argument("--validation", type=Path, help="more of them, in the same form")
    parser.add_argument("--unlabelled", type=Path, nargs="+", default=[], metavar="PATH", help="texts without labels")
    parser.add_argument("--unlabelled-column", default="", metavar="TEXT", help="name or number of their text column")
    parser.add_argument("--output", type=Path, required=True, help="the run's folder, created or resumed")
    parser.add_argument("--config", type=Path, help="YAML file with any of the options below, underscores for hyphens")
    add_strategy_argument(parser)
    add_arguments(parser, SentimentConfig)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    arguments = vars(make_parser().parse_args(argv))
    paths = [arguments.pop(name) for name in ("train", "output", "validation")]
    column = arguments.pop("unlabelled_column")
    unlabelled = [text for path in arguments.pop("unlabelled") for text in read_texts(path, text_column=column)]
    strategy = arguments.pop("strategy")
    config = SentimentConfig.load(arguments.pop("config"), arguments)
    keep_freed_memory()
    with quiet_imports():
        from language_models.sentiment_trainer import train
    print(
        train(
            config,
            paths[0],
            paths[1],
            validation_path=paths[2],
            unlabelled=unlabelled,
            distribution=make_distribution(strategy),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
