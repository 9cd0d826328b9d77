"""A prepared directory, read for training."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from captioner.data.coco import CaptionRecord, read_records
from captioner.data.pictures import Pictures
from captioner.data.shards import SHARDS_NAME, PictureShards
from captioner.data.vocabulary import Vocabulary
from groundwork.errors import DataError


@dataclass(frozen=True)
class PreparedData:
    """What `prepare_data.py` wrote, as far as training needs it; images without captions are left out."""

    vocabulary: Vocabulary
    train: list[CaptionRecord]
    val: list[CaptionRecord]
    pictures: Pictures = field(default_factory=Pictures)

    @classmethod
    def load(cls, directory: str | Path) -> "PreparedData":
        """Reads `vocabulary.txt`, `train.json` and `val.json`, and finds the shards that are finished.

        Raises:
            DataError: the directory is not a prepared one, its preparation was interrupted, or a split is empty.
        """
        folder = Path(directory)
        if not (folder / "vocabulary.txt").is_file():
            raise DataError(f"{folder} is not a prepared directory: it has no vocabulary.txt (see prepare_data.py).")
        if not _is_complete(folder / "report.json"):
            raise DataError(f"The preparation of {folder} was interrupted; run prepare_data.py again.")
        train, val = (_captioned(folder / f"{split}.json") for split in ("train", "val"))
        pictures = Pictures(PictureShards(folder / SHARDS_NAME))
        return cls(Vocabulary.load(folder / "vocabulary.txt"), train, val, pictures)

    @property
    def paths(self) -> list[Path]:
        return [record.path for record in (*self.val, *self.train)]


def _captioned(annotations: Path) -> list[CaptionRecord]:
    records = [record for record in read_records(annotations) if record.captions]
    if not records:
        raise DataError(f"{annotations} has no image with a caption.")
    return records


def _is_complete(report: Path) -> bool:
    """A directory made by hand has no report and counts as complete."""
    return not report.exists() or bool(json.loads(report.read_text(encoding="utf-8")).get("complete"))
