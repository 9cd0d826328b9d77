"""Shards: what they hold, and that an interrupted run goes on."""

import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from captioner.data.coco import CaptionRecord
from captioner.data.feature_cache import picture_identity
from captioner.data.images import load_image
from captioner.data.pictures import Pictures
from captioner.data.preparation import shard_writer
from captioner.data.preparation.shard_writer import finished_bytes, plan_shards, write_shards
from captioner.data.shards import PictureShards
from groundwork.errors import DataError, UsageError


@pytest.fixture
def splits(tmp_path):
    """Seven pictures for training and three for validation; no two are alike."""

    def record(image_id):
        pixels = np.random.default_rng(image_id).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        path = tmp_path / f"{image_id}.png"
        Image.fromarray(pixels).save(path)
        return CaptionRecord(image_id, path, (f"picture {image_id}", "ein Bild, schön"))

    return {"train": [record(number) for number in range(7)], "val": [record(number) for number in range(7, 10)]}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shards"


@pytest.fixture
def written(monkeypatch):
    """Names of the shards that are really written, in order."""
    names = []
    original = shard_writer._write_shard
    spy = lambda shard, **options: names.append(shard.path.name) or original(shard, **options)  # noqa: E731
    monkeypatch.setattr(shard_writer, "_write_shard", spy)
    return names


def write(splits, folder, shards=3):
    write_shards(plan_shards(splits, folder, shards=shards), folder, threads=2, progress=False)


def shard_files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".json")


def test_shards_are_named_and_sized_alike_in_all_splits(splits, folder):
    write(splits, folder)
    assert shard_files(folder) == [
        *(f"train-0000{number}-of-00003" for number in range(3)),
        "val-00000-of-00001",
    ]


def test_pixels_are_those_of_the_files(splits, folder):
    write(splits, folder)
    shards = PictureShards(folder)
    assert len(shards) == 10
    for record in (*splits["train"], *splits["val"]):
        found = shards.find(picture_identity(record.path))
        np.testing.assert_array_equal(found.load(), load_image(record.path))


def test_tensorflow_reads_them_as_examples(splits, folder):
    write(splits, folder)
    features = {
        "image_id": tf.io.FixedLenFeature([], tf.int64),
        "height": tf.io.FixedLenFeature([], tf.int64),
        "width": tf.io.FixedLenFeature([], tf.int64),
        "image": tf.io.FixedLenFeature([], tf.string),
        "captions": tf.io.VarLenFeature(tf.string),
    }
    files = [str(folder / f"train-0000{number}-of-00003") for number in range(3)]
    rows = [tf.io.parse_single_example(row, features) for row in tf.data.TFRecordDataset(files)]
    assert [int(row["image_id"]) for row in rows] == list(range(7))
    captions = [text.decode() for text in rows[4]["captions"].values.numpy()]
    assert captions == ["picture 4", "ein Bild, schön"]
    pixels = tf.reshape(tf.io.decode_raw(rows[4]["image"], tf.uint8), (rows[4]["height"], rows[4]["width"], 3))
    np.testing.assert_array_equal(pixels, load_image(splits["train"][4].path))


def test_a_second_run_writes_nothing(splits, folder, written):
    write(splits, folder)
    assert len(written) == 4
    write(splits, folder)
    assert len(written) == 4


def test_an_interrupted_run_goes_on_with_the_missing_shards(splits, folder, monkeypatch, written):
    def interrupted(path):
        if path == splits["train"][3].path:
            raise KeyboardInterrupt
        return load_image(path)

    with monkeypatch.context() as patch:
        patch.setattr(shard_writer, "load_image", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(splits, folder)
    assert len(PictureShards(folder)) == 2
    assert "train-00001-of-00003" not in shard_files(folder)
    written.clear()
    write(splits, folder)
    assert written == ["train-00001-of-00003", "train-00002-of-00003", "val-00000-of-00001"]
    assert len(PictureShards(folder)) == 10
    assert shard_files(folder) == ["train-00000-of-00003", *written]


@pytest.mark.parametrize("change", ["picture", "captions", "damage"])
def test_a_shard_is_written_again_only_if_its_inputs_changed(splits, folder, written, change):
    write(splits, folder)
    written.clear()
    if change == "picture":
        Image.new("RGB", (5, 5), "red").save(splits["train"][2].path)
    elif change == "captions":
        splits["train"][2] = CaptionRecord(2, splits["train"][2].path, ("another caption",))
    else:
        os.truncate(folder / "train-00001-of-00003", 1000)
    write(splits, folder)
    assert written == ["train-00001-of-00003"]


def test_another_number_of_shards_replaces_the_old_ones(splits, folder):
    write(splits, folder)
    (folder / "notes.txt").write_text("mine")
    write(splits, folder, shards=2)
    assert shard_files(folder) == ["notes.txt", "train-00000-of-00002", "train-00001-of-00002", "val-00000-of-00001"]
    assert len(PictureShards(folder)) == 10
    assert finished_bytes(folder) > 10 * 150_528


def test_more_shards_than_images_are_refused(splits, folder):
    with pytest.raises(UsageError, match="at most the 7 images of train, received 8"):
        plan_shards(splits, folder, shards=8)


def test_a_damaged_shard_is_one_sentence(splits, folder):
    write(splits, folder)
    with (folder / "train-00000-of-00003").open("r+b") as shard:
        shard.seek(5000)
        shard.write(b"noise")
    with pytest.raises(DataError, match="train-00000-of-00003 is damaged"):
        PictureShards(folder).find(picture_identity(splits["train"][0].path)).load()


def test_pictures_come_from_shards_until_their_file_changes(splits, folder, monkeypatch):
    write(splits, folder)
    pictures = Pictures(PictureShards(folder))
    same, changed = splits["train"][0].path, splits["train"][1].path
    Image.new("RGB", (5, 5), "red").save(changed)
    opened = []
    monkeypatch.setattr("captioner.data.pictures.load_image", lambda path: opened.append(path) or load_image(path))
    np.testing.assert_array_equal(pictures.load(same), load_image(same))
    np.testing.assert_array_equal(pictures.load(changed), load_image(changed))
    assert opened == [changed]
