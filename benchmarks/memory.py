#!/usr/bin/env python
"""Whether memory grows with the number of pictures.

  above the line   peak resident memory of a process that captions 5,000 picture files
  below the line   the same for 500

A hundred pictures (JPEG, 500 x 375), varied from the photographs in data/sample, are captioned again and again. The
claim is about growth, not about the encoder, so --encoder-size lets a thin one with random weights stand in for the
model's.

Goal: a ratio of at most 1.1. On two cores half an hour with the bundled model, four minutes with --encoder-size 64.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measurement import Comparison, Goal, conditions, take_turns
from memory_process import add_model_options
from options import add_photographs, make_parser
from processes import run

from captioner.console import script, whole_number

PROCESS = Path(__file__).parent / "memory_process.py"
DIFFERENT_PICTURES = 100


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    many, few = f"{options.images} images", f"{options.images // 10} images"
    with tempfile.TemporaryDirectory() as folder:
        command = process_command(options, write_into(folder, options.photographs))
        above, below = take_turns(
            options.rounds,
            lambda turn: peak_memory(command, options.images),
            lambda turn: peak_memory(command, options.images // 10),
        )
    comparison = Comparison(
        benchmark="memory",
        unit="MiB",
        rows={many: above, few: below},
        numerator=many,
        denominator=few,
        goal=Goal(1.1),
        conditions=conditions(
            options.rounds,
            model=options.model or "bundled",
            encoder=f"random, {options.encoder_size} pixels" if options.encoder_size else "the model's",
        ),
    )
    print(comparison.as_json() if options.json else comparison.as_table())
