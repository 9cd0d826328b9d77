import keras
import numpy as np
import pytest
from keras import ops

from groundwork.errors import DataError
from language_models.alphabet import Alphabet, ByteAlphabet
from language_models.cells import activations, trace
from language_models.char_model import CharModel

NAMES = {
    "rnn": ["hidden"],
    "lstm": ["input gate", "forget gate", "candidate", "output gate", "cell", "hidden"],
    "gru": ["reset gate", "update gate", "candidate", "hidden"],
}


def make_model(cell="lstm", **options):
    keras.utils.set_random_seed(0)
    return CharModel(Alphabet("\nehlo"), cell=cell, units=3, embedding_dim=2, **options)


@pytest.mark.parametrize("cell", NAMES)
def test_every_gate_has_a_value_for_each_character_and_unit(cell):
    quantities = trace(make_model(cell), "hello\n")
    assert [quantity.name for quantity in quantities] == NAMES[cell]
    assert {quantity.values.shape for quantity in quantities} == {(6, 3)}


@pytest.mark.parametrize("cell", NAMES)
@pytest.mark.parametrize("layer_normalization", [False, True])
def test_states_are_those_of_the_model_read_step_by_step(cell, layer_normalization, monkeypatch):
    monkeypatch.setattr(activations, "WINDOW", 4)  # The state goes on from window to window.
    model = make_model(cell, depth=2, layer_normalization=layer_normalization)
    found = {quantity.name: quantity.values for quantity in trace(model, "hello\nhello")}
    state = model.initial_state(1)
    for place, token_id in enumerate(model.alphabet.encode("hello\nhello")):
        _, state = model.step(np.array([token_id]), state)
        for layer in (0, 1):
            for name, expected in state[layer]._asdict().items():
                np.testing.assert_allclose(found[f"{name} of layer {layer + 1}"][place], expected[0], atol=1e-6)


def test_gates_explain_the_cell_state():
    values = {quantity.name: quantity.values for quantity in trace(make_model(), "hello")}
    kept = np.concatenate([np.zeros((1, 3)), values["cell"][:-1]]) * values["forget gate"]
    np.testing.assert_allclose(values["cell"], kept + values["input gate"] * values["candidate"], atol=1e-6)


def test_the_centre_of_gates_is_one_half():
    assert [quantity.centre for quantity in trace(make_model(), "he")] == [0.5, 0.5, 0.0, 0.5, 0.0, 0.0]


def test_a_model_of_bytes_has_the_values_after_the_last_byte_of_a_character():
    keras.utils.set_random_seed(0)
    model = CharModel(ByteAlphabet(), cell="rnn", units=3, embedding_dim=2)
    state = model.initial_state(1)
    for byte in "é".encode():
        _, state = model.step(np.array([byte]), state)
    (hidden,) = trace(model, "éa")
    assert hidden.values.shape == (2, 3)
    np.testing.assert_allclose(hidden.values[0], ops.convert_to_numpy(state[0].hidden)[0], atol=1e-6)


def test_characters_that_the_alphabet_lacks_are_refused():
    with pytest.raises(DataError, match="lacks 1 of the text's: 'x'"):
        trace(make_model(), "hex")


def test_an_empty_text_is_refused():
    with pytest.raises(DataError, match="The text is empty"):
        trace(make_model(), "")
