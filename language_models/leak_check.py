"""How much of one text stands word for word in another: the check that a validation text is unseen."""

import numpy as np

from groundwork.errors import DataError

MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64


def check_unseen(train: str, validation: str) -> int:
    """The length in characters of the longest passage that stands in both texts.

    Raises:
        DataError: the whole validation text stands in the training text.
    """
    length = longest_common_passage(train, validation)
    if validation and length == len(validation):
        raise DataError(
            f"The validation text of {length} characters stands in the training text; a score on it would be no "
            f"measure of what the model knows about new text."
        )
    return length


def longest_common_passage(text: str, other: str) -> int:
    """The length of the longest passage of `other` that stands in `text`, by bisection over lengths."""
    low, high = 0, min(len(text), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _share_passage(text, other, middle) else (low, middle - 1)
    return low


def _share_passage(text: str, other: str, length: int) -> bool:
    """Whether the texts have a passage of this length in common; hashes find candidates, the text decides."""
    hashes, candidates = _passage_hashes(text, length), _passage_hashes(other, length)
    order = np.argsort(hashes)
    places = np.searchsorted(hashes, candidates, sorter=order)
    found = np.flatnonzero(hashes[order[np.minimum(places, len(order) - 1)]] == candidates)
    return any(other[start : start + length] in text for start in found.tolist())


def _passage_hashes(text: str, length: int) -> np.ndarray:
    """A hash modulo 2^64 of each passage of a length: differences of sums over the text's beginnings, realigned."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64) + np.uint64(1)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * _powers(MULTIPLIER, len(codes)))])
    starts = len(codes) - length + 1
    return (sums[length:] - sums[:starts]) * _powers(pow(MULTIPLIER, -1, 2**64), starts)


def _powers(base: int, count: int) -> np.ndarray:
    """The first powers of a number modulo 2^64, from the zeroth."""
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors)
