"""Captions annotated pictures and scores the captions as the official COCO tools do.

  evaluate.py --annotations captions_val2014.json --images val2014/
  evaluate.py --model runs/coco/bundle --annotations prepared/coco/val.json --metrics bleu,cider --json

The annotations are any COCO captions file. First all captions are written in the official COCO results format, then
that file is scored, as score.py would score it: BLEU-1 to 4, ROUGE-L, CIDEr, CIDEr-D, and METEOR and SPICE where Java
and pycocoevalcap are installed. The table has the scores in percent, their 95 % intervals, and the conditions that they
depend on. --json prints one object with coco-caption's names, values from 0 to 1 (CIDEr as coco-caption prints it).

--reliability plots how often people agree with captions of a stated confidence, in ten bins, and names the criterion of
agreement and the mean distance of the two. --calibrate fits the confidence to these captions, which should be those of
a validation split, and writes it to the model's config.json, from where caption.py states it; what is told then is what
calibrations fitted to four fifths of the pictures stated on the others.

A thousand pictures take about five minutes on two processor cores. A picture that cannot be read is reported and not
scored, and the exit status is then 1.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.bundle_files import find_bundle, write_calibration
from captioner.data.coco import read_records
from captioner.metrics.selection import require_metrics
from captioner.scoring import metric_list, require_captions
from captioner.search_options import add_model_option, add_search_options, search_options
from groundwork.console import FAILURE, ArgumentParser, progress, quiet_imports, report, script, whole_number, write
from groundwork.errors import ApplicationError, DataError, UsageError
from groundwork.files import write_json
from groundwork.kernels import use_onednn
from groundwork.plotting import require_matplotlib

if TYPE_CHECKING:
    from captioner.confidence import Confidence
    from captioner.data.coco import CaptionRecord
    from captioner.generation import Caption, CaptionGenerator


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--annotations", type=Path, required=True, metavar="FILE", help="a COCO captions file")
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the pictures (default: the file's own)")
    add_model_option(parser)
    parser.add_argument(
        "--results", type=Path, default=Path("results.json"), metavar="FILE", help="default %(default)s"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="scores and conditions as JSON")
    parser.add_argument("--metrics", type=metric_list, metavar="LIST", help="for example bleu,cider (default: all)")
    parser.add_argument("--json", action="store_true", help="print the scores as one JSON object")
    parser.add_argument("--reliability", type=Path, metavar="FILE.png", help="plot what captions state against people")
    parser.add_argument("--calibrate", action="store_true", help="fit what the model states, and keep it in the model")
    parser.add_argument("--batch-size", type=whole_number(1), default=16, metavar="N", help="default %(default)s")
    add_search_options(parser)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> int:
    options = make_parser().parse_args(argv)
    if options.calibrate and len(options.model) > 1:
        raise UsageError("--calibrate keeps what it fits in one model; several together have none.")
    if options.reliability:
        require_matplotlib()
    records = [record for record in read_records(options.annotations, options.images) if record.captions]
    require_captions(records, options.annotations)
    require_metrics(options.metrics)
    for model in options.model:
        find_bundle(model)
    use_onednn()
    with quiet_imports():
        from captioner.evaluation import caption_records, describe_conditions, evaluate
        from captioner.predictor import Predictor

    predictor = Predictor.from_preset(
        options.model,
        batch_size=options.batch_size,
        **search_options(options),
    )
    errors: list[ApplicationError] = []

    def failed(error: ApplicationError) -> None:
        errors.append(error)
        report(error)

    captions = caption_records(
        predictor,
        records,
        on_error=failed,
        watch=lambda predictions: progress(predictions, total=len(records), unit=" images"),
    )
    evaluation = evaluate(
        captions,
        records,
        options.results,
        conditions=describe_conditions(predictor, model=options.model, annotations=options.annotations),
        metrics=options.metrics,
    )
    confidence = None
    if options.reliability or options.calibrate:
        confidence = examine_confidence(options, predictor.generator, records, captions)
    numbers = {} if confidence is None else {"reliability": confidence.plain()}
    if options.report:
        write_json(options.report, {**vars(evaluation), **numbers}, indent=2)
    if options.json:
        print(json.dumps({**evaluation.scores, **numbers}))
        write("".join(f"{note}\n" for note in evaluation.notes()), sys.stderr)
    else:
        print("\n".join([evaluation.table(), *([] if confidence is None else ["", *confidence.lines()])]))
    return FAILURE if errors else 0


def examine_confidence(
    options: argparse.Namespace,
    generator: "CaptionGenerator",
    records: "Sequence[CaptionRecord]",
    captions: "Mapping[int, Caption]",
) -> "Confidence":
    """Compares captions with people, fits and plots as the options say."""
    from captioner.confidence import calibrate, judge, measure_confidence
    from captioner.reliability_plot import write_reliability_plot

    judged = judge(records, captions)
    if options.calibrate:
        calibration, confidence = calibrate(*judged, length_penalty=generator.decoding.length_penalty)
        write_calibration(find_bundle(options.model[0]), calibration)
    else:
        confidence = measure_confidence(*judged, generator.model.calibration)
    if options.reliability:
        try:
            write_reliability_plot(options.reliability, confidence)
        except OSError as error:
            raise DataError(f"{options.reliability} cannot be written: {error.strerror}.") from error
    return confidence


if __name__ == "__main__":
    sys.exit(main())
