import csv
import json

import keras
import numpy as np
import pytest

from captioner.bundle import load_bundle
from captioner.generation import CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training import stage_run, trainer
from captioner.training.caption_score import averaged_weights
from captioner.training.recipe_reader import make_recipe
from groundwork.errors import ConfigError, DataError, TrainingError


@pytest.fixture(autouse=True)
def tiny_network(monkeypatch):
    """Runs build a network of two blocks instead of VGG."""

    def build(network, vocabulary, decoding):
        encoder = VGGEncoder(repeats=(1, 1), filters=(4, 8), image_size=8)
        decoder = LSTMDecoder(vocabulary_size=len(vocabulary), embedding_dim=8, units=8, pyramid=(1,))
        return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)

    monkeypatch.setattr(trainer, "build_model", build)


def run(colour_data, output, **changes):
    values = {
        "data": str(colour_data),
        "output": str(output),
        "epochs": 3,
        "batch_size": 4,
        "learning_rate": 0.03,
        "dropout": 0.2,
        "image_dropout": 0.0,
        "precision": "float32",
        "max_length": 8,
        "ema_momentum": 0.5,
        "label_smoothing": 0.0,
    }
    return trainer.train(make_recipe({**values, **changes}))


def stages(frozen, finetuned):
    """As many epochs with the CNN frozen, and with its second block trained."""
    second = {"name": "finetuned", "epochs": finetuned, "train_from": "block2", "learning_rate": 2e-4}
    return [{"name": "frozen", "epochs": frozen}, second]


def weights_of(bundle):
    return load_bundle(bundle).get_weights()


def test_colours_are_learnt_from_files_to_captions(colour_data, tmp_path):
    bundle = run(colour_data, tmp_path / "run", stages=stages(40, 1), batch_size=2, dropout=0.0, mirror=True)
    images = np.zeros((1, 20, 30, 3), np.uint8) + np.uint8([20, 20, 220])
    caption = CaptionGenerator(load_bundle(bundle)).from_images(images)[0][0]
    assert caption.text in ("a blue square on a page", "one square which is all blue")
    metrics = json.loads((bundle / "metrics.json").read_text())
    assert metrics["scores"][0]["values"]["Bleu_4"] > 0.5
    assert metrics["training"]["stage"] in ("frozen", "finetuned")


def test_an_interrupted_run_ends_with_the_same_weights(colour_data, tmp_path, monkeypatch):
    undisturbed = run(colour_data, tmp_path / "one", stages=stages(3, 2))

    def stop_once(self, epoch, logs=None):
        if epoch == 1 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt

    monkeypatch.setattr(stage_run.StopOnNonFiniteLoss, "on_epoch_begin", stop_once)
    with pytest.raises(KeyboardInterrupt):
        run(colour_data, tmp_path / "two", stages=stages(3, 2))
    resumed = run(colour_data, tmp_path / "two", stages=stages(3, 2))
    for one, two in zip(weights_of(undisturbed), weights_of(resumed), strict=True):
        np.testing.assert_array_equal(one, two)
    logs = [(tmp_path / name / "frozen/log.csv").read_text() for name in ("one", "two")]
    assert logs[0] == logs[1]
    assert [row["epoch"] for row in csv.DictReader(logs[0].splitlines())] == ["0", "1", "2"]


def test_fine_tuning_moves_the_open_blocks_only(colour_data, tmp_path):
    run(colour_data, tmp_path / "run", stages=stages(1, 1))
    frozen, tuned = (load_bundle(tmp_path / "run" / stage / "best").encoder for stage in ("frozen", "finetuned"))
    first, second = (
        [np.array_equal(a, b) for a, b in zip(x.get_weights(), y.get_weights(), strict=True)]
        for x, y in zip(
            [frozen.get_layer("block1_conv1"), frozen.get_layer("block2_conv1")],
            [tuned.get_layer("block1_conv1"), tuned.get_layer("block2_conv1")],
            strict=True,
        )
    )
    assert all(first)
    assert not any(second)


def test_another_configuration_does_not_continue_a_run(colour_data, tmp_path):
    run(colour_data, tmp_path / "run", epochs=1)
    with pytest.raises(ConfigError, match="`epochs` was 1 and is 2"):
        run(colour_data, tmp_path / "run", epochs=2)


def test_a_loss_that_is_not_finite_names_its_step(colour_data, tmp_path):
    with pytest.raises(TrainingError, match=r"step \d+ of epoch 1"):
        run(colour_data, tmp_path / "run", learning_rate=1e38, warmup_epochs=0.0)


def test_features_are_computed_once(colour_data, tmp_path, monkeypatch):
    run(colour_data, tmp_path / "one", epochs=1)
    monkeypatch.setattr(keras.Model, "predict_on_batch", fails_for_encoders(keras.Model.predict_on_batch))
    run(colour_data, tmp_path / "two", epochs=1)


def fails_for_encoders(predict):
    def guarded(model, images):
        assert not any(layer.name == "block1_conv1" for layer in model.layers), "the CNN ran again"
        return predict(model, images)

    return guarded


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
