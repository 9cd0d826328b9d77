"""COCO captions files: what is read, what is refused, and what is written."""

import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from captioner.data.coco import (
    CaptionRecord,
    annotated_records,
    coco_document,
    read_annotations,
    read_records,
    references,
    write_results,
)
from captioner.errors import AnnotationError

IMAGES = [{"id": 7, "file_name": "b.jpg"}, {"id": 3, "file_name": "a.jpg"}]
ANNOTATIONS = [
    {"id": 1, "image_id": 3, "caption": "a cat"},
    {"id": 2, "image_id": 7, "caption": "a dog"},
    {"id": 3, "image_id": 3, "caption": " a sleeping\n cat "},
]


def write(path: Path, images=IMAGES, annotations=ANNOTATIONS) -> Path:
    path.write_text(json.dumps({"images": images, "annotations": annotations}))
    for image in images:
        (path.parent / image["file_name"]).touch()
    return path


def test_records_are_grouped_by_image_in_file_order(tmp_path):
    records = read_records(write(tmp_path / "captions.json"))
    assert [record.image_id for record in records] == [7, 3]
    assert [record.captions for record in records] == [("a dog",), ("a cat", "a sleeping cat")]
    assert records[0].path == tmp_path / "b.jpg"


def test_file_names_are_relative_to_the_images_folder(tmp_path):
    captions = write(tmp_path / "captions.json")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).rename(folder / name)
    assert read_records(captions, folder)[1].path == folder / "a.jpg"


def test_an_empty_caption_is_dropped_and_its_image_kept(tmp_path):
    path = write(tmp_path / "c.json", IMAGES, [{"image_id": 7, "caption": " \n"}, {"image_id": 3, "caption": "x"}])
    assert [record.captions for record in read_records(path)] == [(), ("x",)]
    assert annotated_records(path)[0].captions == ("",)


def test_missing_pictures_are_counted_and_the_first_is_named(tmp_path):
    path = write(tmp_path / "c.json")
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(AnnotationError, match=r"1 of the 2 images that .* are missing, the first is .*a\.jpg"):
        read_records(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = write(tmp_path / "c.json")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_records(path)) == 2


@pytest.mark.parametrize("table", ["images", "annotations"])
def test_a_missing_table_is_named(tmp_path, table):
    path = write(tmp_path / "c.json")
    document = json.loads(path.read_text())
    del document[table]
    path.write_text(json.dumps(document))
    with pytest.raises(AnnotationError, match=f"no list `{table}`"):
        read_annotations(path)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"file_name": "a.jpg"}, "entry 0 of `images` needs `id` of type int, received None"),
        ({"id": "3", "file_name": "a.jpg"}, "`id` of type int, received '3'"),
        ({"id": True, "file_name": "a.jpg"}, "`id` of type int, received True"),
        ({"id": 3, "file_name": 5}, "`file_name` of type str, received 5"),
    ],
)
def test_a_row_with_a_wrong_key_is_named(tmp_path, row, complaint):
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"images": [row], "annotations": []}))
    with pytest.raises(AnnotationError, match=complaint):
        read_annotations(path)


def test_a_row_that_is_no_object_is_refused(tmp_path):
    path = tmp_path / "c.json"
    path.write_text('{"images": [3], "annotations": []}')
    with pytest.raises(AnnotationError, match="entry 0 of `images` needs `id`"):
        read_annotations(path)


def test_a_repeated_image_id_is_refused(tmp_path):
    path = write(tmp_path / "c.json", [*IMAGES, {"id": 3, "file_name": "c.jpg"}])
    with pytest.raises(AnnotationError, match="image id 3 more than once"):
        read_annotations(path)


def test_a_caption_of_an_unlisted_image_is_refused(tmp_path):
    path = write(tmp_path / "c.json", IMAGES, [{"image_id": 99, "caption": "x"}])
    with pytest.raises(AnnotationError, match="caption for image id 99"):
        read_annotations(path)


@pytest.mark.parametrize("content", [b'{"images": [{"id": 1, "file_na', b"", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_truncated_or_foreign_file_is_not_json(tmp_path, content):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(AnnotationError, match="is not valid JSON"):
        read_annotations(path)


def test_a_list_at_the_top_level_is_refused(tmp_path):
    path = tmp_path / "results.json"
    path.write_text("[]")
    with pytest.raises(AnnotationError, match="top level is not an object"):
        read_annotations(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(AnnotationError, match=r"nowhere\.json cannot be read: No such file or directory\.$"):
        read_annotations(tmp_path / "nowhere.json")


def test_references_are_lists_by_image_id():
    records = [CaptionRecord(3, Path("a.jpg"), ("a cat", "one cat")), CaptionRecord(7, Path("b.jpg"), ())]
    assert references(records) == {3: ["a cat", "one cat"], 7: []}


def test_a_document_is_read_back_from_the_folder_it_stands_in(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").touch()
    record = CaptionRecord(3, tmp_path / "images" / "a.jpg", ("a cat", "one cat"))
    folder = tmp_path / "prepared"
    folder.mkdir()
    document = coco_document([record], relative_to=folder, description="test")
    (folder / "train.json").write_text(json.dumps(document))
    assert document["images"] == [{"id": 3, "file_name": "../images/a.jpg"}]
    (read,) = read_records(folder / "train.json")
    assert read.path.samefile(record.path)
    assert read.captions == record.captions


def test_relative_names_lead_out_of_a_linked_folder(tmp_path):
    (tmp_path / "disk" / "prepared").mkdir(parents=True)
    (tmp_path / "a.jpg").touch()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "prepared", target_is_directory=True)
    record = CaptionRecord(3, tmp_path / "a.jpg", ())
    document = coco_document([record], relative_to=tmp_path / "link", description="test")
    assert (tmp_path / "link" / document["images"][0]["file_name"]).is_file()


def test_results_have_the_official_format(tmp_path):
    write_results(tmp_path / "results.json", {3: "a cat", 7: "ein Hündchen"})
    expected = [{"image_id": 3, "caption": "a cat"}, {"image_id": 7, "caption": "ein Hündchen"}]
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == expected


def test_the_official_tools_take_annotations_and_results(tmp_path, capsys):
    records = [CaptionRecord(3, tmp_path / "a.jpg", ("a cat",)), CaptionRecord(7, tmp_path / "b.jpg", ("a dog",))]
    document = coco_document(records, relative_to=tmp_path, description="two animals")
    (tmp_path / "captions.json").write_text(json.dumps(document))
    write_results(tmp_path / "results.json", {3: "a cat", 7: "two dogs"})
    results = COCO(tmp_path / "captions.json").loadRes(str(tmp_path / "results.json"))
    assert [annotation["caption"] for annotation in results.imgToAnns[7]] == ["two dogs"]
