#!/usr/bin/env python
"""Text that a character model writes, as it comes.

    python scripts/generate_text.py --prime "ROMEO:" --length 300 --temperature 0.8

prints the priming text and 300 characters after it. Without --prime the text begins as after the end of a line. The
same seed gives the same text; without --seed it is another one each time. The bundled model writes Shakespeare's
plays; --model takes another one, made by train_char.py.
"""

import argparse
import random
import sys
from collections.abc import Sequence

from groundwork.console import ArgumentParser, quiet_imports, script, whole_number, write
from language_models.bundle import find_bundle

DEFAULT_PRESET = "tinyshakespeare_lstm"


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_PRESET, metavar="NAME_OR_DIR", help="default %(default)s")
    parser.add_argument("--prime", default="", metavar="TEXT", help="what the text begins with")
    parser.add_argument("--length", type=whole_number(1), default=500, metavar="N", help="default %(default)s")
    parser.add_argument(
        "--temperature", type=float, default=1.0, metavar="X", help="below 1 safer, above 1 wilder, 0 the likeliest"
    )
    parser.add_argument("--top-k", type=whole_number(1), metavar="N", help="only the N likeliest characters")
    parser.add_argument("--top-p", type=float, metavar="X", help="only the likeliest that have this probability")
    parser.add_argument("--seed", type=whole_number(0), metavar="N", help="default: drawn at random")
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = make_parser().parse_args(argv)
    find_bundle(options.model, kind="char")
    with quiet_imports():
        from language_models.char_generation import CharGenerator
        from language_models.char_model import CharModel
        from language_models.char_sampling import Sampling
    sampling = Sampling(temperature=options.temperature, top_k=options.top_k, top_p=options.top_p)
    generator = CharGenerator(CharModel.from_preset(options.model), sampling)
    seed = random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    pieces = generator.generate(length=options.length, seed=seed, prime=options.prime)
    first = next(pieces)  # Nothing is printed if the priming text cannot be read.
    write(options.prime + first, sys.stdout)
    for piece in pieces:
        write(piece, sys.stdout)
    write("\n", sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
