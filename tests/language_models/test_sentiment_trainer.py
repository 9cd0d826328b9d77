import csv
import json

import numpy as np
import pytest

from groundwork.errors import ConfigError, DataError
from language_models import sentiment_trainer
from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_model import SentimentModel
from language_models.sentiment_split import make_split

SUBJECTS = ("film", "plot", "cast", "ending", "music", "script")
TRAIN = [(f"the {noun} is {word}", label) for noun in SUBJECTS[:5] for word, label in
         (("good", 1), ("great", 1), ("bad", 0), ("dull", 0))]  # fmt: skip
DEV = [("the script is great", 1), ("the script is dull", 0), ("a good script", 1), ("a bad script", 0)]


def table(rows):
    return "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows)


def make_config(**changes):
    options = {"units": 4, "embedding_dim": 6, "batch_size": 4, "epochs": 2, "learning_rate": 0.03,
               "ema_momentum": 0.5, "precision": "float32"}  # fmt: skip
    return SentimentConfig(**{**options, **changes})


@pytest.fixture
def train(tmp_path, monkeypatch):
    (tmp_path / "train.tsv").write_text(table(TRAIN))
    (tmp_path / "dev.tsv").write_text(table(DEV))

    def run(name="run", *, unlabelled=(), xla=False, **changes):
        # Compiling takes much longer than training on these few sentences.
        monkeypatch.setattr(sentiment_trainer, "xla_pays", lambda: xla)
        return sentiment_trainer.train(
            make_config(**changes),
            tmp_path / "train.tsv",
            tmp_path / name,
            validation_path=tmp_path / "dev.tsv",
            unlabelled=unlabelled,
        )

    return run


def test_sentences_are_learnt_from_table_to_scores(train):
    bundle = train(epochs=12, dropout=0.1, input_dropout=0.1, xla=True)
    model = SentimentModel.from_preset(bundle)
    probabilities = model.probabilities([model.encode(text) for text, _ in DEV])
    np.testing.assert_array_equal(probabilities.argmax(axis=1), [label for _, label in DEV])
    metrics = json.loads((bundle / "metrics.json").read_text())
    assert metrics["scores"][0]["values"]["accuracy"] == 1.0
    assert metrics["training"]["parameters"] == model.count_params()


def test_an_interrupted_run_ends_with_the_same_weights(train, monkeypatch, tmp_path):
    undisturbed = train("one")

    def stop_once(self, epoch, logs=None):
        if epoch == 1 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt

    monkeypatch.setattr(sentiment_trainer.EpochLog, "on_epoch_begin", stop_once, raising=False)
    with pytest.raises(KeyboardInterrupt):
        train("two")
    resumed = train("two")
    for name in ("log.csv", "bundle/metrics.json"):
        assert (resumed.parent / name).is_file()
    weights = [SentimentModel.from_preset(bundle).get_weights() for bundle in (undisturbed, resumed)]
    for weight, expected in zip(*weights, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_a_finished_run_trains_no_more(train, capsys):
    assert train(epochs=1) == train(epochs=1)
    assert capsys.readouterr().err.count("epoch 1/1") == 1


def test_a_folder_with_another_run_is_refused(train, tmp_path):
    train(epochs=1)
    with pytest.raises(ConfigError, match="holds a run with another configuration"):
        train(epochs=2)
    with pytest.raises(ConfigError, match="holds a run over other texts"):
        train(epochs=1, unlabelled=["more words"])


def test_unlabelled_texts_give_words_and_vectors(train):
    bundle = train(epochs=1, unlabelled=["a splendid film", "a splendid plot"])
    vectors = np.load(bundle.parent / "vectors.npy")
    words = SentimentModel.from_preset(bundle).vocabulary.tokens
    assert "splendid" in words
    assert vectors.shape == (len(words), 6)


def test_the_log_has_a_line_an_epoch(train):
    with (train().parent / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert 0 <= float(rows[0]["val_accuracy"]) <= 1


def test_more_than_two_classes_are_learnt(train, tmp_path):
    (tmp_path / "train.tsv").write_text(table([*TRAIN, ("the film exists", 2), ("the plot exists", 2)]))
    assert SentimentModel.from_preset(train(epochs=1)).classes == ("0", "1", "2")


# === The split ===


@pytest.fixture
def split(tmp_path):
    def make(train_rows, dev_rows=None, **changes):
        (tmp_path / "train.tsv").write_text(table(train_rows))
        if dev_rows is not None:
            (tmp_path / "dev.tsv").write_text(table(dev_rows))
        config = make_config(**changes)
        return make_split(config, tmp_path / "train.tsv", None if dev_rows is None else tmp_path / "dev.tsv")

    return make


def test_texts_that_are_validated_on_are_not_trained_on(split):
    made = split([*TRAIN, ("A good script!", 1)], [*DEV, ("a good script !", 1)])
    assert made.repeated == 1
    assert len(made.train.texts) == len(TRAIN)


def test_a_part_is_held_out_by_the_seed(split):
    one, other = split(TRAIN, holdout=0.2, seed=1), split(TRAIN, holdout=0.2, seed=2)
    assert len(one.validation.texts) == 4
    assert not set(one.validation.texts) & set(one.train.texts)
    assert one.validation.texts != other.validation.texts


def test_classes_can_be_named(split):
    made = split(TRAIN, DEV, class_names="negative, positive")
    assert made.classes == ["negative", "positive"]
    np.testing.assert_array_equal(made.train.labels[:4], [1, 1, 0, 0])


@pytest.mark.parametrize(
    ("train_rows", "dev_rows", "changes", "sentence"),
    [
        ([("good", 1), ("great", 1)], DEV, {}, "has one class only, '1'"),
        (TRAIN, [("so so", 2)], {}, "dev.tsv has labels out of range: '2'; the classes are 0, 1"),
        ([*TRAIN, ("so so", 2)], DEV, {"class_names": "no,yes"}, "train.tsv has labels out of range: '2'"),
        (TRAIN, DEV, {"class_names": "a,b,c"}, "has too few texts: each class needs one"),
        ([("good", 1), ("bad", 0)], None, {}, "has too few texts"),
    ],
)
def test_texts_that_cannot_be_learnt_are_refused(split, train_rows, dev_rows, changes, sentence):
    with pytest.raises(DataError, match=sentence):
        split(train_rows, dev_rows, **changes)


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"pooling": "sum"}, "`pooling` must be one of last, mean, max, mean_max, received 'sum'"),
        ({"dropout": 1.0}, "`dropout` must lie between 0 and 0.95, received 1.0"),
        ({"max_length": 1}, "`max_length` must be at least 2, received 1"),
        ({"tokens": "byte"}, "`tokens` must be one of word, character, received 'byte'"),
    ],
)
def test_wrong_values_are_named(changes, clause):
    with pytest.raises(ConfigError) as caught:
        make_config(**changes)
    assert str(caught.value) == clause + "."
