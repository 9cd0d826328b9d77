"""The command-line options that benchmarks have in common."""

import argparse
from pathlib import Path

from processes import ROOT

from captioner.bundle_files import DEFAULT_PRESET
from groundwork.console import ArgumentParser, whole_number

# The bundled model that PyTorch's side can be, see `torch_captioner.py`.
VGG_AND_LSTM = "flickr8k_coco_vgg19_lstm"

SAMPLE = ROOT / "data" / "sample"


def make_parser(description: str | None, *, rounds: int, model: str | None = DEFAULT_PRESET) -> argparse.ArgumentParser:
    """A parser with `--rounds`, `--json` and, for a benchmark of a bundle, `--model`."""
    parser = ArgumentParser(description=description)
    if model:
        parser.add_argument("--model", default=model, metavar="NAME_OR_DIR", help="default %(default)s")
    parser.add_argument(
        "--rounds",
        type=whole_number(1),
        metavar="N",
        default=rounds,
        help="measurements of each side, taken in turns, default %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    return parser


def add_photographs(parser: argparse.ArgumentParser) -> None:
    """Adds `--photographs`."""
    parser.add_argument(
        "--photographs", type=Path, metavar="DIR", default=SAMPLE, help="pictures to vary, default data/sample"
    )
