"""Karpathy's splits: `dataset_coco.json`, `dataset_flickr8k.json` and `dataset_flickr30k.json`."""

from pathlib import Path
from typing import Any

from captioner.data.coco import CaptionRecord
from captioner.data.json_files import check_rows, read_object
from captioner.data.preparation.sources import Source
from captioner.errors import AnnotationError

RESTVAL = "restval"
_SPLITS = ("train", RESTVAL, "val", "test")
_COLUMNS = {"split": str, "filename": str, "imgid": int, "sentences": list}
_COLUMNS_OF_COCO = {"filepath": str, "cocoid": int}


def karpathy_sources(dataset: str | Path, images: str | Path, *, restval: bool = True) -> list[Source]:
    """The splits of Karpathy & Fei-Fei (2015), https://cs.stanford.edu/people/karpathy/deepimagesent/.

    Args:
        dataset: `dataset_*.json`: a list `images` of objects with `split`, `filename`, `imgid`, `sentences` (each with
            `raw`), and for COCO `filepath` (train2014 or val2014) and `cocoid`, which becomes the image id.
        images: the folder of the pictures; for COCO the one that holds train2014 and val2014.
        restval: whether the 30,504 pictures of val2014 that are in neither val nor test are trained on, as in most
            published results; they stay out otherwise. Only COCO has them.

    Raises:
        AnnotationError: the file cannot be read, lacks a key, or names an unknown split.
    """
    rows = _read_rows(dataset)
    folders = {path: _folder(Path(images), path) for path in {row.get("filepath", "") for row in rows}}
    by_split: dict[str, list[CaptionRecord]] = {split: [] for split in _SPLITS}
    for row in rows:
        path = folders[row.get("filepath", "")] / row["filename"]
        captions = tuple(" ".join(sentence["raw"].split()) for sentence in row["sentences"])
        by_split[row["split"]].append(CaptionRecord(row.get("cocoid", row["imgid"]), path, captions))
    if not restval:
        del by_split[RESTVAL]
    return [
        Source("train" if split == RESTVAL else split, f"{Path(dataset).name} {split}", records)
        for split, records in by_split.items()
        if records
    ]


def _read_rows(dataset: str | Path) -> list[dict[str, Any]]:
    document = read_object(dataset)
    check_rows(dataset, document, "images", _COLUMNS)
    rows = document["images"]
    present = {key: kind for key, kind in _COLUMNS_OF_COCO.items() if any(key in row for row in rows)}
    check_rows(dataset, document, "images", present)
    for index, row in enumerate(rows):
        if row["split"] not in _SPLITS:
            raise AnnotationError(
                f"{dataset}: entry {index} of `images` has the split {row['split']!r}; expected {', '.join(_SPLITS)}."
            )
        if not all(
            isinstance(sentence, dict) and isinstance(sentence.get("raw"), str) for sentence in row["sentences"]
        ):
            raise AnnotationError(f"{dataset}: a sentence of entry {index} of `images` needs `raw` of type str.")
    return rows


def _folder(images: Path, filepath: str) -> Path:
    """Both layouts are found: COCO's own with a folder per part, and all pictures in one folder."""
    return images / filepath if (images / filepath).is_dir() else images
