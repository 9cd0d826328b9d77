import json

import keras
import numpy as np
import pytest

from captioner.bundle import load_bundle
from captioner.generation import CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training import start
from captioner.training.caption_score import averaged_weights
from captioner.training.recipe_reader import make_recipe
from captioner.training.trainer import train
from groundwork.errors import ConfigError, DataError, TrainingError
from groundwork.files import file_sha256


@pytest.fixture(autouse=True)
def tiny_network(monkeypatch):
    """Runs build a network of two blocks instead of VGG."""

    def build(network, vocabulary, decoding):
        encoder = VGGEncoder(repeats=(1, 1), filters=(4, 8), image_size=8)
        decoder = LSTMDecoder(vocabulary_size=len(vocabulary), embedding_dim=8, units=8, pyramid=(1,))
        return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)

    monkeypatch.setattr(start, "build_model", build)


def run(colour_data, output, **changes):
    values = {
        "data": str(colour_data),
        "output": str(output),
        "learning_rate": 0.03,
        "dropout": 0.0,
        "image_dropout": 0.0,
        "precision": "float32",
        "max_length": 8,
        "ema_momentum": 0.5,
        "label_smoothing": 0.0,
    }
    return train(make_recipe({**values, **changes}))


def test_colours_are_learnt_from_files_to_captions(colour_data, tmp_path):
    bundle = run(colour_data, tmp_path / "run", epochs=40, batch_size=2, mirror=True)
    images = np.zeros((1, 20, 30, 3), np.uint8) + np.uint8([20, 20, 220])
    caption = CaptionGenerator(load_bundle(bundle)).from_images(images)[0][0]
    assert caption.text in ("a blue square on a page", "one square which is all blue")
    assert json.loads((bundle / "metrics.json").read_text())["scores"][0]["values"]["Bleu_4"] > 0.5


def test_a_run_begins_with_the_words_of_a_text(colour_data, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("a page square on a page square\n" * 50)
    values = {"epochs": 1, "batch_size": 2, "warmup_epochs": 0.0, "ema_momentum": 0.0, "learning_rate": 1e-9}
    bundle = run(colour_data, tmp_path / "run", word_vectors=str(text), **values)
    counted = np.load(tmp_path / "run" / "word_vectors.npy")[4:]
    trained = load_bundle(bundle).decoder.embedding.get_weights()[0][4:]
    np.testing.assert_allclose(trained, counted / np.linalg.norm(counted, axis=1, keepdims=True), atol=1e-5)
    record = json.loads((bundle / "metrics.json").read_text())["record"]
    assert record["recipe"]["word_vectors"] == "text.txt"
    assert record["word_vectors_sha256"] == file_sha256(text)
    text.write_text("other words")
    with pytest.raises(ConfigError, match="holds another run: word_vectors has other content"):
        run(colour_data, tmp_path / "run", word_vectors=str(text), **values)


def test_a_loss_that_is_not_finite_names_its_step(colour_data, tmp_path):
    with pytest.raises(TrainingError, match=r"step \d+ of epoch 1"):
        run(colour_data, tmp_path / "run", batch_size=4, learning_rate=1e38, warmup_epochs=0.0)


def test_a_folder_that_is_not_prepared_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="not a prepared directory"):
        run(tmp_path, tmp_path / "run")


def test_averaged_weights_come_and_go(tiny_model):
    tiny_model.compile(keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5))
    tiny_model.optimizer.build(tiny_model.trainable_variables)
    for average in tiny_model.optimizer._model_variables_moving_average:
        average.assign(average * 0 + 7)
    before = tiny_model.get_weights()
    with averaged_weights(tiny_model):
        assert all((weight == 7).all() for weight in tiny_model.get_weights())
    for own, again in zip(before, tiny_model.get_weights(), strict=True):
        np.testing.assert_array_equal(own, again)


def test_stages_train_on_pictures_in_parts_and_on_rewards(colour_data, tmp_path):
    pictures = {
        "name": "pictures",
        "train_from": "block1",
        "augment": True,
        "recompute": True,
        "micro_batches": 2,
        "compute": "mixed_bfloat16",
        "encoder_learning_rate": 0.01,
    }
    rewards = {
        "name": "rewards",
        "objective": "self_critical",
        "samples": 2,
        "bleu_weight": 0.5,
        "learning_rate": 0.001,
    }
    written = {"stages": [{"name": "frozen", "epochs": 2}, pictures, rewards]}
    run(colour_data, tmp_path, epochs=1, batch_size=4, **written)
    first, second, third = (load_bundle(tmp_path / name / "best") for name in ("frozen", "pictures", "rewards"))
    assert not np.array_equal(first.encoder.get_weights()[0], second.encoder.get_weights()[0])
    assert np.array_equal(second.encoder.get_weights()[0], third.encoder.get_weights()[0])
    stages = json.loads((tmp_path / "record.json").read_text())["stages"]
    assert all(np.isfinite(stage["epochs"][-1]["logs"]["loss"]) for stage in stages)
    assert stages[2]["epochs"][0]["logs"]["reward"] >= 0
