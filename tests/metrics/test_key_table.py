import numpy as np
import pytest

from captioner.metrics.key_table import KeyTable


def test_keys_are_found_where_they_stand():
    keys = np.array([7, 0, 2**60, 3])
    assert KeyTable(keys).find(np.array([3, 7, 7, 0, 2**60])).tolist() == [3, 0, 0, 1, 2]


def test_what_is_not_there_is_minus_one():
    assert KeyTable(np.array([5])).find(np.array([4, 5, 6])).tolist() == [-1, 0, -1]
    assert KeyTable(np.array([], int)).find(np.array([1, 2])).tolist() == [-1, -1]
    assert KeyTable(np.array([1])).find(np.array([], int)).tolist() == []


@pytest.mark.parametrize("step", [1, 2**20, 2**40])
def test_many_keys_are_kept_apart(step):
    keys = np.random.default_rng(0).permutation(5000) * step
    table = KeyTable(keys)
    assert table.find(keys).tolist() == list(range(5000))
    assert set(table.find(keys + step * 5000).tolist()) == {-1}
