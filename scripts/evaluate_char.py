#!/usr/bin/env python
"""Nats and bits per character of a character model on any text.

    python scripts/evaluate_char.py runs/shakespeare/bundle text.txt

The state starts from zeros and is carried from the first character to the last, so that each character but the first
is predicted from all before it. --part scores the part that a training with the same --split held out. With
--streams N the text is read as N parts side by side, which is faster and costs the first characters of each part.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from groundwork.console import ArgumentParser, quiet_imports, script, whole_number
from groundwork.errors import UsageError
from groundwork.text_files import read_text
from language_models.bundle import find_bundle
from language_models.text import TextParts, split_text


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="NAME_OR_DIR", help="a bundled model or a model directory")
    parser.add_argument("text", type=Path, help="a UTF-8 text, gzipped or not")
    parser.add_argument("--split", default="90/10", metavar="SHARES", help="percentages, default %(default)s")
    parser.add_argument("--part", choices=TextParts._fields, help="part of the split to score; the whole if not given")
    parser.add_argument("--streams", type=whole_number(1), default=1, metavar="N", help="default %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = make_parser().parse_args(argv)
    find_bundle(options.model, kind="char")
    text = read_text(options.text)
    if options.part:
        text = getattr(split_text(text, options.split), options.part)
        if not text:
            raise UsageError(f"The split {options.split} has no {options.part} part.")
    with quiet_imports():
        from language_models.char_evaluation import CharEvaluator, bits
        from language_models.char_model import CharModel
    model = CharModel.from_preset(options.model)
    nats = CharEvaluator(model, streams=options.streams).nats_per_token(model.alphabet.encode(text))
    unit = model.alphabet.unit
    if options.json:
        print(json.dumps({"nats": nats, "bits": bits(nats), "per": unit, "characters": len(text)}))
    else:
        print(f"{nats:.4f} nats/{unit}, {bits(nats):.4f} bits/{unit} over {len(text):,} characters")


if __name__ == "__main__":
    sys.exit(main())
