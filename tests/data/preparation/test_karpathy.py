"""Karpathy's splits: COCO's with restval and folders, Flickr's without."""

import json

import pytest

from captioner.data.preparation.karpathy import karpathy_sources
from captioner.errors import AnnotationError


def row(number, split, **more):
    sentences = [{"raw": f" Caption {number}\nof it. ", "tokens": ["caption"], "imgid": number, "sentid": number}]
    return {"imgid": number, "split": split, "filename": f"{number}.jpg", "sentences": sentences, **more}


def write(path, *rows):
    path.write_text(json.dumps({"images": rows, "dataset": "some"}))
    return path


@pytest.fixture
def coco(tmp_path):
    (tmp_path / "train2014").mkdir()
    (tmp_path / "val2014").mkdir()
    return write(
        tmp_path / "dataset_coco.json",
        row(0, "test", filepath="val2014", cocoid=391895),
        row(1, "restval", filepath="val2014", cocoid=60623),
        row(2, "train", filepath="train2014", cocoid=57870),
        row(3, "val", filepath="val2014", cocoid=184613),
    )


def test_coco_has_its_own_ids_and_folders(coco, tmp_path):
    by_split = {source.split: source.records for source in karpathy_sources(coco, tmp_path, restval=False)}
    assert {split: records[0].image_id for split, records in by_split.items()} == {
        "train": 57870,
        "val": 184613,
        "test": 391895,
    }
    assert by_split["train"][0].path == tmp_path / "train2014" / "2.jpg"
    assert by_split["val"][0].path == tmp_path / "val2014" / "3.jpg"


def test_restval_is_trained_on(coco, tmp_path):
    train = [source for source in karpathy_sources(coco, tmp_path) if source.split == "train"]
    assert [source.name for source in train] == ["dataset_coco.json train", "dataset_coco.json restval"]
    assert [record.image_id for record in train[1].records] == [60623]


def test_pictures_in_one_folder_are_found_too(coco, tmp_path):
    (source, *_) = karpathy_sources(coco, tmp_path / "train2014")
    assert source.records[0].path == tmp_path / "train2014" / "2.jpg"


def test_flickr_has_no_folders_and_running_ids(tmp_path):
    dataset = write(tmp_path / "dataset_flickr8k.json", row(0, "train"), row(1, "val"))
    sources = karpathy_sources(dataset, tmp_path / "images")
    assert [(source.split, source.records[0].image_id) for source in sources] == [("train", 0), ("val", 1)]
    assert sources[0].records[0].path == tmp_path / "images" / "0.jpg"


def test_captions_are_one_line(coco, tmp_path):
    assert karpathy_sources(coco, tmp_path)[0].records[0].captions == ("Caption 2 of it.",)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"split": "dev"}, "entry 0 of `images` has the split 'dev'; expected train, restval, val, test"),
        ({"filename": None}, "entry 0 of `images` needs `filename` of type str, received None"),
        ({"cocoid": "17"}, "entry 0 of `images` needs `cocoid` of type int, received '17'"),
        ({"filepath": 3}, "entry 0 of `images` needs `filepath` of type str, received 3"),
        ({"sentences": [{"tokens": ["a"]}]}, "sentence of entry 0 of `images` needs `raw`"),
        ({"sentences": ["a"]}, "sentence of entry 0 of `images` needs `raw`"),
    ],
)
def test_a_malformed_entry_is_one_sentence(tmp_path, change, complaint):
    dataset = write(tmp_path / "dataset.json", row(0, "train") | change)
    with pytest.raises(AnnotationError, match=complaint):
        karpathy_sources(dataset, tmp_path)


def test_a_coco_captions_file_is_not_mistaken(tmp_path):
    path = tmp_path / "captions.json"
    path.write_text('{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}')
    with pytest.raises(AnnotationError, match="entry 0 of `images` needs `split`"):
        karpathy_sources(path, tmp_path)
