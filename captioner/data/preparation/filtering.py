"""The records of a split that can be trained on, and a count of everything that was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.verification import Verification
from captioner.data.vocabulary import split_words


@dataclass
class FilteredSplit:
    """One split after filtering.

    Attributes:
        records: pictures that can be read, each with at least one caption, none of them empty.
        listed: number of pictures before filtering.
        missing: pictures for which there is no file.
        corrupt: the reason by path, for pictures that cannot be decoded.
        without_captions: number of readable pictures that have no caption with a word in it.
        empty_captions: number of captions without a word, of all pictures that can be read.
    """

    listed: int
    records: list[CaptionRecord] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
    corrupt: dict[Path, str] = field(default_factory=dict)
    without_captions: int = 0
    empty_captions: int = 0


def filter_records(records: Sequence[CaptionRecord], verification: Verification) -> FilteredSplit:
    """Leaves out what is missing, corrupt or empty."""
    result = FilteredSplit(listed=len(records))
    for record in records:
        if record.path in verification.missing:
            result.missing.append(record.path)
        elif record.path in verification.corrupt:
            result.corrupt[record.path] = verification.corrupt[record.path]
        else:
            _add_readable(result, record)
    return result


def _add_readable(result: FilteredSplit, record: CaptionRecord) -> None:
    captions = tuple(caption for caption in record.captions if split_words(caption))
    result.empty_captions += len(record.captions) - len(captions)
    if captions:
        result.records.append(replace(record, captions=captions))
    else:
        result.without_captions += 1
