import keras
import numpy as np
import pytest
from keras import ops

from captioner.models.attention_decoder import AttentionDecoder, unequal_attention

FEATURES = np.sin(np.arange(24, dtype=np.float32)).reshape(2, 4, 3)
TOKEN_IDS = np.array([[[1, 4, 5], [1, 5, 4]], [[1, 2, 0], [1, 4, 4]]], np.int32)


@pytest.fixture
def decoder():
    keras.utils.set_random_seed(0)
    return AttentionDecoder(vocabulary_size=6, embedding_dim=4, units=3, pyramid=(1,))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normalised(x):
    """Layer normalisation with a gain of 1 and an offset of 0, as before training."""
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)


def numpy_logits(decoder, features, tokens):
    """The equations of Xu et al. with the general score, for one image and one caption."""
    weights = {weight.path.split("/", 1)[1]: np.asarray(weight) for weight in decoder.weights}
    dense = lambda x, name: x @ weights[f"{name}/kernel"] + weights.get(f"{name}/bias", 0)  # noqa: E731
    mean = normalised(features.mean(0))
    h, c = np.tanh(dense(mean, "image_to_hidden")), dense(mean, "image_to_cell")
    values = np.maximum(dense(normalised(features), "region_to_value"), 0)
    keys = dense(values, "cell/region_to_key")
    logits = []
    for token in tokens:
        exponentials = np.exp(keys @ h)
        attention = exponentials / exponentials.sum()
        z = sigmoid(dense(h, "cell/hidden_to_beta")) * (attention @ values)
        words = dense(weights["embedding/embeddings"][token], "cell/word_to_gates")
        i, f, g, o = np.split(words + dense(np.concatenate([h, z]), "cell/state_to_gates"), 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        deep = dense(np.concatenate([h, z]), "hidden_to_word")
        logits.append(deep @ weights["embedding/embeddings"].T + weights["output_bias"])
    return np.stack(logits)


def test_logits_follow_the_equations(decoder):
    logits = decoder(TOKEN_IDS, FEATURES)
    np.testing.assert_allclose(logits[1, 0], numpy_logits(decoder, FEATURES[1], TOKEN_IDS[1, 0]), atol=1e-6)


def test_the_state_tells_where_the_decoder_looked(decoder):
    decoder(TOKEN_IDS, FEATURES)
    _, state = decoder.step(TOKEN_IDS[:, 0, 0], decoder.initial_state(FEATURES))
    assert state.weights.shape == (2, 4)
    np.testing.assert_allclose(ops.sum(state.weights, axis=-1), 1, atol=1e-6)
    assert float(ops.std(state.weights)) > 1e-4


def test_logits_depend_on_each_region(decoder):
    logits = decoder(TOKEN_IDS, FEATURES)
    for region in range(4):
        changed = FEATURES.copy()
        # The mean over regions, by which W_ih sees the image, stays as it was.
        changed[:, region] *= 3
        changed[:, (region + 1) % 4] -= 2 * FEATURES[:, region]
        assert float(ops.max(ops.abs(decoder(TOKEN_IDS, changed) - logits))) > 1e-4


def test_parameters_follow_from_the_equations(decoder):
    decoder(TOKEN_IDS, FEATURES)
    w_ih, regions, beta = 2 * (3 + 1) * 3 + 2 * 3, 2 * 3 + (3 + 1) * 3 + 3 * 3, 3 + 1
    gates, deep, words = (4 + 1 + 3 + 3) * 4 * 3, (3 + 3 + 1) * 4, 6 * 4 + 6
    assert decoder.count_params() == w_ih + regions + beta + gates + deep + words


def test_whole_regions_are_dropped_in_training():
    decoder = AttentionDecoder(vocabulary_size=6, embedding_dim=4, units=3, region_dropout=0.5)
    decoder(TOKEN_IDS, FEATURES)
    dropped = ops.convert_to_numpy(decoder.region_noise(np.ones((20, 4, 3), np.float32), training=True))
    assert set(dropped.sum(axis=-1).ravel().tolist()) == {0.0, 6.0}


def test_attention_that_takes_turns_costs_nothing():
    weights = np.eye(3, dtype=np.float32)[:, None]  # (time, rows, regions): each word looks at another region
    assert float(unequal_attention(weights, np.array([[[1, 4, 5]]]))) == 0


def test_padding_does_not_look_and_does_not_count():
    weights = np.full((3, 2, 2), 0.5, np.float32)
    # The first caption has two words, of which each region gets one; the second is no caption at all.
    assert float(unequal_attention(weights, np.array([[[1, 4, 0], [0, 0, 0]]]))) == 0
    assert float(unequal_attention(weights, np.array([[[1, 0, 0], [0, 0, 0]]]))) == pytest.approx(2 * 0.5**2)


def test_the_penalty_is_part_of_the_loss_in_training_only():
    decoder = AttentionDecoder(vocabulary_size=6, embedding_dim=4, units=3, attention_penalty=2.0)
    decoder(TOKEN_IDS, FEATURES)
    assert decoder.losses == []
    decoder(TOKEN_IDS, FEATURES, training=True)
    assert float(decoder.losses[0]) > 0
