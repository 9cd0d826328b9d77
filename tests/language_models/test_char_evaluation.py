import math

import keras
import numpy as np
import pytest

from groundwork.errors import DataError
from language_models import char_evaluation
from language_models.char_evaluation import CharEvaluator, bits

TOKEN_IDS = np.array([1, 2, 3, 3, 4, 0, 2, 1, 4, 4, 3], np.int32)


def mean_surprise(model, token_ids):
    logits, _ = model(token_ids[None, :-1])
    log_probs = keras.ops.convert_to_numpy(keras.ops.log_softmax(logits[0]))
    return -log_probs[np.arange(len(token_ids) - 1), token_ids[1:]].mean()


def test_one_stream_is_the_text_read_at_once(tiny_char_model):
    nats = CharEvaluator(tiny_char_model).nats_per_token(TOKEN_IDS)
    assert nats == pytest.approx(mean_surprise(tiny_char_model, TOKEN_IDS), abs=1e-5)


def test_the_state_is_carried_from_window_to_window(tiny_char_model, monkeypatch):
    monkeypatch.setattr(char_evaluation, "WINDOW", 3)
    nats = CharEvaluator(tiny_char_model).nats_per_token(TOKEN_IDS)
    assert nats == pytest.approx(mean_surprise(tiny_char_model, TOKEN_IDS), abs=1e-5)


@pytest.mark.parametrize("length", [8, 9, 10, 11])
def test_streams_are_parts_that_start_afresh(tiny_char_model, monkeypatch, length):
    monkeypatch.setattr(char_evaluation, "WINDOW", 2)
    token_ids = TOKEN_IDS[:length]
    part = math.ceil((length - 1) / 3)
    parts = [token_ids[start : start + part + 1] for start in range(0, length - 1, part)]
    expected = sum(mean_surprise(tiny_char_model, ids) * (len(ids) - 1) for ids in parts) / (length - 1)
    assert CharEvaluator(tiny_char_model, streams=3).nats_per_token(token_ids) == pytest.approx(expected, abs=1e-5)


def test_a_changed_model_is_scored_anew(tiny_char_model):
    evaluator = CharEvaluator(tiny_char_model)
    evaluator.nats_per_token(TOKEN_IDS)
    tiny_char_model.output_layer.set_weights([np.zeros((3, 5)), np.zeros(5)])
    assert evaluator.nats_per_token(TOKEN_IDS) == pytest.approx(math.log(5), abs=1e-6)


def test_one_character_cannot_be_scored(tiny_char_model):
    with pytest.raises(DataError, match="The text has 1 tokens"):
        CharEvaluator(tiny_char_model).nats_per_token(TOKEN_IDS[:1])


def test_a_coin_has_one_bit():
    assert bits(math.log(2)) == pytest.approx(1.0)
