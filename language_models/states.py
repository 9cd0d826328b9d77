"""What recurrent layers carry from step to step."""

from typing import Any, NamedTuple


class RNNState(NamedTuple):
    """What a vanilla recurrence carries from step to step, `(batch, units)`."""

    hidden: Any


class LSTMState(NamedTuple):
    """What an LSTM carries from step to step; both `(batch, units)`."""

    hidden: Any
    cell: Any


class GRUState(NamedTuple):
    """What a GRU carries from step to step, `(batch, units)`."""

    hidden: Any


class BidirectionalState(NamedTuple):
    """The states of the two directions of one layer."""

    forward: Any
    backward: Any
