import numpy as np
import pytest

from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource, _PyBatches
from groundwork.errors import DataError


class Counting:
    """Two batches an epoch, of three rows and of one, that hold the number of the epoch."""

    shapes = ((None,), (None,))

    def __len__(self):
        return 2

    def epoch(self, epoch):
        for step, rows in enumerate((3, 1)):
            yield np.full(rows, 10 * epoch + step, np.int32), np.zeros(rows, np.int32)


def values(batches):
    return [int(inputs[0]) for inputs, *_ in batches]


def test_batches_follow_the_epoch():
    source = EpochSource(Counting())
    dataset = source.dataset()
    assert values(dataset) == [0, 1]
    source.epoch = 2
    assert values(dataset) == [20, 21]


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [1, 1], [0, 0, 1, 0]])
def test_batches_by_index_come_in_any_order(order):
    batches = _PyBatches(EpochSource(Counting()))
    assert values(batches[index] for index in order) == order


def test_batches_by_index_follow_the_epoch():
    source = EpochSource(Counting())
    batches = _PyBatches(source)
    assert values(batches[index] for index in range(2)) == [0, 1]
    source.epoch = 1
    assert values(batches[index] for index in range(2)) == [10, 11]


def test_batches_by_index_divide_by_the_devices():
    batches = _PyBatches(EpochSource(Counting(), Distribution(replicas=2)))
    assert [len(batches[index][0]) for index in range(2)] == [4, 2]
    assert batches[1][2].tolist() == [1, 0]


def test_fit_on_one_device_takes_the_dataset_as_it_is():
    assert EpochSource(Counting()).fit_arguments().keys() == {"x"}


class Failing(Counting):
    """The second batch cannot be read."""

    def epoch(self, epoch):
        yield from list(super().epoch(epoch))[:1]
        raise DataError("The second batch is damaged.")


def test_an_error_of_the_batches_arrives_as_it_is():
    source = EpochSource(Failing())
    dataset = source.dataset()
    with pytest.raises(DataError, match=r"^The second batch is damaged\.$"), source.own_errors():
        values(dataset)


def test_another_error_stays_as_it_is():
    source = EpochSource(Counting())
    with pytest.raises(ZeroDivisionError), source.own_errors():
        1 / len([])
