import keras
import numpy as np
import pytest

from captioner.models.lstm_decoder import LSTMDecoder, LSTMState

FEATURES = np.linspace(-1, 1, 2 * 4 * 3, dtype=np.float32).reshape(2, 4, 3)
TOKEN_IDS = np.array([[[1, 4, 5], [1, 5, 4]], [[1, 2, 0], [1, 4, 4]]], np.int32)


@pytest.fixture
def decoder():
    keras.utils.set_random_seed(0)
    return LSTMDecoder(vocabulary_size=6, embedding_dim=4, units=3, pyramid=(1, 2))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def numpy_logits(decoder, features, tokens):
    """The equations of Hochreiter & Schmidhuber with W_ih, for one image and one caption."""
    weights = {weight.path.split("/", 1)[1]: np.asarray(weight) for weight in decoder.weights}
    quarters = features  # four regions: the second level of the pyramid is the regions themselves
    v = np.concatenate([features.mean(0), quarters.reshape(-1)])
    v = (v - v.mean()) / np.sqrt(v.var() + 1e-3)  # the gain is 1 and the offset 0 before training
    h = np.tanh(v @ weights["image_to_hidden/kernel"] + weights["image_to_hidden/bias"])
    c = v @ weights["image_to_cell/kernel"] + weights["image_to_cell/bias"]
    logits = []
    for token in tokens:
        x = weights["embedding/embeddings"][token]
        gates = x @ weights["lstm/lstm_cell/kernel"] + h @ weights["lstm/lstm_cell/recurrent_kernel"]
        i, f, g, o = np.split(gates + weights["lstm/lstm_cell/bias"], 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        words = h @ weights["hidden_to_word/kernel"] + weights["hidden_to_word/bias"]
        logits.append(words @ weights["embedding/embeddings"].T + weights["output_bias"])
    return np.stack(logits)


def test_logits_follow_the_equations(decoder):
    logits = decoder(TOKEN_IDS, FEATURES)
    np.testing.assert_allclose(logits[1, 0], numpy_logits(decoder, FEATURES[1], TOKEN_IDS[1, 0]), atol=1e-6)


def test_state_is_named_and_has_a_row_an_image(decoder):
    decoder(TOKEN_IDS, FEATURES)
    state = decoder.initial_state(FEATURES)
    assert isinstance(state, LSTMState)
    assert state.hidden.shape == state.cell.shape == (2, 3)


@pytest.mark.parametrize("tied", [True, False])
def test_parameters_follow_from_the_equations(tied):
    decoder = LSTMDecoder(vocabulary_size=7, embedding_dim=4, units=4, pyramid=(1,), tie_embeddings=tied)
    decoder(TOKEN_IDS, FEATURES)
    w_ih, lstm, words = 2 * (3 + 1) * 4 + 2 * 3, 4 * 4 * (4 + 4 + 1), 7 * 4
    assert decoder.count_params() == w_ih + lstm + words * (1 if tied else 2) + 7
