"""Places of whole numbers among millions of others, thousands at a time."""

import numpy as np

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads keys over the highest bits (Knuth, 6.4)
EMPTY = -1


class KeyTable:
    """A hash table in two arrays; a collision takes the next free slot.

    A binary search in an array that is larger than the processor's cache waits for memory at every step; here all keys
    of a call wait together, mostly once.

    Args:
        keys: distinct numbers that are not negative, int64 `(keys,)`.
    """

    def __init__(self, keys: np.ndarray):
        bits = max((len(keys) + len(keys) // 2).bit_length(), 1)  # at most two thirds full
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._keys = np.full(1 << bits, EMPTY)
        self._places = np.empty(1 << bits, np.int64)
        places, slots = np.arange(len(keys)), self._first_slots(keys)
        while len(places):
            free = self._keys[slots] == EMPTY
            self._keys[slots[free]] = keys[places[free]]  # Of several keys for one slot, one stays.
            stays = self._keys[slots] == keys[places]
            self._places[slots[stays]] = places[stays]
            places, slots = places[~stays], self._next_slots(slots[~stays])

    def find(self, wanted: np.ndarray) -> np.ndarray:
        """Where each wanted number stands among the keys, -1 for one that does not."""
        found = np.full(len(wanted), -1)
        open_, slots = np.arange(len(wanted)), self._first_slots(wanted)
        while len(open_):
            keys = self._keys[slots]
            hit = keys == wanted[open_]
            found[open_[hit]] = self._places[slots[hit]]
            go_on = ~hit & (keys != EMPTY)
            open_, slots = open_[go_on], self._next_slots(slots[go_on])
        return found

    def _first_slots(self, keys: np.ndarray) -> np.ndarray:
        return ((keys.astype(np.uint64) * FACTOR) >> self._shift).astype(np.int64)

    def _next_slots(self, slots: np.ndarray) -> np.ndarray:
        return (slots + 1) & self._last
