"""What is left out of a split, and that all of it is counted."""

from pathlib import Path

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.filtering import filter_records
from captioner.data.preparation.verification import Verification


def test_everything_left_out_is_counted():
    paths = [Path(f"/{name}.jpg") for name in ("good", "missing", "corrupt", "bare")]
    records = [
        CaptionRecord(1, paths[0], ("a dog", "", " . ", "one dog")),
        CaptionRecord(2, paths[1], ("a cat",)),
        CaptionRecord(3, paths[2], ("a cow",)),
        CaptionRecord(4, paths[3], ("!",)),
    ]
    split = filter_records(records, Verification(missing={paths[1]}, corrupt={paths[2]: "It is cut short."}))
    assert split.records == [CaptionRecord(1, paths[0], ("a dog", "one dog"))]
    assert split.listed == 4
    assert split.missing == [paths[1]]
    assert split.corrupt == {paths[2]: "It is cut short."}
    assert (split.empty_captions, split.without_captions) == (3, 1)
