import keras
import numpy as np
import pytest
from keras import layers, ops

from groundwork.errors import ConfigError
from language_models.layers import BidirectionalState, LSTMState, RecurrentStack, reverse_sequences

CELLS = ["rnn", "lstm", "gru"]
MASK = np.array([[True, True, True, True], [True, True, False, False]])


def make_stack(cell, **options):
    keras.utils.set_random_seed(0)
    return RecurrentStack(cell, **{"units": 3, "depth": 2, **options})


@pytest.mark.parametrize("cell", CELLS)
def test_one_layer_is_the_layer_of_keras(cell, ramp):
    stack = make_stack(cell, depth=1)
    outputs, _ = stack(ramp(2, 4, 5))
    kind = {"rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}[cell]
    layer = kind(3, return_sequences=True)
    layer.build((2, 4, 5))
    layer.set_weights(stack.get_weights())
    np.testing.assert_allclose(outputs, layer(ramp(2, 4, 5)), atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("normalised", [False, True])
def test_repeated_steps_equal_the_whole_sequence(cell, normalised, ramp):
    stack = make_stack(cell, layer_normalization=normalised)
    outputs, last = stack(ramp(2, 4, 5))
    state = stack.initial_state(2)
    for time in range(4):
        output, state = stack.step(ramp(2, 4, 5)[:, time], state)
        np.testing.assert_allclose(output, outputs[:, time], atol=1e-5)
    for part, expected in zip(keras.tree.flatten(state), keras.tree.flatten(last), strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_a_carried_state_joins_two_halves(cell, ramp):
    stack, inputs = make_stack(cell), ramp(2, 4, 5)
    whole, _ = stack(inputs)
    _, state = stack(inputs[:, :2])
    second, _ = stack(inputs[:, 2:], initial_state=state)
    np.testing.assert_allclose(second, whole[:, 2:], atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_neither_outputs_nor_state(cell, bidirectional, ramp):
    stack, inputs = make_stack(cell, bidirectional=bidirectional), ramp(2, 4, 5)
    outputs, state = stack(inputs, mask=MASK)
    alone, alone_state = stack(inputs[1:, :2])
    np.testing.assert_allclose(outputs[1, :2], alone[0], atol=1e-6)
    for part, expected in zip(keras.tree.flatten(state), keras.tree.flatten(alone_state), strict=True):
        np.testing.assert_allclose(part[1:], expected, atol=1e-6)


def test_the_backward_direction_reads_from_the_end(ramp):
    stack = make_stack("gru", depth=1, bidirectional=True)
    outputs, _ = stack(ramp(2, 4, 5))
    stack.backward_layers[0].set_weights(stack.forward_layers[0].get_weights())
    mirrored, _ = stack(ramp(2, 4, 5)[:, ::-1])
    np.testing.assert_allclose(mirrored[:, ::-1, 3:], outputs[..., :3], atol=1e-6)


def test_sequences_are_reversed_before_their_padding():
    inputs = np.array([[1, 2, 3, 4], [5, 6, 0, 0]], np.float32)[..., None]
    backwards = ops.convert_to_numpy(reverse_sequences(inputs, MASK))[..., 0]
    assert backwards.tolist() == [[4, 3, 2, 1], [6, 5, 0, 0]]


def test_the_state_is_a_named_tuple_for_each_layer():
    state = make_stack("lstm").initial_state(4)
    assert [type(part) for part in state] == [LSTMState, LSTMState]
    assert state[0].hidden.shape == state[1].cell.shape == (4, 3)
    assert isinstance(make_stack("rnn", bidirectional=True).initial_state(4)[0], BidirectionalState)


@pytest.mark.parametrize(
    ("cell", "parameters"), [("rnn", 3 * (5 + 3 + 1)), ("lstm", 4 * 3 * (5 + 3 + 1)), ("gru", 3 * 3 * (5 + 3 + 2))]
)
def test_parameters_follow_from_the_equations(cell, parameters, ramp):
    stack = make_stack(cell, depth=1)
    stack(ramp(2, 4, 5))
    assert stack.count_params() == parameters


def test_dropout_works_between_layers_and_in_training_only(ramp):
    stack = make_stack("lstm", dropout=0.5)
    quiet, _ = stack(ramp(2, 4, 5))
    np.testing.assert_array_equal(stack(ramp(2, 4, 5))[0], quiet)
    assert np.abs(stack(ramp(2, 4, 5), training=True)[0] - quiet).max() > 1e-4
    single = make_stack("lstm", depth=1, dropout=0.5)
    np.testing.assert_array_equal(single(ramp(2, 4, 5), training=True)[0], single(ramp(2, 4, 5))[0])


def test_normalised_outputs_have_mean_zero(ramp):
    outputs, _ = make_stack("gru", layer_normalization=True)(ramp(2, 4, 5))
    np.testing.assert_allclose(ops.mean(outputs, axis=-1), 0, atol=1e-6)


def test_a_stack_is_rebuilt_from_its_config():
    stack = make_stack("lstm", bidirectional=True, dropout=0.25, layer_normalization=True)
    assert RecurrentStack.from_config(stack.get_config()).get_config() == stack.get_config()


def test_a_bidirectional_stack_has_no_step(ramp):
    stack = make_stack("rnn", bidirectional=True)
    with pytest.raises(ConfigError, match="no single step"):
        stack.step(ramp(2, 5), stack.initial_state(2))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cell": "mlp"}, "`cell` must be one of rnn, lstm, gru; received 'mlp'."),
        ({"cell": "rnn", "units": 0}, "`units` and `depth` must be at least 1; received 0 and 2."),
        ({"cell": "rnn", "dropout": 1.0}, "`dropout` must be at least 0 and below 1; received 1.0."),
    ],
)
def test_wrong_options_are_named(options, sentence):
    with pytest.raises(ConfigError) as caught:
        make_stack(**options)
    assert str(caught.value) == sentence
