"""Several annotated data sets merged into train, val and test, with no picture in two of them."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from captioner.data.coco import CaptionRecord, annotated_records
from captioner.errors import AnnotationError

SPLITS = ("train", "val", "test")

# The pictures that are scored keep their official ids; where ids collide, it is the training pictures that move.
_ID_PRECEDENCE = ("val", "test", "train")


@dataclass(frozen=True)
class Source:
    """The records that one annotation file gives to one split; nothing about them is checked on disk yet.

    Attributes:
        split: "train", "val" or "test".
        name: how the report names this source.
        records: as annotated, empty captions included.
    """

    split: str
    name: str
    records: Sequence[CaptionRecord]


def caption_file_source(split: str, annotations: str | Path, images: str | Path) -> Source:
    """A COCO captions file, of any data set, for one split.

    Raises:
        AnnotationError: the file cannot be read or is malformed.
    """
    return Source(split, str(annotations), annotated_records(annotations, images))


@dataclass(frozen=True)
class SourceSummary:
    """What became of one source; ids in `new_ids` (first and last) replaced ids that another source already had."""

    split: str
    name: str
    images: int
    captions: int
    images_joined: int
    new_ids: tuple[int, int] | None


@dataclass(frozen=True)
class MergedSources:
    """Records by split, in the order of the sources, paths resolved, ids unique over all splits."""

    splits: dict[str, list[CaptionRecord]]
    summaries: list[SourceSummary]


def merge_sources(sources: Sequence[Source]) -> MergedSources:
    """Joins sources split by split.

    A picture that several sources of the same split annotate (compared by resolved path) becomes one record with
    all their captions, each caption once.

    Raises:
        AnnotationError: a picture stands in two splits.
    """
    merger = _Merger(sources)
    ordered = sorted(range(len(sources)), key=lambda index: _ID_PRECEDENCE.index(sources[index].split))
    summaries = {index: merger.add(sources[index]) for index in ordered}
    merger.check_overlap()
    return MergedSources(merger.splits(), [summaries[index] for index in range(len(sources))])


class _Merger:
    def __init__(self, sources: Iterable[Source]):
        highest = max((record.image_id for source in sources for record in source.records), default=0)
        self._fresh_ids = count(highest + 1)
        self._used_ids: set[int] = set()
        self._records: dict[Path, CaptionRecord] = {}
        self._split_of: dict[Path, str] = {}
        self._overlap: list[tuple[Path, str, str]] = []

    def add(self, source: Source) -> SourceSummary:
        joined, new_ids = 0, []
        for record in source.records:
            path = Path(os.path.realpath(record.path))
            split = self._split_of.setdefault(path, source.split)
            if split != source.split:
                self._overlap.append((path, split, source.split))
            elif path in self._records:
                self._join(path, record.captions)
                joined += 1
            else:
                image_id = record.image_id if record.image_id not in self._used_ids else next(self._fresh_ids)
                if image_id != record.image_id:
                    new_ids.append(image_id)
                self._used_ids.add(image_id)
                self._records[path] = replace(record, image_id=image_id, path=path)
        return SourceSummary(
            split=source.split,
            name=source.name,
            images=len(source.records),
            captions=sum(len(record.captions) for record in source.records),
            images_joined=joined,
            new_ids=(new_ids[0], new_ids[-1]) if new_ids else None,
        )

    def check_overlap(self) -> None:
        if self._overlap:
            path, first, second = self._overlap[0]
            raise AnnotationError(
                f"Two splits share {len(self._overlap)} of their images, for example {path} stands in {first} and in "
                f"{second}; an image belongs to one split only."
            )

    def splits(self) -> dict[str, list[CaptionRecord]]:
        result: dict[str, list[CaptionRecord]] = {}
        for path, record in self._records.items():
            result.setdefault(self._split_of[path], []).append(record)
        return {split: result[split] for split in SPLITS if split in result}

    def _join(self, path: Path, captions: Iterable[str]) -> None:
        record = self._records[path]
        self._records[path] = replace(record, captions=tuple(dict.fromkeys([*record.captions, *captions])))
