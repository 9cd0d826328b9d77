#!/usr/bin/env python
"""Plot how gradients vanish and explode through time in a vanilla RNN, a GRU and an LSTM.

    python scripts/gradient_flow.py input.txt --output gradient_flow.png

The norm of d loss_T / d h_t over T - t, where loss_T is that of one character and h_t an earlier state of the network:
at initialisation, with larger recurrent weights, and after training with and without clipping. The LSTM has a second
curve, d loss_T / d c_t by its cell state. The numbers go to a CSV file beside the plot. Small models are trained for
this on the first nine tenths of the text, which takes some minutes; gradients are measured on the last tenth.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from groundwork.config import add_arguments
from groundwork.console import ArgumentParser, progress, quiet_imports, script
from groundwork.errors import DataError, UsageError
from groundwork.plotting import require_matplotlib
from groundwork.text_files import read_text
from language_models.gradient_config import GradientConfig


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path, help="a UTF-8 text")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.png", help="the plot")
    add_arguments(parser, GradientConfig)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = vars(make_parser().parse_args(argv))
    path, output = options.pop("text"), options.pop("output")
    if output.suffix != ".png":
        raise UsageError(f"--output must end with .png; received {output}.")
    config = GradientConfig.load(None, options)
    text = read_text(path)
    with quiet_imports():
        from language_models.gradient_experiment import measure_flows
        from language_models.gradient_plot import write_csv, write_plot
    require_matplotlib()
    flows = list(progress(measure_flows(text, config), total=16, unit=" curves"))
    try:
        write_csv(output.with_suffix(".csv"), flows)
        write_plot(output, flows)
    except OSError as error:
        raise DataError(f"{output} cannot be written: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())
