#!/usr/bin/env python
"""Make one HTML page that shows what single units of a character model do while it reads a text.

    python scripts/view_cells.py runs/shakespeare/bundle text.txt --output cells.html

Each character is coloured by the hidden state, cell state or any gate of one unit; a click takes another. The units
that track quotes, line position, bracket depth, word boundaries, indentation and capitals are found: chosen on the
first half of the text and judged on the second, against what the same search finds by chance. stdout has the best one
of each. Give a text that the model was not trained on; 20,000 characters and an LSTM of 512 units take a minute, and
the page has a byte for each shown character and value: 12 MB for 3,000 characters of that model.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from groundwork.console import ArgumentParser, quiet_imports, script, whole_number, write
from groundwork.errors import DataError, UsageError
from groundwork.files import write_text
from groundwork.text_files import read_text
from language_models.bundle import find_bundle


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="NAME_OR_DIR", help="a bundled model or a model directory")
    parser.add_argument("text", type=Path, help="a UTF-8 text")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the page")
    parser.add_argument("--skip", type=whole_number(0), default=0, metavar="N", help="characters to leave out first")
    parser.add_argument(
        "--characters",
        type=whole_number(1),
        default=20_000,
        metavar="N",
        help="characters to read, default %(default)s",
    )
    parser.add_argument(
        "--shown", type=whole_number(1), default=3_000, metavar="N", help="most on the page, default %(default)s"
    )
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="N", help="of the search for chance finds")
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = make_parser().parse_args(argv)
    if options.output.exists() and not options.output.is_file():
        raise UsageError(f"--output {options.output} exists and is not a file.")
    find_bundle(options.model, kind="char")
    text = read_text(options.text)[options.skip :][: options.characters]
    if not text:
        raise UsageError(f"--skip {options.skip} leaves nothing of {options.text}.")
    with quiet_imports():
        from language_models.cells import FEATURES, cells_document, cells_page, rank_units, trace
        from language_models.char_model import CharModel
    model = CharModel.from_preset(options.model)
    quantities = trace(model, text)
    rankings = rank_units(text, quantities, FEATURES, seed=options.seed)
    document = cells_document(
        text,
        quantities,
        rankings,
        shown=options.shown,
        title=f"Cells of {options.model} reading {options.text.name}",
        conditions=describe_conditions(options, len(text), model.get_config()),
    )
    try:
        write_text(options.output, cells_page(document))
    except OSError as error:
        raise DataError(f"{options.output} cannot be written: {error.strerror}.") from error
    for ranking in rankings:
        write(f"{ranking.feature.name:16} {verdict(ranking, quantities)}\n", sys.stdout)


def describe_conditions(options: argparse.Namespace, length: int, config: dict) -> dict[str, str]:
    size = f"{config['depth']} x {config['units']} {config['cell']}"
    span = f"{options.text.name}, characters {options.skip:,} to {options.skip + length:,}"
    return {"model": f"{options.model}, {size}", "text": span, "state": "carried from zeros", "seed": str(options.seed)}


def verdict(ranking, quantities) -> str:
    """What was found for a feature, in words."""
    if ranking.threshold is None:
        return "does not vary in the text"
    best = ranking.trackers[0]
    unit = f"{quantities[best.quantity].name} of unit {best.unit}"
    correlation = f"r {best.held_out:+.2f} on held-out text, chance {ranking.threshold:.2f}"
    return f"{unit}: {correlation}" if ranking.best else f"no unit beyond chance (best: {unit}, {correlation})"


if __name__ == "__main__":
    sys.exit(main())
