import keras
import numpy as np
import pytest

from language_models.alphabet import Alphabet
from language_models.carried_state import CarriedState
from language_models.char_model import CharModel

TOKEN_IDS = np.array([[1, 2, 3, 3], [4, 0, 2, 1]], np.int32)


def test_the_second_window_goes_on_from_the_first(tiny_char_model):
    whole, _ = tiny_char_model(TOKEN_IDS)
    carrying = CarriedState(tiny_char_model, 2)
    carrying.compile(jit_compile=False)
    first, second = (carrying.predict_on_batch(TOKEN_IDS[:, half]) for half in (slice(2), slice(2, 4)))
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-5)


def test_a_reset_forgets(tiny_char_model):
    carrying = CarriedState(tiny_char_model, 2)
    first = carrying(TOKEN_IDS)
    assert np.abs(carrying(TOKEN_IDS) - first).max() > 1e-4
    carrying.reset_state()
    np.testing.assert_array_equal(carrying(TOKEN_IDS), first)


def test_training_carries_the_state_too(tiny_char_model):
    carrying = CarriedState(tiny_char_model, 2)
    carrying.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    _, expected = tiny_char_model(TOKEN_IDS)
    carrying.train_on_batch(TOKEN_IDS[:, :2], TOKEN_IDS[:, :2])
    carrying.train_on_batch(TOKEN_IDS[:, 2:], TOKEN_IDS[:, 2:])
    np.testing.assert_allclose(carrying.carried[0], expected[0].hidden, atol=1e-6)
    np.testing.assert_allclose(carrying.carried[1], expected[0].cell, atol=1e-6)


def test_the_state_is_saved_and_is_not_trained(tiny_char_model, tmp_path):
    carrying = CarriedState(tiny_char_model, 2)
    carrying(TOKEN_IDS)
    carrying.save_weights(tmp_path / "x.weights.h5")
    other = CarriedState(tiny_char_model, 2)
    other.load_weights(tmp_path / "x.weights.h5")
    np.testing.assert_array_equal(other.carried[0], carrying.carried[0])
    assert len(carrying.trainable_variables) == len(tiny_char_model.trainable_variables)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_hello_is_learnt_to_certainty(cell):
    keras.utils.set_random_seed(0)
    alphabet = Alphabet("helo")
    carrying = CarriedState(CharModel(alphabet, cell=cell, units=8, embedding_dim=0), 1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    carrying.compile(keras.optimizers.Adam(0.1), loss, jit_compile=False)
    inputs, targets = alphabet.encode("hell")[None], alphabet.encode("ello")[None]
    for _ in range(60):
        carrying.reset_state()
        carrying.train_on_batch(inputs, targets)
    probabilities = keras.ops.softmax(carrying.model(inputs)[0])[0]
    assert probabilities.shape == (4, 4)
    assert min(float(probabilities[place, target]) for place, target in enumerate(targets[0])) > 0.99
