"""What captions have for themselves, and what all captions of an image have in common."""

import numpy as np
import pytest

from captioner.decoding.rows import PerImage, choose_rows, count_rows, repeat_rows, take_rows

OWN = np.array([[0], [1], [2], [3]])  # Of two images with two captions each.
COMMON = np.array([[10], [20]])


@pytest.fixture
def nest():
    return {"own": (OWN,), "common": PerImage((COMMON, COMMON + 1))}


def test_repeating_leaves_what_is_common_as_it_is():
    repeated = repeat_rows((COMMON, PerImage(COMMON)), 2)
    assert np.ravel(repeated[0]).tolist() == [10, 10, 20, 20]
    assert np.ravel(repeated[1].tensors).tolist() == [10, 20]


def test_captions_are_chosen_within_their_image(nest):
    chosen = choose_rows(nest, np.array([[1, 1], [1, 0]]), rows_per_image=2)
    assert np.ravel(chosen["own"][0]).tolist() == [1, 1, 3, 2]
    assert np.ravel(chosen["common"].tensors[1]).tolist() == [11, 21]


def test_captions_taken_from_anywhere_bring_along_what_is_common(nest):
    taken = take_rows(nest, np.array([3, 0, 2]), rows_per_image=2)
    assert np.ravel(taken["own"][0]).tolist() == [3, 0, 2]
    assert np.ravel(taken["common"].tensors[0]).tolist() == [20, 10, 20]


def test_rows_are_counted_where_captions_have_them(nest):
    assert count_rows((PerImage(COMMON), OWN)) == 4
