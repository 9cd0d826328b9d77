import numpy as np
import pytest

from groundwork.errors import DataError
from language_models.char_batches import CharBatches
from language_models.text import SPLITS, split_text


def make_batches(length=100, **options):
    return CharBatches(np.arange(length, dtype=np.int32), **{"batch_size": 3, "window": 4, **options})


def test_targets_are_the_inputs_one_place_further():
    for inputs, targets in make_batches().epoch(0):
        np.testing.assert_array_equal(targets, inputs + 1)


def test_each_row_goes_on_where_it_stopped():
    inputs = np.concatenate([inputs for inputs, _ in make_batches().epoch(0)], axis=1)
    np.testing.assert_array_equal(np.diff(inputs, axis=1), 1)


def test_streams_do_not_overlap_and_cover_the_text():
    inputs = np.concatenate([inputs for inputs, _ in make_batches().epoch(0)]).ravel()
    assert len(set(inputs.tolist())) == len(inputs) > 100 - 3 * 4 - 4


@pytest.mark.parametrize("shares", SPLITS)
@pytest.mark.parametrize("length", [200, 231, 999])
def test_no_window_crosses_a_split(shares, length):
    parts = split_text("".join(map(chr, range(1, length + 1))), shares)
    train = np.array([ord(character) for character in parts.train], np.int32)
    batches = CharBatches(train, batch_size=4, window=8, seed=3)
    seen = {token for epoch in range(30) for batch in batches.epoch(epoch) for token in np.ravel(batch).tolist()}
    assert max(seen) <= len(parts.train)
    assert not seen & {ord(character) for character in parts.validation + parts.test}


def test_windows_begin_elsewhere_in_each_pass():
    firsts = {next(make_batches().epoch(epoch))[0][0, 0].item() for epoch in range(20)}
    assert firsts == {0, 1, 2, 3}


def test_a_pass_depends_on_seed_and_number_only():
    one, other = (list(make_batches(seed=7).epoch(2)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_sections_make_up_a_pass():
    whole, parts = make_batches(seed=1), make_batches(seed=1, sections=2)
    assert [parts.starts_pass(epoch) for epoch in range(4)] == [True, False, True, False]
    np.testing.assert_array_equal([*parts.epoch(2), *parts.epoch(3)], list(whole.epoch(1))[: 2 * len(parts)])


def test_its_length_is_that_of_an_epoch():
    batches = make_batches(length=133)
    assert len(list(batches.epoch(5))) == len(batches)
    assert batches.shapes == ((3, 4), (3, 4))


@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_text_shorter_than_a_window_is_refused(length):
    with pytest.raises(DataError, match=f"has {length} tokens; 3 streams with 1 window.s. of 4 need at least 16"):
        make_batches(length=length)


def test_the_shortest_text_is_one_window():
    assert len(make_batches(length=16)) == 1
