#!/usr/bin/env python
"""Makes one HTML page of a results file: scores, the captions beside their pictures, and how varied they are.

  report.py captions_val.json results.json --output report.html
  report.py captions_val.json results.json --images val2014/ --train captions_train.json --output report.html

The page holds everything, small pictures included (about 7 kB an image), and opens from disk without network. It has
the scores with 95 % intervals and their conditions, the distributions of lengths and scores, and a gallery sorted from
the worst caption to the best or back, and filtered by a text. --train adds how many captions stand in the training set
word for word, --vocabulary how many of the model's words are used.

Five thousand pictures take about a minute on two processor cores, METEOR and SPICE some minutes more where they can be
computed. A picture that cannot be read is replaced by an empty frame, and stderr says how many those are.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from captioner.data.coco import CaptionRecord, annotated_records, references
from captioner.data.coco_results import read_results
from captioner.data.vocabulary import Vocabulary
from captioner.errors import ImageError
from captioner.metrics.selection import require_metrics, score_available
from captioner.metrics.tokenizer import tokenize
from captioner.report import Knowledge, page, report_document, thumbnails
from captioner.scoring import METRIC_CONDITIONS, file_conditions, metric_list, require_captions, software, summarize
from groundwork.console import ArgumentParser, progress, script, write
from groundwork.errors import DataError, UsageError
from groundwork.files import write_text

GALLERY_METRICS = ("bleu", "cider_d")
PACKAGES = ("captioner", "numpy", "pillow")


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("annotations", type=Path, metavar="ANNOTATIONS", help="a COCO captions file")
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a COCO results file")
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the pictures (default: the file's own)")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the page")
    parser.add_argument("--train", type=Path, metavar="FILE", help="the COCO captions file of the training set")
    parser.add_argument("--vocabulary", type=Path, metavar="FILE", help="vocabulary.txt of the model")
    parser.add_argument(
        "--metrics",
        type=metric_list,
        metavar="LIST",
        help="for example meteor,spice (default: all); those of the gallery, bleu and cider_d, are always there",
    )
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = make_parser().parse_args(argv)
    if options.output.exists() and not options.output.is_file():
        raise UsageError(f"--output {options.output} exists and is not a file.")
    if options.images and not options.images.is_dir():
        raise UsageError(f"--images {options.images} is not a folder.")
    metrics = options.metrics and tuple(dict.fromkeys([*GALLERY_METRICS, *options.metrics]))
    require_metrics(metrics)
    knowledge = read_knowledge(options)
    annotated = annotated_records(options.annotations, options.images)
    require_captions(annotated, options.annotations)
    captions = read_results(options.results, annotated)
    records = [record for record in annotated if record.captions]
    candidates = {image: [caption] for image, caption in captions.items()}
    scores, not_computed = score_available(references(records), candidates, metrics)
    evaluation = summarize(scores, not_computed, records=records, conditions=describe_conditions(options))
    pictures, notes = read_pictures(records)
    document = report_document(
        records,
        captions,
        scores,
        evaluation=evaluation,
        title=f"Captions of {options.results.name}",
        knowledge=knowledge,
        notes=notes,
    )
    try:
        write_text(options.output, page(document, pictures))
    except OSError as error:
        raise DataError(f"{options.output} cannot be written: {error.strerror}.") from error


def read_knowledge(options: argparse.Namespace) -> Knowledge:
    """The training captions and the vocabulary that the command line names."""
    training = None
    if options.train:
        captions = [caption for record in annotated_records(options.train) for caption in record.captions]
        training = frozenset(tuple(tokenize(caption)) for caption in captions)
    return Knowledge(training, Vocabulary.load(options.vocabulary) if options.vocabulary else None)


def describe_conditions(options: argparse.Namespace) -> dict[str, str]:
    conditions: dict[str, str] = {}
    for label in ("annotations", "results", "train", "vocabulary"):
        if path := getattr(options, label):
            conditions |= file_conditions(label, path)
    return {**conditions, **METRIC_CONDITIONS, "software": software(PACKAGES)}


def read_pictures(records: Sequence[CaptionRecord]) -> tuple[list[str | None], list[str]]:
    """The thumbnails, None where there is none, and a sentence for the page about the latter."""
    found = list(progress(thumbnails([record.path for record in records]), total=len(records), unit=" pictures"))
    pictures = [None if isinstance(picture, ImageError) else picture for picture in found]
    errors = [picture for picture in found if isinstance(picture, ImageError)]
    if not errors:
        return pictures, []
    missing = f"{len(errors):,} of the {len(records):,} pictures cannot be shown"
    write(f"warning: {missing}; the first: {errors[0]}\n", sys.stderr)
    return pictures, [f"{missing}, because their files are missing or damaged."]


if __name__ == "__main__":
    sys.exit(main())
