"""Reading in threads: the order, the bound on what waits, and errors where they are due."""

import threading
from itertools import islice

import pytest

from captioner.data.read_ahead import read_ahead


def test_results_come_in_order_whoever_is_first():
    gate = threading.Event()

    def read(number):
        gate.wait(1) if number == 0 else gate.set()
        return number * 10

    assert list(read_ahead(range(5), read, threads=2, ahead=3)) == [0, 10, 20, 30, 40]


def test_no_more_is_read_than_asked_for():
    taken = []
    items = (taken.append(number) or number for number in range(100))
    results = read_ahead(items, str, threads=2, ahead=3)
    assert list(islice(results, 2)) == ["0", "1"]
    results.close()
    assert len(taken) == 5


def test_an_error_is_raised_where_its_result_is_due():
    results = read_ahead([1, 2, 0, 4], lambda number: 4 // number, threads=2, ahead=3)
    assert list(islice(results, 2)) == [4, 2]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_nothing_to_read_is_no_result():
    assert list(read_ahead([], str, threads=2, ahead=3)) == []
