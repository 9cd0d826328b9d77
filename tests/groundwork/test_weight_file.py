import h5py
import numpy as np
import pytest

from groundwork.errors import BundleError
from groundwork.weight_file import quantize, read_weights, write_weights

KERNEL = np.linspace(-1, 1, 64 * 128, dtype=np.float32).reshape(64, 128) * np.logspace(-3, 1, 128, dtype=np.float32)


def test_eight_bits_miss_a_weight_by_at_most_half_a_step(tmp_path):
    write_weights(tmp_path / "w.h5", {"dense/kernel": KERNEL}, precision="8bit")
    step = np.abs(KERNEL).max(axis=0) / 127
    assert (np.abs(read_weights(tmp_path / "w.h5")["dense/kernel"] - KERNEL) <= step * 0.501).all()


def test_eight_bits_take_a_quarter_of_the_place(tmp_path):
    weights = {"a/kernel": np.random.default_rng(0).normal(size=(512, 512)).astype(np.float32)}
    for precision in ("8bit", "float16", "float32"):
        write_weights(tmp_path / precision, weights, precision=precision)
    sizes = [(tmp_path / precision).stat().st_size for precision in ("8bit", "float16", "float32")]
    assert sizes[0] < 0.27 * sizes[2]
    assert sizes[1] < 0.52 * sizes[2]


def test_named_arrays_get_twice_the_bits(tmp_path):
    weights = {"a/kernel": KERNEL, "b/kernel": KERNEL}
    write_weights(tmp_path / "w.h5", weights, precision="8bit", finer={"b/kernel"})
    with h5py.File(tmp_path / "w.h5") as file:
        assert [file[name].dtype for name in weights] == [np.int8, np.float16]
    np.testing.assert_allclose(read_weights(tmp_path / "w.h5")["b/kernel"], KERNEL, rtol=1e-3, atol=1e-7)


def test_word_vectors_have_a_scale_each():
    _, scale = quantize(KERNEL.T, axis=0)
    assert scale.shape == (128, 1)


def test_a_channel_of_zeros_stays_zero():
    values, scale = quantize(np.zeros((3, 2), np.float32), axis=-1)
    assert not values.any()
    assert np.isfinite(scale).all()


def test_small_and_flat_arrays_are_kept_in_half_precision(tmp_path):
    weights = {"bias": np.float32([0.5, 0.25]), "small/kernel": np.float32([[1.5, 2]])}
    write_weights(tmp_path / "w.h5", weights, precision="8bit")
    for name, array in read_weights(tmp_path / "w.h5").items():
        np.testing.assert_array_equal(array, weights[name])


@pytest.mark.parametrize("content", [None, b"", b"not an HDF5 file"])
def test_a_damaged_file_is_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "w.h5").write_bytes(content)
    with pytest.raises(BundleError, match="missing or damaged"):
        read_weights(tmp_path / "w.h5")


def test_a_large_vocabulary_keeps_a_scale_for_each_word(tmp_path):
    vectors = np.arange(1, 40_001, dtype=np.float32)[:, None] * np.array([0.5, 1], np.float32)
    write_weights(tmp_path / "w.h5", {"embedding/embeddings": vectors}, precision="8bit")
    np.testing.assert_allclose(read_weights(tmp_path / "w.h5")["embedding/embeddings"], vectors, rtol=0.01)
