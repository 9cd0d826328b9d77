import json

import keras
import numpy as np
import pytest

from groundwork.errors import BundleError, ConfigError, DataError
from language_models.layers import CELLS
from language_models.sentiment_batches import pad
from language_models.sentiment_config import POOLINGS
from language_models.sentiment_model import SentimentModel
from language_models.sentiment_pooling import pool
from language_models.sentiment_vocabulary import PADDING_ID, UNKNOWN_ID, Vocabulary
from language_models.sentiment_word_dropout import WordDropout


def make_model(**options):
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.build(["a good film", "a bad film"])
    return SentimentModel(vocabulary, **{"classes": ["no", "yes"], "units": 3, "embedding_dim": 4, **options})


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing(pooling, bidirectional):
    model = make_model(pooling=pooling, bidirectional=bidirectional, depth=2)
    alone = model(np.array([[2, 3]], np.int32))
    padded = model(np.array([[2, 3, 0, 0], [2, 3, 4, 5]], np.int32))
    np.testing.assert_allclose(padded[:1], alone, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_gives_logits_of_every_class(cell):
    assert make_model(cell=cell, classes="abc")(np.array([[2, 3]], np.int32)).shape == (1, 3)


def test_pooling_leaves_padding_out():
    outputs = np.array([[[0.2], [-0.4], [0.9]]], np.float32)
    mask = np.array([[True, True, False]])
    np.testing.assert_allclose(pool(outputs, mask, "mean"), [[-0.1]], atol=1e-6)
    np.testing.assert_allclose(pool(outputs, mask, "max"), [[0.2]], atol=1e-6)
    np.testing.assert_allclose(pool(outputs, mask, "mean_max"), [[-0.1, 0.2]], atol=1e-6)
    np.testing.assert_allclose(pool(-abs(outputs), mask, "max"), [[-0.2]], atol=1e-6)


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ConfigError, match="must be mean, max or mean_max; received 'sum'"):
        pool(np.zeros((1, 1, 1), np.float32), np.array([[True]]), "sum")


def test_probabilities_stand_in_the_order_of_the_texts():
    model = make_model()
    sequences = [model.encode(text) for text in ("a good film", "bad", "a film")]
    probabilities = model.probabilities(sequences)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    for sequence, row in zip(sequences, probabilities, strict=True):
        np.testing.assert_allclose(model.probabilities([sequence])[0], row, atol=1e-6)


def test_long_texts_are_read_from_both_ends():
    model = make_model(max_length=3)
    np.testing.assert_array_equal(model.shorten(np.arange(9)), [0, 7, 8])
    np.testing.assert_array_equal(model.shorten(np.arange(3)), [0, 1, 2])


def test_an_empty_text_is_refused():
    with pytest.raises(DataError, match="The text is empty"):
        make_model().encode(" \n")


def test_words_are_made_unknown_in_training_only():
    noise = WordDropout(0.5, name="noise")
    token_ids = pad([np.full(400, 5), np.full(200, 5)])
    noisy = keras.ops.convert_to_numpy(noise(token_ids, training=True))
    np.testing.assert_array_equal(noise(token_ids, training=False), token_ids)
    np.testing.assert_array_equal(noisy == PADDING_ID, token_ids == PADDING_ID)
    assert 0.4 < np.mean(noisy[0] == UNKNOWN_ID) < 0.6


def test_a_bundle_gives_the_same_model(tmp_path):
    model = make_model(depth=2, pooling="last", max_length=7)
    model.save_to_preset(tmp_path / "bundle", precision="float32")
    loaded = SentimentModel.from_preset(tmp_path / "bundle")
    assert loaded.get_config() == model.get_config()
    assert loaded.vocabulary.tokens == model.vocabulary.tokens
    token_ids = [model.encode("a good film")]
    np.testing.assert_array_equal(loaded.probabilities(token_ids), model.probabilities(token_ids))


def test_a_character_model_is_no_sentiment_model(tmp_path, tiny_char_model):
    tiny_char_model.save_to_preset(tmp_path / "char")
    with pytest.raises(BundleError, match="holds a model of kind 'char'; expected kind 'sentiment'"):
        SentimentModel.from_preset(tmp_path / "char")


def test_a_foreign_configuration_is_refused(tmp_path):
    make_model().save_to_preset(tmp_path / "bundle")
    path = tmp_path / "bundle" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model": {"colour": 1}}))
    with pytest.raises(BundleError, match="does not describe a sentiment model"):
        SentimentModel.from_preset(tmp_path / "bundle")
