"""COCO results files: what is read, and the sentence for everything that cannot be scored."""

import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from captioner.data.coco import CaptionRecord, read_annotations
from captioner.data.coco_results import read_results
from captioner.errors import AnnotationError

RECORDS = [
    CaptionRecord(7, Path("b.jpg"), ("a dog",)),
    CaptionRecord(3, Path("a.jpg"), ("a cat", "one cat")),
    CaptionRecord(5, Path("c.jpg"), ()),
]
ROWS = [{"image_id": 3, "caption": "a cat"}, {"image_id": 7, "caption": "Zwei\n Hündchen 🐶"}]


@pytest.fixture
def results(tmp_path):
    """`results(rows)`: the path of a results file."""

    def write(rows) -> Path:
        path = tmp_path / "results.json"
        path.write_text(json.dumps(rows))
        return path

    return write


def complaint(path, records=RECORDS) -> str:
    with pytest.raises(AnnotationError) as caught:
        read_results(path, records)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


def test_captions_are_in_the_order_of_the_records_and_word_for_word(results):
    captions = read_results(results(ROWS), RECORDS)
    assert list(captions.items()) == [(7, "Zwei\n Hündchen 🐶"), (3, "a cat")]


def test_other_keys_and_ids_with_a_point_are_taken_as_the_official_tools_do(results, tmp_path, capsys):
    path = results([{"image_id": 3.0, "caption": "a cat", "score": 1}])
    images = {"images": [{"id": 3, "file_name": "a.jpg"}], "annotations": []}
    (tmp_path / "captions.json").write_text(json.dumps(images))
    assert COCO(tmp_path / "captions.json").loadRes(str(path)).getImgIds() == [3]
    assert read_results(path, RECORDS[1:]) == {3: "a cat"}


def test_an_empty_caption_is_a_caption(results):
    assert read_results(results([{"image_id": 3, "caption": ""}]), RECORDS[1:]) == {3: ""}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([*ROWS, {"image_id": 9, "caption": "x"}], "captions an image (9) that the annotation file does not list"),
        ([{"image_id": i, "caption": "x"} for i in (9, 8)], "captions 2 images (the first is 9) that the annotation"),
        ([*ROWS, {"image_id": 5, "caption": "x"}], "captions an image (5) without a reference caption"),
        ([*ROWS, ROWS[0]], "captions image 3 more than once: entries 0 and 2"),
        (ROWS[:1], "has no caption for an image (7), of 2 that have references"),
        ([], "has no caption for 2 images (the first is 7)"),
    ],
)
def test_captions_must_belong_to_the_annotated_images(results, rows, sentence):
    assert sentence in complaint(results(rows))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"image_id": 3, "caption": None}, "`caption` of entry 0 (image_id 3) must be text, received null"),
        ({"image_id": 3, "caption": 4.5}, "(image_id 3) must be text, received 4.5"),
        ({"image_id": 3, "caption": ["a cat"]}, 'must be text, received ["a cat"]'),
        ({"image_id": 3}, "(image_id 3) must be text, received null"),
        ({"image_id": float("nan"), "caption": "x"}, "`image_id` of entry 0 must be a whole number, received NaN"),
        ({"image_id": float("inf"), "caption": "x"}, "must be a whole number, received Infinity"),
        ({"image_id": "3", "caption": "x"}, 'must be a whole number, received "3"'),
        ({"image_id": True, "caption": "x"}, "must be a whole number, received true"),
        ({"caption": "x"}, "`image_id` of entry 0 must be a whole number, received null"),
        ("a cat", 'entry 0 must be an object, received "a cat"'),
        ({"image_id": 3, "caption": list(range(1000))}, "..."),
    ],
)
def test_a_row_that_is_not_a_caption_is_named(results, row, sentence):
    message = complaint(results([row]))
    assert sentence in message
    assert len(message) < 300


def test_bytes_that_are_not_utf8_are_named_with_their_image(results):
    path = results(ROWS)
    path.write_bytes(b'[{"image_id": 7, "caption": "caf\xe9"}]')
    assert "(image_id 7) is not valid UTF-8: byte 0xe9 at character 3" in complaint(path)


def test_half_a_character_is_named_with_its_image(results):
    assert "(image_id 7) is not valid UTF-8" in complaint(results([{"image_id": 7, "caption": "\ud83d"}]))


def test_a_byte_order_mark_is_passed_over(results):
    path = results(ROWS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_results(path, RECORDS)) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[{"image_id": 3, "capt', "The results file"),
        ("", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ('{"results": []}', "its top level is not a list"),
        ('{"images": [], "annotations": []}', "is an annotation file, where a results file was expected"),
    ],
)
def test_a_foreign_file_is_one_sentence(results, content, sentence):
    path = results([])
    path.write_text(content)
    assert sentence in complaint(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    assert "cannot be read: No such file or directory" in complaint(tmp_path / "nowhere.json")


def test_annotations_that_are_not_utf8_are_named_with_their_image(tmp_path):
    path = tmp_path / "captions.json"
    images = b'{"images": [{"id": 7, "file_name": "a.jpg"}], '
    path.write_bytes(images + b'"annotations": [{"image_id": 7, "caption": "caf\xe9"}]}')
    with pytest.raises(AnnotationError, match=r"`annotations` \(image_id 7\) is not valid UTF-8: byte 0xe9"):
        read_annotations(path)
