"""Predictions as text, JSON, JSON lines, CSV or COCO results, in pieces that can be written as they arrive."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundwork.errors import UsageError

if TYPE_CHECKING:
    from captioner.generation import Caption
    from captioner.predictor import Prediction

    Format = Callable[[Iterable[Prediction]], Iterator[str]]

CSV_HEADER = ("image", "rank", "caption", "probability", "log_probability", "score", "confidence")


def text(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """`path: caption`; where there are several captions, the path and below it a line for each as in `bare_text`."""
    for prediction in predictions:
        if len(prediction.captions) == 1:
            yield f"{name(prediction.source)}: {prediction.caption.text}\n"
        else:
            yield "\n  ".join([name(prediction.source), *_with_probabilities(prediction)]) + "\n"


def bare_text(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """The caption alone; where there are several, `probability  caption` on a line each.

    Where the model is calibrated, its confidence in percent stands in the place of the probability.
    """
    for prediction in predictions:
        several = len(prediction.captions) > 1
        yield "\n".join(_with_probabilities(prediction) if several else [prediction.caption.text]) + "\n"


def json_array(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """One array of the objects that `json_lines` writes."""
    yield from _array(_described(prediction) for prediction in predictions)


def json_lines(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """An object a line: `image` and `captions`, a list of `text`, `probability` and so on, see `Caption`."""
    for prediction in predictions:
        yield _json(_described(prediction)) + "\n"


def csv_table(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """A header, then a row for each caption; ranks count from 1."""
    to_line: Any = csv.writer(_Echo(), lineterminator="\n").writerow
    yield to_line(CSV_HEADER)
    for prediction in predictions:
        for rank, caption in enumerate(prediction.captions, 1):
            yield to_line([name(prediction.source), rank, *asdict(caption).values()])


def coco_results(predictions: "Iterable[Prediction]") -> Iterator[str]:
    """The official COCO results: an array of `{"image_id": int, "caption": str}`, the id taken from the file name."""
    yield from _array(
        {"image_id": image_id(prediction.source), "caption": prediction.caption.text} for prediction in predictions
    )


FORMATS: "dict[str, Format]" = {
    "text": text,
    "json": json_array,
    "jsonl": json_lines,
    "csv": csv_table,
    "coco": coco_results,
}


def image_id(source: Any) -> int:
    """The digits at the end of a file's stem, as COCO names its pictures: COCO_val2014_000000000042.jpg is 42.

    Raises:
        UsageError: the name does not end in digits.
    """
    digits = re.search(r"[0-9]+$", Path(name(source)).stem)
    if digits is None:
        raise UsageError(
            f"COCO results need an image id in each file name, the digits at its end as in "
            f"COCO_val2014_000000000042.jpg; {name(source)} has none."
        )
    return int(digits[0])


def check_image_ids(sources: Sequence[Any]) -> None:
    """Raises UsageError unless each name holds an id of its own; a result under a wrong id is worse than none."""
    owners: dict[int, Any] = {}
    for source in sources:
        owner = owners.setdefault(image_id(source), source)
        if owner is not source:
            raise UsageError(f"{name(owner)} and {name(source)} have the same COCO image id, {image_id(source)}.")


def name(source: Any) -> str:
    """What a picture is called in the output: its path, or the name of its stream."""
    return str(getattr(source, "name", source)) if hasattr(source, "read") else str(source)


class _Echo:
    """A file for `csv.writer` that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _with_probabilities(prediction: "Prediction") -> list[str]:
    return [f"{_likelihood(caption):<8}{caption.text}" for caption in prediction.captions]


def _likelihood(caption: "Caption") -> str:
    return f"{caption.probability:.2g}" if caption.confidence is None else f"{caption.confidence:.0%}"


def _described(prediction: "Prediction") -> dict[str, Any]:
    return {"image": name(prediction.source), "captions": [asdict(caption) for caption in prediction.captions]}


def _array(values: Iterable[Any]) -> Iterator[str]:
    separator = "[\n"
    for value in values:
        yield separator + _json(value)
        separator = ",\n"
    yield "\n]\n" if separator == ",\n" else "[]\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
