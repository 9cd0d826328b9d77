import csv
import json

import keras
import numpy as np
import pytest

from groundwork.errors import ConfigError, DataError, TrainingError
from groundwork.text_files import read_text
from language_models import char_trainer
from language_models.char_config import CharConfig
from language_models.char_evaluation import CharEvaluator
from language_models.char_model import CharModel
from language_models.text import split_text

LINES = "".join(f"{first} and {second} went {place}.\n" for first in ("Ann", "Bob", "Cleo")
                for second in ("Dan", "Eve") for place in ("home", "up the hill", "away"))  # fmt: skip


def make_config(**changes):
    options = {
        "units": 8,
        "embedding_dim": 4,
        "batch_size": 4,
        "window": 8,
        "epochs": 2,
        "learning_rate": 0.02,
        "ema_momentum": 0.5,
        "validation_streams": 2,
        "sample_length": 5,
        "precision": "float32",
    }
    return CharConfig(**{**options, **changes})


@pytest.fixture
def text_path(tmp_path):
    path = tmp_path / "input.txt"
    path.write_text(LINES)
    return path


@pytest.fixture
def train(text_path, tmp_path, monkeypatch):
    def run(name="run", *, xla=False, **changes):
        # Compiling takes much longer than training on these few sentences.
        monkeypatch.setattr(char_trainer, "xla_pays", lambda: xla)
        return char_trainer.train(make_config(**changes), text_path, tmp_path / name)

    return run


def test_sentences_are_learnt_from_text_to_scores(train, text_path):
    bundle = train(epochs=30, units=32, dropout=0.0, batch_size=2, xla=True)
    model = CharModel.from_preset(bundle)
    scores = json.loads((bundle / "metrics.json").read_text())["scores"]
    validation = split_text(read_text(text_path), "90/10").validation
    nats = CharEvaluator(model).nats_per_token(model.alphabet.encode(validation))
    assert nats == pytest.approx(scores[0]["values"]["nats"], abs=1e-6)
    assert nats < 1.2 < np.log(len(model.alphabet)) / 2


def test_an_interrupted_run_ends_with_the_same_weights(train, monkeypatch, tmp_path):
    undisturbed = train("one", sections=2)

    def stop_once(self, epoch, logs=None):
        if epoch == 1 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt

    monkeypatch.setattr(char_trainer.EpochLog, "on_epoch_begin", stop_once)
    with pytest.raises(KeyboardInterrupt):
        train("two", sections=2)
    resumed = train("two", sections=2)
    for weight, expected in zip(weights_of(resumed), weights_of(undisturbed), strict=True):
        np.testing.assert_array_equal(weight, expected)


def weights_of(bundle):
    return CharModel.from_preset(bundle).get_weights()


def test_a_finished_run_trains_no_more(train):
    bundle = train()
    before = (bundle / "metrics.json").read_text()
    assert train() == bundle
    assert (bundle / "metrics.json").read_text() == before


def test_a_folder_with_another_run_is_refused(train):
    train(epochs=1)
    with pytest.raises(ConfigError, match="holds a run with another configuration"):
        train(epochs=2)


def test_a_folder_with_another_text_is_refused(train, text_path):
    train()
    text_path.write_text(LINES + "More.")
    with pytest.raises(ConfigError, match="holds a run over another text"):
        train()


def test_the_bundle_tells_what_it_cost(train):
    bundle = train()
    training = json.loads((bundle / "metrics.json").read_text())["training"]
    assert training["parameters"] == CharModel.from_preset(bundle).count_params()
    assert training["seconds"] > 0
    assert training["best_epoch"] in (1, 2)
    assert training["seed"] == 1


def test_the_log_has_a_line_an_epoch(train):
    bundle = train()
    with (bundle.parent / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert float(rows[0]["val_bits"]) == pytest.approx(float(rows[0]["val_loss"]) / np.log(2), rel=1e-4)
    assert float(rows[0]["tokens_per_second"]) > 0


def test_progress_tells_sizes_leaks_scores_and_a_sample(train, capsys):
    train(epochs=1)
    output, progress = capsys.readouterr()
    assert output == ""
    assert "parameters\nleak check: the longest passage that validation shares with training has " in progress
    assert "epoch 1/1: train " in progress
    assert "nats/character" in progress


def test_a_third_part_is_scored_as_test(train):
    bundle = train(epochs=1, split="60/20/20")
    scores = json.loads((bundle / "metrics.json").read_text())["scores"]
    assert [row["conditions"]["part"] for row in scores] == ["validation", "test"]


@pytest.mark.parametrize("options", [{"bytes": True}, {"cell": "gru", "depth": 2, "layer_normalization": True}])
def test_other_models_are_trained_alike(train, options):
    assert CharModel.from_preset(train(epochs=1, **options)).initial_state(1)


def test_korean_is_learnt_like_any_text(train, text_path):
    text_path.write_text("안녕하세요. 반갑습니다!\n" * 20 + "안녕히 가세요, 또 만나요.\n" * 4, encoding="utf-8")
    model = CharModel.from_preset(train(epochs=1, min_count=5))
    assert "안" in model.alphabet.characters
    assert "\ufffd" in model.alphabet.characters


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a", "The text has one character over and over; there is nothing to predict."),
        ("aaaa" * 50, "one character over and over"),
        ("to be or", "choose a smaller `batch_size` or `window`"),
        (LINES[:300] * 2, "stands in the training text; a score on it"),
    ],
)
def test_texts_that_cannot_be_learnt_are_refused(train, text_path, text, sentence):
    text_path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        train()


def test_a_validation_part_of_one_character_is_refused(train, text_path):
    text_path.write_text(LINES[:99] + "#")
    with pytest.raises(DataError, match=r"validation part has 1 tokens; to be scored it needs two"):
        train(split="99/1")


def test_a_loss_that_is_not_finite_stops_the_run(train, monkeypatch):
    def broken(targets, logits):
        return keras.ops.mean(logits) * np.nan

    monkeypatch.setattr(keras.losses, "SparseCategoricalCrossentropy", lambda **_: broken)
    with pytest.raises(TrainingError, match="The loss became nan in step 1 of epoch 1"):
        train()
