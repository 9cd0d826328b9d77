#!/usr/bin/env python
"""How long the first caption takes, against what no program that uses TensorFlow can avoid.

  above the line   python scripts/caption.py data/sample/chelsea.png, from start to exit
  below the line   python -c "import tensorflow, keras", plus one compiled pass of the same model's encoder

Every start is a new process whose files are in the system's cache; the pass is measured in this process, after
warming up.

Goal: a ratio of at most 1.5. About two minutes on two cores.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from measurement import Comparison, Goal, Side, conditions, seconds, take_turns
from options import ROOT, SAMPLE, make_parser
from processes import run

from captioner.bundle_files import find_bundle
from groundwork.console import quiet_imports, script

CAPTION, IMPORTS, FORWARD, BELOW = "caption.py", "imports", "one forward pass", "imports + pass"


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    find_bundle(options.model)  # A wrong name is reported before anything is measured.
    rows = measure(options)
    comparison = Comparison(
        benchmark="cold_start",
        unit="seconds",
        rows=rows,
        numerator=CAPTION,
        denominator=BELOW,
        goal=Goal(1.5),
        conditions=conditions(options.rounds, model=options.model, image=options.image.name),
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=7)
    parser.add_argument("--image", type=Path, default=SAMPLE / "chelsea.png", help="default data/sample/chelsea.png")
    return parser.parse_args(argv)


def measure(options: argparse.Namespace) -> dict[str, list[float]]:
    """Seconds of each part, a value a round, after one that does not count."""
    caption = [sys.executable, str(ROOT / "scripts" / "caption.py"), "--model", options.model, str(options.image)]
    imports = [sys.executable, "-c", "import tensorflow, keras"]
    sides: list[Side] = [
        lambda turn: seconds(lambda: run(caption)),
        lambda turn: seconds(lambda: run(imports)),
        forward_pass(options.model, options.image),
    ]
    take_turns(1, *sides)
    captions, importing, passes = take_turns(options.rounds, *sides)
    below = [sum(parts) for parts in zip(importing, passes, strict=True)]
    return {CAPTION: captions, IMPORTS: importing, FORWARD: passes, BELOW: below}


def forward_pass(model: str, image: Path) -> Side:
    """Measures one pass of a model's encoder over one picture that is in memory already."""
    with quiet_imports():
        from captioner.bundle import load_bundle
        from captioner.data.images import load_image

    encoder = load_bundle(model).encoder
    images = load_image(image, (encoder.image_size, encoder.image_size))[None]
    return lambda turn: seconds(lambda: encoder.predict_on_batch(images))


if __name__ == "__main__":
    sys.exit(main())
