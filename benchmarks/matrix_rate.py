"""The rate of matrix products on this machine: one product of squares, over and over, for each number on stdin.

The number is a place in `PRODUCTS`. NumPy computes them with OpenBLAS, Keras with what its backend takes; the highest
rate is what benchmarks call the machine's.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from measurement import Side, seconds
from processes import Epoch, serve, worker

from groundwork.console import quiet_imports, script
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (1024, 2048, 4096)
PRODUCTS = tuple((library, size) for library in ("NumPy", "Keras") for size in SIZES)
LEAST_SECONDS = 0.5


@script
def main(argv: Sequence[str] | None = None) -> None:
    keep_freed_memory()  # As the networks have it.
    use_onednn()
    with quiet_imports():
        import keras  # noqa: F401
    products = [PRODUCT_OF[library](size) for library, size in PRODUCTS]
    serve(lambda number: {"gflops": rate(2 * PRODUCTS[number][1] ** 3, products[number])})


def numpy_product(size: int) -> Callable[[], object]:
    import numpy as np

    matrix = np.random.default_rng(0).standard_normal((size, size), np.float32)
    product = np.empty_like(matrix)
    return lambda: np.matmul(matrix, matrix, out=product)


def keras_product(size: int, *, dtype: str = "float32", repetitions: int = 1) -> Callable[[], object]:
    """Products one after the other; returns when the last one is there, which a number of it tells."""
    import keras
    from keras import ops

    matrix = ops.cast(keras.random.normal((size, size), seed=0), dtype)

    def multiply() -> object:
        for _ in range(repetitions):
            product = ops.matmul(matrix, matrix)
        return ops.convert_to_numpy(ops.cast(product[0, 0], "float32"))

    return multiply


PRODUCT_OF = {"NumPy": numpy_product, "Keras": keras_product}


def rate(operations: float, action: Callable[[], object], *, least_seconds: float = LEAST_SECONDS) -> float:
    """Thousand millions of operations a second, of an action repeated for at least so long."""
    repetitions, taken = 0, 0.0
    while taken < least_seconds:
        taken += seconds(action)
        repetitions += 1
    return repetitions * operations / taken / 1e9


@contextmanager
def matrix_sides() -> "Iterator[dict[str, Side]]":
    """The rates as sides of a benchmark, in a process of their own that sleeps while others work."""

    def side(epoch: Epoch, number: int) -> Side:
        return lambda turn: epoch(number)["gflops"]

    with worker([sys.executable, __file__]) as epoch:
        yield {f"{library} {size} x {size}": side(epoch, number) for number, (library, size) in enumerate(PRODUCTS)}


def highest(rows: Mapping[str, Sequence[float]], sides: Mapping[str, Any]) -> str:
    """The name of the side with the highest median."""
    return max(sides, key=lambda name: median(rows[name]))


if __name__ == "__main__":
    sys.exit(main())
