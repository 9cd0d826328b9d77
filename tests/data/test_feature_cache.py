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


def test_the_digest_sees_values_and_shapes():
    ones = np.ones((2, 3), np.float32)
    assert weights_digest([ones]) == weights_digest([ones.copy()])
    assert weights_digest([ones]) != weights_digest([ones.reshape(3, 2)])
    assert weights_digest([ones]) != weights_digest([ones * 2])
