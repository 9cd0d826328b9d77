import json

import keras
import numpy as np
import pytest

from groundwork.errors import BundleError
from language_models.alphabet import Alphabet, ByteAlphabet
from language_models.char_model import CharModel

TOKEN_IDS = np.array([[1, 2, 3, 3], [4, 0, 2, 1]], np.int32)


def test_repeated_steps_equal_the_whole_sequence(tiny_char_model):
    logits, _ = tiny_char_model(TOKEN_IDS)
    state = tiny_char_model.initial_state(2)
    for time in range(4):
        step_logits, state = tiny_char_model.step(TOKEN_IDS[:, time], state)
        np.testing.assert_allclose(step_logits, logits[:, time], atol=1e-5)


def test_the_first_loss_is_that_of_a_guess():
    keras.utils.set_random_seed(0)
    model = CharModel(Alphabet(map(chr, range(65, 129))), units=16)
    token_ids = np.arange(64, dtype=np.int32).reshape(4, 16)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(token_ids, model(token_ids)[0])
    assert float(loss) == pytest.approx(np.log(64), abs=0.1)


@pytest.mark.parametrize(("embedding_dim", "parameters"), [(2, 5 * 2 + 4 * 3 * (2 + 3 + 1)), (0, 4 * 3 * (5 + 3 + 1))])
def test_parameters_follow_from_the_equations(embedding_dim, parameters):
    model = CharModel(Alphabet("\nehlo"), units=3, embedding_dim=embedding_dim)
    assert model.count_params() == parameters + (3 + 1) * 5


def test_one_hot_input_is_an_embedding_by_the_unit_matrix():
    one_hot = CharModel(Alphabet("\nehlo"), units=3, embedding_dim=0)
    embedded = CharModel(Alphabet("\nehlo"), units=3, embedding_dim=5)
    embedded.set_weights([np.eye(5), *one_hot.get_weights()])
    np.testing.assert_allclose(one_hot(TOKEN_IDS)[0], embedded(TOKEN_IDS)[0], atol=1e-6)


def test_dropout_works_in_training_only():
    model = CharModel(Alphabet("\nehlo"), units=8, dropout=0.5, input_dropout=0.5)
    quiet = model(TOKEN_IDS)[0]
    np.testing.assert_array_equal(model(TOKEN_IDS)[0], quiet)
    assert np.abs(model(TOKEN_IDS, training=True)[0] - quiet).max() > 1e-4


@pytest.mark.parametrize("alphabet", [Alphabet("\nehlo안"), ByteAlphabet()])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_bundle_holds_the_whole_model(tmp_path, alphabet, cell):
    model = CharModel(alphabet, cell=cell, units=4, depth=2, layer_normalization=True)
    model.save_to_preset(tmp_path / "bundle", precision="float32", metrics={"a": 1})
    loaded = CharModel.from_preset(tmp_path / "bundle")
    np.testing.assert_array_equal(loaded(TOKEN_IDS)[0], model(TOKEN_IDS)[0])
    assert loaded.get_config() == model.get_config()
    assert loaded.alphabet.to_text() == alphabet.to_text()


def test_a_bundle_with_a_wrong_config_is_refused(tmp_path, tiny_char_model):
    tiny_char_model.save_to_preset(tmp_path / "bundle")
    path = tmp_path / "bundle" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model": {"cell": "mlp"}}))
    with pytest.raises(BundleError, match="does not describe a character model: `cell` must be one of"):
        CharModel.from_preset(tmp_path / "bundle")
