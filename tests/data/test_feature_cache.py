from pathlib import Path

import numpy as np
import pytest

from captioner.data.feature_cache import FeatureCache, picture_identity, weights_digest


def open_cache(folder, **about):
    return FeatureCache(folder, about={"network": "tiny"} | about, shape=(2, 3))


def test_rows_come_back_in_half_precision(tmp_path):
    cache = open_cache(tmp_path)
    cache.append(["a", "b"], np.arange(12).reshape(2, 2, 3))
    rows = open_cache(tmp_path)
    assert rows.open().dtype == np.float16
    np.testing.assert_array_equal(rows.open()[rows.rows(["b", "a"])], np.arange(12).reshape(2, 2, 3)[::-1])


def test_other_weights_use_another_cache(tmp_path):
    open_cache(tmp_path, weights="one").append(["a"], np.zeros((1, 2, 3)))
    assert "a" not in open_cache(tmp_path, weights="two")
    assert "a" in open_cache(tmp_path, weights="one")


@pytest.mark.parametrize("torn", ["values", "name"])
def test_an_interrupted_append_is_forgotten(tmp_path, torn):
    cache = open_cache(tmp_path)
    cache.append(["a"], np.ones((1, 2, 3)))
    if torn == "values":
        with (cache.directory / "features.f16").open("ab") as file:
            file.write(b"half a row")
    else:
        with (cache.directory / "rows.txt").open("a") as file:
            file.write("b without a line end")
    again = open_cache(tmp_path)
    assert len(again) == 1
    again.append(["b"], np.full((1, 2, 3), 7))
    np.testing.assert_array_equal(open_cache(tmp_path).open()[1], np.full((2, 3), 7))


def test_a_changed_picture_is_another_picture(tmp_path):
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"one")
    before = picture_identity(picture)
    picture.write_bytes(b"three")
    assert picture_identity(picture) != before


def test_a_picture_is_the_same_by_every_path(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    picture = folder / "picture.jpg"
    picture.write_bytes(b"one")
    (tmp_path / "folder_link").symlink_to(folder)
    (tmp_path / "picture_link").symlink_to(picture)
    paths = [folder / ".." / "folder_link" / "picture.jpg", tmp_path / "picture_link"]
    assert {picture_identity(path) for path in paths} == {picture_identity(picture)}
    monkeypatch.chdir(folder)
    assert picture_identity(Path("picture.jpg")) == picture_identity(picture)
    assert picture_identity(picture).split("\t")[0] == str(picture.resolve())


def test_rows_are_read_one_by_one_or_many_at_once(tmp_path):
    cache = open_cache(tmp_path)
    cache.append(["a", "b", "c"], np.arange(18).reshape(3, 2, 3))
    table, expected = cache.open(), np.arange(18).reshape(3, 2, 3)
    assert (len(table), table.shape) == (3, (3, 2, 3))
    for rows in (1, -1, slice(1, 3), np.array([2, 0, 2])):
        np.testing.assert_array_equal(table[rows], expected[rows])


def test_the_digest_sees_values_and_shapes():
    ones = np.ones((2, 3), np.float32)
    assert weights_digest([ones]) == weights_digest([ones.copy()])
    assert weights_digest([ones]) != weights_digest([ones.reshape(3, 2)])
    assert weights_digest([ones]) != weights_digest([ones * 2])
