import keras
import numpy as np
import pytest
from keras import ops

from groundwork.errors import ConfigError, DataError
from language_models.alphabet import Alphabet
from language_models.cells.activations import weights_of
from language_models.cells.gates import CELLS
from language_models.char_model import CharModel
from language_models.gradient_config import GradientConfig
from language_models.gradient_experiment import measure_flows
from language_models.gradient_flow import gradient_norms

TOKEN_IDS = np.array([[1, 2, 3, 3, 4, 0], [4, 3, 1, 0, 2, 2]])


def make_model(cell, **options):
    keras.utils.set_random_seed(0)
    return CharModel(Alphabet("\nehlo"), cell=cell, units=3, embedding_dim=0, **options)


def loss_after_pushing(model, pushes):
    """The last token's loss if pushes[part][t] is added to that part of the state after step t."""
    equation, _, state_type = CELLS[model.stack.cell]
    inputs, state = ops.one_hot(TOKEN_IDS[:, :-1], 5), model.initial_state(2)[0]
    for time in range(5):
        gates = equation(inputs[:, time], *state, *weights_of(model.stack.forward_layers[0]))
        state = state_type(*(getattr(gates, part) for part in state_type._fields))
        if time in pushes:
            state = state_type(*(value + pushes[time] * (part == "hidden") for part, value in state._asdict().items()))
    logits = model.output_layer(state.hidden)
    return ops.sum(ops.sparse_categorical_crossentropy(TOKEN_IDS[:, -1], logits, from_logits=True))


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_those_of_automatic_differentiation(cell, gradients):
    model = make_model(cell)
    found = gradient_norms(model, TOKEN_IDS)["hidden"]
    assert found.shape == (5,)
    for time in range(5):
        push = np.zeros((2, 3), np.float32)
        (gradient,) = gradients(lambda push, time=time: loss_after_pushing(model, {time: push}), [push])
        expected = np.linalg.norm(ops.convert_to_numpy(gradient), axis=-1).mean()
        assert found[4 - time] == pytest.approx(expected, rel=1e-4)


def test_a_cell_whose_forget_gate_is_open_keeps_the_gradient_of_its_cell_state():
    model = make_model("lstm")
    layer = model.stack.forward_layers[0].cell
    layer.recurrent_kernel.assign(np.zeros((3, 12)))  # Nothing flows back by the hidden states.
    layer.bias.assign(np.repeat(np.float32([0, 50, 0, 0]), 3))  # i, f, g, o
    norms = gradient_norms(model, TOKEN_IDS)
    assert norms["hidden"][0] > 0
    assert not norms["hidden"][1:].any()
    assert norms["cell"][0] > 0
    np.testing.assert_allclose(norms["cell"], norms["cell"][0])


def test_gradients_vanish_at_the_rate_of_a_linear_recurrence():
    model = make_model("rnn")
    cell = model.stack.forward_layers[0].cell
    cell.kernel.assign(np.zeros((5, 3)))  # The state stays 0, where tanh is the identity.
    cell.recurrent_kernel.assign(0.5 * np.eye(3))
    norms = gradient_norms(model, TOKEN_IDS)["hidden"]
    np.testing.assert_allclose(norms / norms[0], 0.5 ** np.arange(5), rtol=1e-6)


@pytest.mark.parametrize("options", [{"depth": 2}, {"layer_normalization": True}])
def test_a_model_of_another_shape_is_refused(options):
    with pytest.raises(ConfigError, match="one recurrent layer without layer normalisation"):
        gradient_norms(make_model("rnn", **options), TOKEN_IDS)


def test_each_cell_is_measured_in_four_conditions():
    config = GradientConfig(units=2, distance=4, sequences=3, training_steps=2, batch_size=2)
    flows = list(measure_flows("hello there\n" * 12, config))
    assert len({flow.condition for flow in flows}) == 4
    assert [(flow.cell, flow.part) for flow in flows[:4]] == [("rnn", "hidden")] * 4
    assert [(flow.cell, flow.part) for flow in flows[8:10]] == [("lstm", "hidden"), ("lstm", "cell")]
    assert all(flow.norms.shape == (4,) for flow in flows)
    assert not np.allclose(flows[0].norms, flows[2].norms)  # Training changed something.


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(DataError, match="has 2 characters; following gradients over 4 steps needs at least 5"):
        list(measure_flows("hello" * 4, GradientConfig(distance=4)))


def test_values_out_of_range_are_named_together():
    with pytest.raises(ConfigError, match=r"`units` must be at least 1, received 0; `gain` must be above 0"):
        GradientConfig(units=0, gain=-1.0)
