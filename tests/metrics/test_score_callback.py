"""The Keras callback, with a model of one weight whose captions get better as it learns."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.score_callback import ScoreCallback

REFERENCES = {1: ["a dog runs", "the dog is running"], 2: ["two cats sleep"]}
GOOD, BAD = {1: "a dog runs", 2: "two cats sleep"}, {1: "a horse", 2: ["a boat"]}


def fit(*callbacks, epochs=4):
    """Trains y = w x from w = 0 towards 1; after two epochs w is above 0.5."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.SGD(0.2), loss="mse")
    data = np.ones((1, 1), "float32")
    return model.fit(data, data, epochs=epochs, verbose=0, callbacks=list(callbacks)).history


def generate(model):
    return GOOD if model.layers[0].get_weights()[0][0, 0] > 0.5 else BAD


def test_scores_stand_in_the_history():
    history = fit(ScoreCallback(generate, REFERENCES, metrics=["bleu", "cider"]))
    first, *_, last = history["val_Bleu_1"]
    assert first < 0.5
    assert last == pytest.approx(1.0)
    assert set(history) == {"loss", "val_Bleu_1", "val_Bleu_2", "val_Bleu_3", "val_Bleu_4", "val_CIDEr"}


def test_later_callbacks_can_go_by_a_score():
    stop = keras.callbacks.EarlyStopping(monitor="val_Bleu_1", mode="max", patience=1)
    history = fit(ScoreCallback(generate, REFERENCES, metrics=["bleu"]), stop, epochs=20)
    assert len(history["loss"]) < 20


def test_scoring_may_be_rarer():
    callback = ScoreCallback(generate, REFERENCES, metrics=["rouge_l"], every=2, prefix="dev_")
    history = fit(callback, epochs=5)
    assert list(callback.scores) == [1, 3]
    assert len(history["dev_ROUGE_L"]) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["blue"]}, "no metric 'blue'"),
        ({"every": 0}, "`every` must be at least 1"),
        ({"references": {}}, "nothing to score"),
        ({"references": {1: []}}, "Image 1 has an empty list"),
    ],
)
def test_mistakes_are_found_before_training(options, message):
    with pytest.raises(MetricError, match=message):
        ScoreCallback(generate, **{"references": REFERENCES, **options})


def test_captions_of_other_images_are_one_sentence():
    with pytest.raises(MetricError, match="Image 2 has reference captions but no generated one"):
        fit(ScoreCallback(lambda model: {1: "a dog"}, REFERENCES))


def test_scoring_needs_no_keras():
    code = "import sys, captioner.scoring, captioner.metrics; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"keras", "tensorflow", "pycocoevalcap"} & set(loaded)
