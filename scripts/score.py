#!/usr/bin/env python
"""Scores a COCO results file against a COCO captions file as the official COCO tools do, without Java.

  score.py captions_val2014.json results.json
  score.py captions_val2014.json results.json --metrics bleu,cider --json
  score.py captions_val2014.json results.json --compare other_results.json

ANNOTATIONS is any COCO captions file; its pictures are not needed. RESULTS is a list of objects with `image_id` and
`caption`, one for each annotated image. The table has BLEU-1 to 4, ROUGE-L, CIDEr and CIDEr-D, and METEOR and SPICE
where Java and pycocoevalcap are installed, in percent; their 95 % bootstrap intervals; and the conditions. --json
prints one object with coco-caption's names, values from 0 to 1 (CIDEr as coco-caption prints it). --compare tells for
each score which of two results files is better, and whether by more than chance.

A thousand images with five references each take some seconds, METEOR half a minute more, SPICE some minutes more.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from captioner.comparison import comparison_sentences
from captioner.data.coco import annotated_records
from captioner.metrics.selection import require_metrics
from captioner.metrics.significance import Difference, compare
from captioner.scoring import (
    METRIC_CONDITIONS,
    Evaluation,
    file_conditions,
    metric_list,
    require_captions,
    score_results,
    software,
    summarize,
)
from groundwork.console import ArgumentParser, script, write

PACKAGES = ("captioner", "numpy")


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("annotations", type=Path, metavar="ANNOTATIONS", help="a COCO captions file")
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a COCO results file")
    parser.add_argument("--metrics", type=metric_list, metavar="LIST", help="for example bleu,cider (default: all)")
    parser.add_argument("--compare", type=Path, metavar="RESULTS", help="another results file for the same images")
    parser.add_argument("--json", action="store_true", help="print the scores as one JSON object")
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = make_parser().parse_args(argv)
    require_metrics(options.metrics)
    records = annotated_records(options.annotations)
    require_captions(records, options.annotations)
    scores, not_computed = score_results(records, options.results, options.metrics)
    differences: Mapping[str, Difference] = {}
    if options.compare:
        differences = compare(scores, score_results(records, options.compare, options.metrics)[0])
    conditions = {
        **file_conditions("annotations", options.annotations),
        **file_conditions("results", options.results),
        **METRIC_CONDITIONS,
        "software": software(PACKAGES),
    }
    evaluation = summarize(scores, not_computed, records=records, conditions=conditions)
    if options.json:
        print_json(evaluation, differences)
    else:
        sentences = comparison_sentences(differences, str(options.results), str(options.compare))
        print("\n".join([evaluation.table(), *([""] if sentences else []), *sentences]))


def print_json(evaluation: Evaluation, differences: Mapping[str, Difference]) -> None:
    """The scores by name, with `comparison` below them if there is one; on stderr what is missing."""
    comparison = {name: asdict(difference) for name, difference in differences.items()}
    print(json.dumps({**evaluation.scores, **({"comparison": comparison} if comparison else {})}))
    write("".join(f"{note}\n" for note in evaluation.notes()), sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
