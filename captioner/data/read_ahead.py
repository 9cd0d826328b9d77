"""Slow reading done by threads in front of whoever uses what is read."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Pillow decodes outside the interpreter's lock, but not everything around it: more threads only wait for each other.
MOST_THREADS = 16


def reading_threads() -> int:
    """How many threads read pictures: one a processor, and a few more while the disk lets some of them wait."""
    return min(MOST_THREADS, (os.cpu_count() or 1) + 2)


def read_ahead(
    items: Iterable[Item], read: Callable[[Item], Result], *, threads: int, ahead: int
) -> Generator[Result, None, None]:
    """`read(item)` for every item, in order.

    Args:
        items: taken one by one, never more than `ahead` in front of the result that is asked for.
        read: called in a thread; what it raises is raised where its result is due.
        threads: how many work at a time.
        ahead: most results that wait, which bounds the memory.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as readers:
        try:
            for item in items:
                waiting.append(readers.submit(read, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            readers.shutdown(cancel_futures=True)
