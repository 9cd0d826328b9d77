"""Captions photographs: a sentence for each, made by the bundled model or by one of your own.

  caption.py photo.jpg                        the caption and nothing else
  caption.py holiday/ 'more/**/*.jpg'         path: caption, for all pictures of a folder and of a pattern
  curl -s URL | caption.py -                  a picture on standard input
  caption.py --num-captions 3 photo.jpg       the three best with their probabilities
  caption.py --num-captions 3 --diversity 1 photo.jpg    three that differ in what they say
  caption.py --format csv --output all.csv holiday/
  caption.py --model runs/a/bundle --model runs/b/bundle photo.jpg    two models choose each word together
  caption.py --explain why.html photo.jpg     also where in the photograph each word comes from, .html or .png

The first caption takes about six seconds on two processor cores, most of them to load TensorFlow, each further one a
fraction of a second. A picture that cannot be read is reported on stderr and the others are captioned; the
exit status is then 1. --explain shows the attention of a model that has one; with any other it covers one spot of the
photograph after the other, which costs 49 more runs of the CNN.

The confidence is the chance that people agree with a caption, in the sense of the model's calibration; a model without
one gives the probability of exactly these words instead.

Formats:
  text   the caption alone for one picture, `path: caption` for several
  json   an array of {"image", "captions": [{"text", "probability", "log_probability", "score", "confidence"}]}
  jsonl  the same objects, one a line, each as soon as it is known
  csv    image, rank, caption, probability, log_probability, score, confidence
  coco   the official results, [{"image_id", "caption"}]; the id is the digits at the end of the file name, as in
         COCO_val2014_000000000042.jpg, and names without digits or with the same ones are refused
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from captioner.bundle_files import find_bundle
from captioner.formats import FORMATS, bare_text, check_image_ids
from captioner.search_options import add_model_option, add_search_options, search_options
from groundwork.console import FAILURE, ArgumentParser, progress, quiet_imports, report, script, whole_number, write
from groundwork.errors import ApplicationError, DataError, UsageError
from groundwork.files import atomic_path
from groundwork.kernels import use_onednn

if TYPE_CHECKING:
    from captioner.predictor import Prediction, Predictor, Source

STANDARD_INPUT = "-"
EXPLANATIONS = (".png", ".html")
MANY = 100  # pictures: what oneDNN saves on each is then more than the second that its start takes


@script
def main(argv: Sequence[str] | None = None) -> int:
    options = parse_arguments(argv)
    errors: list[ApplicationError] = []

    def failed(error: ApplicationError) -> None:
        errors.append(error)
        report(error)

    sources = find_sources(options.images, failed)
    if options.format == "coco":
        check_image_ids(sources)
    if options.explain is not None and len(sources) > 1:
        raise UsageError(f"--explain takes one picture, received {len(sources)}.")
    alone = len(sources) + len(errors) == 1
    to_text = bare_text if alone and options.format == "text" else FORMATS[options.format]
    if sources:
        with output(options.output) as emit:
            if len(sources) >= MANY:
                use_onednn()
            predictor = load_predictor(options)
            predictions = successes(progress(predictor(sources), total=len(sources), unit=" images"), failed)
            for piece in to_text(explained(predictions, predictor, options)):
                emit(piece)
    return FAILURE if errors else 0


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "images", metavar="IMAGE", nargs="+", help="files, folders (searched recursively), patterns, - for stdin"
    )
    add_model_option(parser)
    parser.add_argument(
        "--num-captions", type=whole_number(1), metavar="N", default=1, help="best captions to print, 1 if not given"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="text if not given, see above")
    parser.add_argument("--output", type=Path, metavar="FILE", help="written when all is done; stdout if not given")
    parser.add_argument(
        "--batch-size", type=whole_number(1), metavar="N", default=16, help="images captioned together, 16 if not given"
    )
    parser.add_argument(
        "--diversity",
        type=float,
        metavar="X",
        default=0.0,
        help="above 0, captions that differ, the more the greater it is, instead of the beam's best, which are alike",
    )
    add_search_options(parser)
    parser.add_argument(
        "--explain", type=Path, metavar="FILE", help="a picture (.png) or a page (.html) of the best caption's words"
    )
    options = parser.parse_args(argv)
    if options.beam_size is not None and options.num_captions > options.beam_size:
        raise UsageError(f"A beam of {options.beam_size} cannot give {options.num_captions} captions an image.")
    if not 0 <= options.diversity < float("inf"):
        raise UsageError(f"--diversity must be 0 or more; received {options.diversity}.")
    if options.format == "coco" and options.num_captions > 1:
        raise UsageError("COCO results hold one caption an image; leave out --num-captions.")
    if options.output is not None and options.output.exists() and not options.output.is_file():
        raise UsageError(f"--output {options.output} exists and is not a file.")
    if options.explain is not None:
        check_explain(options.explain)
        if len(options.model) > 1:
            raise UsageError(f"--explain takes one model, received {len(options.model)}.")
    return options


def check_explain(path: Path) -> None:
    if path.suffix.lower() not in EXPLANATIONS:
        raise UsageError(f"--explain takes a file that ends in {' or '.join(EXPLANATIONS)}, received {path}.")
    if path.exists() and not path.is_file():
        raise UsageError(f"--explain {path} exists and is not a file.")


def find_sources(arguments: Sequence[str], failed: Callable[[ApplicationError], None]) -> "list[Source]":
    """Paths, and the content of standard input where an argument is `-`, each once."""
    from captioner.data.images import find_images

    sources: dict[Source, None] = {}
    for argument in dict.fromkeys(arguments):
        found = [standard_input()] if argument == STANDARD_INPUT else find_images([argument], on_error=failed)
        sources |= dict.fromkeys(found)
    return list(sources)


def standard_input() -> io.BytesIO:
    picture = io.BytesIO(sys.stdin.buffer.read())
    picture.name = "<stdin>"  # type: ignore[attr-defined]
    return picture


def load_predictor(options: argparse.Namespace) -> "Predictor":
    """Loads the model, or several, which takes seconds."""
    for model in options.model:
        find_bundle(model)  # A wrong name is reported before TensorFlow is loaded.
    with quiet_imports():
        from captioner.predictor import Predictor

    return Predictor.from_preset(
        options.model,
        batch_size=options.batch_size,
        num_captions=options.num_captions,
        diversity=options.diversity,
        **search_options(options),
    )


def successes(
    predictions: "Iterable[Prediction]", failed: Callable[[ApplicationError], None]
) -> "Iterator[Prediction]":
    """The predictions that have captions; the errors of the others are reported."""
    for prediction in predictions:
        if prediction.error is None:
            yield prediction
        else:
            failed(prediction.error)


def explained(
    predictions: "Iterable[Prediction]", predictor: "Predictor", options: argparse.Namespace
) -> "Iterator[Prediction]":
    """The predictions; after each the explanation is written, if there is to be one."""
    for prediction in predictions:
        yield prediction
        if options.explain is not None:
            from captioner.explanation import write_explanation

            source, text = prediction.source, prediction.caption.text
            name = Path(source if isinstance(source, str | Path) else source.name).name
            about = f"{name}, captioned by {'/'.join(Path(options.model[0]).parts[-2:])}"
            try:
                write_explanation(options.explain, predictor.generator.model, source, text, about=about)
            except OSError as error:
                raise DataError(f"{options.explain} cannot be written: {error.strerror}.") from error


@contextmanager
def output(path: Path | None) -> Iterator[Callable[[str], object]]:
    """A function that writes text to stdout, or to a file that appears when the block succeeds."""
    if path is None:
        yield lambda text: write(text, sys.stdout)
    else:
        try:
            with atomic_path(path) as draft, draft.open("w", encoding="utf-8", errors="backslashreplace") as file:
                yield file.write
        except OSError as error:
            raise DataError(f"{path} cannot be written: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())
