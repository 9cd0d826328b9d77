"""Every gate of a recurrent layer at every step of a sequence, through the lecture's equations."""

from typing import Any

from keras import ops

from language_models.equations import GRUGates, LSTMGates, RNNGates, gru, lstm, vanilla_rnn
from language_models.states import GRUState, LSTMState, RNNState

Gates = RNNGates | LSTMGates | GRUGates
State = RNNState | LSTMState | GRUState

CELLS: dict[str, tuple[Any, Any, Any]] = {
    "rnn": (vanilla_rnn, RNNGates, RNNState),
    "lstm": (lstm, LSTMGates, LSTMState),
    "gru": (gru, GRUGates, GRUState),
}


def gate_sequence(cell: str, inputs, state: State, weights) -> tuple[Gates, State]:
    """The gates and states of all steps, and the state after the last one.

    Args:
        cell: "rnn", "lstm" or "gru".
        inputs: `(batch, time, features)`.
        state: before the first step; parts `(batch, units)`.
        weights: kernel, recurrent kernel and bias of the Keras cell.

    Returns:
        Gates whose parts are `(time, batch, units)`, and the state as it came in.
    """
    equation, gates_type, state_type = CELLS[cell]
    fields = state_type._fields

    def step(gates, inputs):
        gates = equation(inputs, *(getattr(gates, field) for field in fields), *weights)
        return gates, gates

    # The outputs of a scan have the structure of its carry on TensorFlow; so all gates are carried along.
    nothing = ops.zeros_like(state.hidden)
    first = gates_type(**{field: getattr(state, field, nothing) for field in gates_type._fields})
    last, gates = ops.scan(step, first, ops.swapaxes(inputs, 0, 1))
    return gates, state_type(*(getattr(last, field) for field in fields))
