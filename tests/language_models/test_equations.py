import keras
import numpy as np
import pytest
from keras import layers, ops

from language_models import equations

CELLS = {
    "rnn": (layers.SimpleRNN, equations.vanilla_rnn, 1, (3,)),
    "lstm": (layers.LSTM, equations.lstm, 4, (12,)),
    "gru": (layers.GRU, equations.gru, 3, (2, 9)),
}
each_cell = pytest.mark.parametrize(("layer_type", "equation", "gates", "bias_shape"), CELLS.values(), ids=CELLS)


def new_state(gates):
    return [gates.hidden, gates.cell] if hasattr(gates, "cell") else [gates.hidden]


def repeat(equation, inputs, state, weights):
    """Outputs of all steps and the last state, as a layer returns them."""
    outputs = []
    for time in range(inputs.shape[1]):
        state = new_state(equation(inputs[:, time], *state, *weights))
        outputs.append(state[0])
    return ops.stack(outputs, axis=1), state


@pytest.fixture
def arrays(ramp, layer_type, gates, bias_shape):
    states = [ramp(2, 3) * 0.5] * (2 if layer_type is layers.LSTM else 1)
    return [ramp(2, 4, 5), *states, ramp(5, gates * 3), ramp(3, gates * 3), ramp(*bias_shape)]


@each_cell
def test_outputs_and_states_equal_the_layer_of_keras(layer_type, equation, arrays):
    inputs, *state, kernel, recurrent_kernel, bias = arrays
    layer = layer_type(3, return_sequences=True, return_state=True)
    layer.build(inputs.shape)
    layer.set_weights([kernel, recurrent_kernel, bias])
    expected, *expected_state = layer(inputs, initial_state=list(state))
    outputs, state = repeat(equation, inputs, state, [kernel, recurrent_kernel, bias])
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    for part, expected_part in zip(state, expected_state, strict=True):
        np.testing.assert_allclose(part, expected_part, atol=1e-6)


@each_cell
def test_gradients_equal_those_of_the_layer_of_keras(layer_type, equation, arrays, ramp, gradients):
    layer = layer_type(3, return_sequences=True, return_state=True)
    layer.build(arrays[0].shape)
    weighting = ramp(2, 4, 3) / 8

    def weighted(outputs, state):
        return ops.sum(outputs * weighting) + 0.1 * sum(ops.sum(part * part) for part in state)

    def by_equation(inputs, *rest):
        return weighted(*repeat(equation, inputs, rest[:-3], rest[-3:]))

    def by_layer(inputs, *rest):
        pairs = zip(layer.trainable_variables, rest[-3:], strict=True)
        with keras.StatelessScope(state_mapping=list(pairs)):
            outputs, *state = layer(inputs, initial_state=list(rest[:-3]))
        return weighted(outputs, state)

    for found, expected in zip(gradients(by_equation, arrays), gradients(by_layer, arrays), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_lstm_with_its_input_gate_shut_keeps_its_cell(ramp):
    bias = np.repeat(np.float32([-50, 50, 0, 0]), 3)  # i, f, g, o
    gates = equations.lstm(ramp(2, 5), ramp(2, 3), ramp(2, 3) * 2, ramp(5, 12), ramp(3, 12), bias)
    np.testing.assert_allclose(gates.cell, ramp(2, 3) * 2, atol=1e-6)


def test_a_gru_with_its_update_gate_at_one_keeps_its_state(ramp):
    bias = np.zeros((2, 9), np.float32)
    bias[0, :3] = 50  # z
    gates = equations.gru(ramp(2, 5), ramp(2, 3), ramp(5, 9), ramp(3, 9), bias)
    np.testing.assert_allclose(gates.hidden, ramp(2, 3), atol=1e-6)
    np.testing.assert_allclose(gates.update_gate, 1, atol=1e-6)


@pytest.mark.parametrize("equation", [equations.vanilla_rnn, equations.lstm, equations.gru])
def test_an_equation_has_at_most_fifteen_lines(equation):
    import inspect

    assert len(inspect.getsource(equation).splitlines()) <= 15
