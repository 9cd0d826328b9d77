"""Merging: ids stay unique, a picture is one record, and it stands in one split."""

from pathlib import Path

import pytest

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.sources import merge_sources
from captioner.errors import AnnotationError


def record(image_id: int, path: str, *captions: str) -> CaptionRecord:
    return CaptionRecord(image_id, Path(path), captions)


def ids(merged, split):
    return [record.image_id for record in merged.splits[split]]


def test_sources_of_a_split_follow_each_other(source):
    merged = merge_sources(
        [source("train", record(1, "/a")), source("val", record(2, "/b")), source("train", record(3, "/c"))]
    )
    assert ids(merged, "train") == [1, 3]
    assert ids(merged, "val") == [2]


def test_a_split_without_a_source_is_absent(source):
    assert list(merge_sources([source("val", record(1, "/a")), source("train", record(2, "/b"))]).splits) == [
        "train",
        "val",
    ]


def test_colliding_ids_of_a_later_source_are_replaced(source):
    merged = merge_sources(
        [source("train", record(1, "/a"), record(2, "/b")), source("train", record(2, "/c"), record(9, "/d"))]
    )
    assert ids(merged, "train") == [1, 2, 10, 9]
    assert [summary.new_ids for summary in merged.summaries] == [None, (10, 10)]


def test_validation_pictures_keep_their_ids(source):
    merged = merge_sources([source("train", record(1, "/a"), record(2, "/b")), source("val", record(2, "/c"))])
    assert ids(merged, "val") == [2]
    assert ids(merged, "train") == [1, 3]


def test_a_picture_named_twice_in_a_split_becomes_one_record(source):
    first, second = record(1, "/a/x.jpg", "a dog", "one dog"), record(8, "/a/../a/x.jpg", "a dog", "some dog")
    merged = merge_sources([source("train", first), source("train", second)])
    (joined,) = merged.splits["train"]
    assert (joined.image_id, joined.captions) == (1, ("a dog", "one dog", "some dog"))
    assert [summary.images_joined for summary in merged.summaries] == [0, 1]


def test_a_picture_in_two_splits_is_refused(source, picture, tmp_path):
    path = picture("x.jpg")
    (tmp_path / "link.jpg").symlink_to(path)
    sources = [source("train", record(1, str(path))), source("val", record(2, str(tmp_path / "link.jpg")))]
    with pytest.raises(
        AnnotationError, match=r"share 1 of their images, for example .*x\.jpg stands in val and in train"
    ):
        merge_sources(sources)


def test_summaries_count_images_and_captions(source):
    merged = merge_sources([source("val", record(1, "/a", "x", "y"), record(2, "/b"), name="v.json")])
    (summary,) = merged.summaries
    assert (summary.name, summary.split, summary.images, summary.captions) == ("v.json", "val", 2, 2)
