"""COCO captions files: read, checked and grouped by image; results written in the official format."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from captioner.data.json_files import check_rows, read_object
from captioner.errors import AnnotationError
from groundwork.files import write_json


@dataclass(frozen=True)
class CaptionRecord:
    """One picture with all its captions."""

    image_id: int
    path: Path
    captions: tuple[str, ...]


def read_annotations(path: str | Path) -> dict[str, Any]:
    """The parsed JSON of a COCO captions file, checked for the keys that captions need.

    Raises:
        AnnotationError: the file is missing, is not JSON, lacks a key, repeats an image id, or has a caption for an
            image that it does not list.
    """
    document = read_object(path)
    check_rows(path, document, "images", {"id": int, "file_name": str})
    check_rows(path, document, "annotations", {"image_id": int, "caption": str})
    listed = Counter(image["id"] for image in document["images"])
    repeated = next((image_id for image_id, count in listed.items() if count > 1), None)
    if repeated is not None:
        raise AnnotationError(f"{path} lists the image id {repeated} more than once.")
    for annotation in document["annotations"]:
        if annotation["image_id"] not in listed:
            raise AnnotationError(
                f"{path} has a caption for image id {annotation['image_id']}, which is not among its images."
            )
    return document


def annotated_records(path: str | Path, images: str | Path | None = None) -> list[CaptionRecord]:
    """Records in file order as annotated: empty captions are kept, and no picture is looked up on disk.

    Line breaks and runs of spaces inside a caption, which the official files have, become one space.

    Args:
        path: a COCO captions file.
        images: the folder that `file_name` is relative to; the folder of `path` itself if not given.

    Raises:
        AnnotationError: as `read_annotations`.
    """
    document = read_annotations(path)
    folder = Path(images) if images is not None else Path(path).parent
    captions: dict[int, list[str]] = {image["id"]: [] for image in document["images"]}
    for annotation in document["annotations"]:
        captions[annotation["image_id"]].append(" ".join(annotation["caption"].split()))
    return [
        CaptionRecord(image["id"], folder / image["file_name"], tuple(captions[image["id"]]))
        for image in document["images"]
    ]


def read_records(path: str | Path, images: str | Path | None = None) -> list[CaptionRecord]:
    """Records in file order; empty captions are dropped, images without captions are kept.

    Args:
        path: a COCO captions file.
        images: the folder that `file_name` is relative to; the folder of `path` itself if not given.

    Raises:
        AnnotationError: as `read_annotations`, or pictures are missing (the message counts them and names the first).
    """
    records = [
        replace(record, captions=tuple(filter(None, record.captions))) for record in annotated_records(path, images)
    ]
    missing = [record.path for record in records if not record.path.is_file()]
    if missing:
        raise AnnotationError(
            f"{len(missing)} of the {len(records)} images that {path} names are missing, the first is {missing[0]}."
        )
    return records


def references(records: Iterable[CaptionRecord]) -> dict[int, list[str]]:
    """The human captions by image id, as the metrics take them."""
    return {record.image_id: list(record.captions) for record in records}


def coco_document(records: Sequence[CaptionRecord], *, relative_to: Path, description: str) -> dict[str, Any]:
    """A COCO captions document whose file names are relative to the folder it will stand in."""
    folder = relative_to.resolve()
    images = [{"id": record.image_id, "file_name": _relative(record.path, folder)} for record in records]
    pairs = [(record.image_id, caption) for record in records for caption in record.captions]
    annotations = [
        {"id": index, "image_id": image_id, "caption": caption} for index, (image_id, caption) in enumerate(pairs, 1)
    ]
    return {"info": {"description": description}, "licenses": [], "images": images, "annotations": annotations}


def write_results(path: str | Path, captions: Mapping[int, str]) -> None:
    """Writes the official COCO results format, `[{"image_id": int, "caption": str}, ...]`."""
    write_json(path, [{"image_id": image_id, "caption": caption} for image_id, caption in captions.items()])


def _relative(path: Path, folder: Path) -> str:
    resolved = os.path.realpath(path)
    try:
        return Path(os.path.relpath(resolved, folder)).as_posix()
    except ValueError:  # On Windows no relative path leads to another drive.
        return Path(resolved).as_posix()
