"""A pass of the CNN over pictures: the same features from files and from shards, and its needs said before."""

import numpy as np
import pytest

from captioner.data.pictures import Pictures
from captioner.data.preparation.shard_writer import plan_shards, write_shards
from captioner.data.prepared_data import PreparedData
from captioner.data.shards import PictureShards
from captioner.training import features
from captioner.training.features import fill_caches, view_name
from captioner.training.needs import describe_needs
from groundwork.errors import DataError


@pytest.fixture
def sharded_data(colour_data):
    """The nine squares, in two shards for training and one for validation."""
    data = PreparedData.load(colour_data)
    folder = colour_data / "shards"
    write_shards(plan_shards(vars(data), folder, shards=2), folder, threads=2, progress=False)
    return PreparedData.load(colour_data)


def cached(model, data, folder, **options):
    cache = fill_caches(model.encoder, data.paths, folder, cuts=[None], mirrored=True, batch_size=4, **options)[None]
    rows = cache.rows([view_name(path, flip) for flip in (False, True) for path in data.paths])
    return cache.open()[rows]


def test_features_from_shards_are_those_from_files(tiny_model, sharded_data, tmp_path, monkeypatch):
    from_files = cached(tiny_model, sharded_data, tmp_path / "files")
    monkeypatch.setattr("captioner.data.pictures.load_image", None)  # Whoever opens a file now fails.
    from_shards = cached(tiny_model, sharded_data, tmp_path / "shards", pictures=sharded_data.pictures)
    np.testing.assert_array_equal(from_shards, from_files)
    assert len(np.unique(from_files[:, 0, 0])) > 1


def test_batches_are_read_in_order(sharded_data):
    views = features.missing_views(sharded_data.paths, [set()], mirrored=True)
    batches = [views[:5], views[5:9], views[9:]]
    images = list(features.prefetch_images(batches, Pictures()))
    assert [len(batch) for batch in images] == [5, 4, 9]
    np.testing.assert_array_equal(np.concatenate(images)[:9, :, ::-1], np.concatenate(images)[9:])


def test_the_needs_of_training_are_said_first(tiny_model, sharded_data, tmp_path, capsys):
    assert describe_needs(sharded_data) == (
        "Training on 6 images, validating on 3, with 18 captions, 9 pictures in shards: 40.5 kB of memory beside the "
        "network."
    )
    cached(tiny_model, sharded_data, tmp_path / "features")
    row = 2 * 2 * 6 * 2 + 150
    said = f"Caching the CNN's features of 18 pictures takes {row} bytes each, {18 * row / 1000:.1f} kB of disk in"
    assert said in capsys.readouterr().err


def test_features_for_which_there_is_no_room_are_refused(tiny_model, sharded_data, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(DataError, match=r"^Caching the CNN's features needs 3\.6 kB of disk .* only 10 bytes are free"):
        cached(tiny_model, sharded_data, tmp_path / "features")


def test_what_is_cached_needs_no_room(tiny_model, sharded_data, tmp_path, monkeypatch):
    first = cached(tiny_model, sharded_data, tmp_path / "features")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    np.testing.assert_array_equal(cached(tiny_model, sharded_data, tmp_path / "features"), first)


def test_prepared_data_finds_only_finished_shards(colour_data, sharded_data):
    assert sharded_data.pictures.sharded == 9
    (colour_data / "shards" / "train-00001-of-00002.index.json").unlink()
    assert PreparedData.load(colour_data).pictures.sharded == 6
    assert len(PictureShards(colour_data / "nowhere")) == 0
