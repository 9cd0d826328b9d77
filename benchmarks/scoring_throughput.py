#!/usr/bin/env python
"""How much faster captions are scored than by the official tools, tokenization included on both sides.

  above the line   pycocoevalcap: its Java tokenizer, then BLEU, ROUGE-L and CIDEr
  below the line   captioner.metrics: its tokenizer, then the same metrics, which give the same values

5,000 images with five references and one candidate each, of synthetic words that are as long and as frequent as those
of real captions. Besides, in a process of its own: seconds and peak memory for the 40,504 images of COCO val2014, and
how many captions a second get their CIDEr-D as a reward, in batches of 250, against the references of these images.

Goal: a ratio of at least 10; less than 60 seconds and 2,048 MiB; at least 20,000 rewards a second. Needs Java and
`pip install pycocoevalcap`; two minutes on two cores.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from measurement import Comparison, Goal, conditions, seconds, take_turns
from processes import run

from groundwork.console import ArgumentParser, quiet_imports, script, whole_number
from groundwork.errors import UsageError

PROCESS = Path(__file__).parent / "scoring_process.py"
OFFICIAL, OURS = "pycocoevalcap", "captioner.metrics"
CAPTIONS_PER_IMAGE = 5

Texts = Mapping[int, Sequence[str]]


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    official = find_official_tools()
    # First: a process starts with its parent's peak of memory as its own.
    large = json.loads(run([sys.executable, str(PROCESS), str(options.large), str(CAPTIONS_PER_IMAGE)]))
    rows = measure(options.images, options.rounds, official)
    comparison = Comparison(
        benchmark="scoring_throughput",
        unit="seconds",
        rows=rows,
        numerator=OFFICIAL,
        denominator=OURS,
        goal=Goal(10, at_least=True),
        conditions=conditions(options.rounds, images=options.images, references=CAPTIONS_PER_IMAGE),
        further={
            f"seconds for {options.large:,} images, goal less than 60": large["seconds"],
            f"MiB at the most for {options.large:,} images, goal less than 2,048": large["mebibytes"],
            "rewards a second, goal at least 20,000": large["rewards_per_second"],
        },
    )
    print(comparison.as_json() if options.json else comparison.as_table())


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=whole_number(1), metavar="N", default=3, help="default %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    parser.add_argument("--images", type=whole_number(1), metavar="N", default=5000, help="compared, default 5000")
    parser.add_argument("--large", type=whole_number(50), metavar="N", default=40504, help="ours alone, default 40504")
    return parser.parse_args(argv)


def find_official_tools() -> Callable[[Texts, Texts], Any]:
    """A function that scores references and candidates with pycocoevalcap.

    Raises:
        UsageError: it is not installed.
    """
    try:
        from pycocoevalcap.bleu.bleu import Bleu
        from pycocoevalcap.cider.cider import Cider
        from pycocoevalcap.rouge.rouge import Rouge
        from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
    except ImportError as error:
        raise UsageError(f"pycocoevalcap is needed: pip install pycocoevalcap ({error}).") from error

    def score(references: Texts, candidates: Texts) -> None:
        sides = [
            {image: [{"caption": text} for text in texts] for image, texts in side.items()}
            for side in (references, candidates)
        ]
        with quiet_imports():  # The Java program reports its speed on stderr.
            words = [PTBTokenizer().tokenize(side) for side in sides]
        Bleu(4).compute_score(*words, verbose=0)
        Rouge().compute_score(*words)
        Cider().compute_score(*words)

    return score


def measure(images: int, rounds: int, official: Callable[[Texts, Texts], Any]) -> dict[str, list[float]]:
    """Seconds of each side, a value a round; each round has other captions."""
    from scoring_process import METRICS
    from scoring_workload import make_captions

    from captioner.metrics.scorer import score

    def side(action: Callable[[Texts, Texts], Any]) -> Callable[[int], float]:
        def timed(turn: int) -> float:
            captions = make_captions(images, CAPTIONS_PER_IMAGE + 1, seed=turn)
            references = {image: texts[1:] for image, texts in enumerate(captions)}
            candidates = {image: texts[:1] for image, texts in enumerate(captions)}
            return seconds(lambda: action(references, candidates))

        return timed

    official_seconds, our_seconds = take_turns(
        rounds, side(official), side(lambda references, candidates: score(references, candidates, METRICS))
    )
    return {OFFICIAL: official_seconds, OURS: our_seconds}


if __name__ == "__main__":
    sys.exit(main())
