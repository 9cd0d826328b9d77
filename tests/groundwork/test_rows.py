import numpy as np
import pytest

from groundwork.rows import filled_rows, replica_rows, worker_rows


@pytest.fixture
def batch():
    inputs = {"images": np.arange(10, dtype=np.uint8).reshape(5, 2), "token_ids": np.arange(5, dtype=np.int32)[:, None]}
    return inputs, np.arange(5, dtype=np.int32), np.arange(1, 6, dtype=np.float32)


@pytest.mark.parametrize("replicas", [1, 2, 3, 4, 5, 7])
def test_replicas_together_see_the_batch_once(batch, replicas):
    parts = [replica_rows(batch, replica, replicas) for replica in range(replicas)]
    assert len({len(targets) for _, targets, _ in parts}) == 1
    counted = [(inputs["token_ids"][weights > 0, 0], targets[weights > 0]) for inputs, targets, weights in parts]
    for found in map(np.concatenate, zip(*counted, strict=True)):
        np.testing.assert_array_equal(found, batch[1])
    assert sum(weights.sum() for _, _, weights in parts) == batch[2].sum()


@pytest.mark.parametrize("rows", [1, 5, 7, 8])
def test_a_worker_needs_the_rows_that_its_replicas_get(rows):
    batch = (np.arange(rows), np.arange(rows))
    for own_replicas in (range(0, 2), range(2, 4)):
        parts = [replica_rows(batch, replica, 4)[0] for replica in own_replicas]
        assert worker_rows(rows, own_replicas, 4).tolist() == sorted(set(np.concatenate(parts)))


def test_rows_are_filled_up_to_a_multiple(batch):
    inputs, targets, weights = filled_rows(batch, 4)
    assert inputs["images"].shape == (8, 2)
    assert inputs["images"].dtype == np.uint8
    assert targets.tolist() == [0, 1, 2, 3, 4, 4, 4, 4]
    assert weights.tolist() == [1, 2, 3, 4, 5, 0, 0, 0]


def test_the_batch_itself_stays_as_it_is(batch):
    filled_rows(batch, 4)
    assert batch[2].tolist() == [1, 2, 3, 4, 5]


def test_weights_are_added_where_there_are_none(batch):
    assert replica_rows(batch[:2], 1, 2)[2].tolist() == [1, 1, 0]
