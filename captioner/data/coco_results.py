"""COCO results files, `[{"image_id": int, "caption": str}, ...]`: read, and checked against the annotated images."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from captioner.data.coco import CaptionRecord
from captioner.data.json_files import check_text, read_json
from captioner.errors import AnnotationError

Row = Mapping[str, Any]


def read_results(path: str | Path, records: Iterable[CaptionRecord]) -> dict[int, str]:
    """The generated caption of every annotated image, in the order of the records.

    The file has to pass `loadRes` of pycocotools, that is to name known images only, and what coco-caption then takes
    for granted: each image that has references is captioned exactly once. Images without references are not scored.

    Args:
        path: the results file; keys other than the two are ignored, and a whole number may be written as 7.0.
        records: the annotated images.

    Raises:
        AnnotationError: the file cannot be read, is not in the format, captions an unknown image, one without reference
            captions or one image twice, or leaves an image out; the sentence names the file and the id.
    """
    rows = _read_rows(path)
    images = [_image_id(path, index, row) for index, row in enumerate(rows)]
    captions = [_caption(path, index, row) for index, row in enumerate(rows)]
    known = {record.image_id: record for record in records}
    wanted = [image for image, record in known.items() if record.captions]
    _refuse_unknown(path, images, known)
    _refuse_repeated(path, images)
    found = dict(zip(images, captions, strict=True))
    missing = [image for image in wanted if image not in found]
    if missing:
        raise AnnotationError(f"{path} has no caption for {_first(missing)}, of {len(wanted)} that have references.")
    return {image: found[image] for image in wanted}


def _read_rows(path: str | Path) -> Sequence[Row]:
    document = read_json(path, "results")
    if isinstance(document, dict) and "annotations" in document:
        raise AnnotationError(f"{path} is an annotation file, where a results file was expected.")
    if not isinstance(document, list):
        raise AnnotationError(f"{path} is not a results file: its top level is not a list.")
    for index, row in enumerate(document):
        if not isinstance(row, dict):
            raise AnnotationError(f"{path}: entry {index} must be an object, received {_shown(row)}.")
    return document


def _image_id(path: str | Path, index: int, row: Row) -> int:
    """The id of a row; 7.0 is 7, as it is to pycocotools."""
    value = row.get("image_id")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise AnnotationError(f"{path}: `image_id` of entry {index} must be a whole number, received {_shown(value)}.")
    return value


def _caption(path: str | Path, index: int, row: Row) -> str:
    value = row.get("caption")
    where = f"{path}: `caption` of entry {index} (image_id {row['image_id']})"
    if not isinstance(value, str):
        raise AnnotationError(f"{where} must be text, received {_shown(value)}.")
    check_text(value, where)
    return value


def _refuse_unknown(path: str | Path, images: Sequence[int], known: Mapping[int, CaptionRecord]) -> None:
    unknown = [image for image in images if image not in known]
    if unknown:
        raise AnnotationError(f"{path} captions {_first(unknown)} that the annotation file does not list.")
    mute = [image for image in images if not known[image].captions]
    if mute:
        raise AnnotationError(f"{path} captions {_first(mute)} without a reference caption.")


def _refuse_repeated(path: str | Path, images: Sequence[int]) -> None:
    first: dict[int, int] = {}
    for index, image in enumerate(images):
        if image in first:
            raise AnnotationError(f"{path} captions image {image} more than once: entries {first[image]} and {index}.")
        first[image] = index


def _first(images: Sequence[int]) -> str:
    return f"an image ({images[0]})" if len(images) == 1 else f"{len(images)} images (the first is {images[0]})"


def _shown(value: object, limit: int = 40) -> str:
    text = json.dumps(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
