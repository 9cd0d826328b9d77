"""Tiny trainings that are run on one device, on two replicas, by two workers and on JAX, and then compared.

    python runs.py FOLDER STRATEGY CPUS RUN [RUN ...]

FOLDER/data holds what `write_data` writes; the files of a run go to FOLDER/STRATEGY/RUN, where `final.npz` holds its
last weights. A process with STOP_AFTER_EPOCH in its environment kills itself when it has finished that epoch.
"""

import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # Before TensorFlow is imported.

import keras
import numpy as np
import pytest
from PIL import Image
from self_critical_runs import run_self_critical
from step_runs import run_accumulated, run_overflow, run_policies

from captioner.bundle import load_bundle
from captioner.config import DecodingConfig, NetworkConfig
from captioner.data.live_pictures import LivePictures
from captioner.data.vocabulary import Vocabulary
from captioner.generation import CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training import stage_run, start, trainer
from captioner.training.recipe_reader import make_recipe
from groundwork.callbacks import DeterministicEpochs
from groundwork.distribution import Distribution, make_distribution
from groundwork.epochs import EpochSource
from groundwork.replicated import ReplicatedTraining
from language_models import char_trainer, sentiment_trainer
from language_models.char_config import CharConfig
from language_models.sentiment_config import SentimentConfig

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
CAPTIONS = ("{}", "a {} square", "one square which is all {}")

CAPTIONER = dict(
    batch_size=5,  # Of 6 images: neither batch of an epoch divides by two replicas, and the second one is one row.
    learning_rate=0.01,
    warmup_epochs=0.0,
    clip_norm=0.1,
    weight_decay=0.01,
    dropout=0.0,
    image_dropout=0.0,
    tie_embeddings=False,  # So that the gradient of the word vectors is sparse.
    max_length=6,
    encoder_learning_rate=0.003,
    ema_momentum=0.5,
    precision="float32",
)
FROZEN = {"name": "frozen", "epochs": 2}
LIVE = {"name": "live", "epochs": 2, "train_from": "block1"}
FINETUNED = {"name": "finetuned", "epochs": 1, "train_from": "block2"}
CHARACTERS = CharConfig(
    units=4,
    embedding_dim=3,
    batch_size=4,
    window=8,
    epochs=2,
    learning_rate=0.02,
    dropout=0.0,
    clip_norm=0.1,
    ema_momentum=0.5,
    validation_streams=2,
    sample_length=3,
    precision="float32",
)
SENTIMENT = SentimentConfig(
    units=4,
    embedding_dim=3,
    batch_size=4,  # Of 9 texts: the last batch of an epoch is one row.
    epochs=2,
    learning_rate=0.02,
    dropout=0.0,
    input_dropout=0.0,
    word_dropout=0.0,
    clip_norm=0.1,
    precision="float32",
)


def write_data(folder: Path) -> None:
    """Pictures with one to three captions of different lengths, a text, and labelled texts."""
    folder.mkdir(parents=True)
    for split, copies in (("train", 2), ("val", 1)):
        write_pictures(folder, split, [(colour, copy) for colour in COLOURS for copy in range(copies)])
    Vocabulary.build(f"a one square which is all {' '.join(COLOURS)}".split()).save(folder / "vocabulary.txt")
    (folder / "text.txt").write_text("".join(f"{a} and {b} went {c}.\n" for a in "ABC" for b in "DE" for c in "FGH"))
    words = ["good", "fine", "nice", "bad", "dull"]
    rows = [f"{' '.join(words[i % 5 :][: 1 + i % 3])} film {i}\t{'no' if i % 5 > 2 else 'yes'}" for i in range(12)]
    (folder / "train.tsv").write_text("\n".join(["text\tlabel", *rows[:9]]) + "\n")
    (folder / "dev.tsv").write_text("\n".join(["text\tlabel", *rows[9:]]) + "\n")


def write_pictures(folder: Path, split: str, pictures: list[tuple[str, int]]) -> None:
    images, annotations = [], []
    for image_id, (colour, copy) in enumerate(pictures, 1):
        file_name = f"{split}_{colour}_{copy}.png"
        pixels = np.full((16, 16, 3), COLOURS[colour], np.int16) + copy
        Image.fromarray(pixels.astype(np.uint8)).save(folder / file_name)
        images.append({"id": image_id, "file_name": file_name})
        for caption in CAPTIONS[: 1 + image_id % 3]:
            annotations.append({"id": len(annotations), "image_id": image_id, "caption": caption.format(colour)})
    (folder / f"{split}.json").write_text(json.dumps({"images": images, "annotations": annotations}))


# === What `Model.fit` does around the mixin ===


class Words(ReplicatedTraining, keras.Model):
    """Word vectors, their mean, a class."""

    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Embedding(5, 3)
        self.classes = keras.layers.Dense(2)
        self.embedding.build((None, None))
        self.classes.build((None, 3))
        self.built = True

    def call(self, token_ids, training=False):
        return self.classes(keras.ops.mean(self.embedding(token_ids), axis=1))


class WordBatches:
    """Two batches an epoch, the second of one row; weights that differ from row to row."""

    shapes = ((None, 3), (None,), (None,))

    def __len__(self):
        return 2

    def epoch(self, epoch):
        token_ids = (np.arange(18) * 7 // 3 % 5).astype(np.int32).reshape(6, 3)
        weights = np.float32([1, 0.5, 2, 0.25, 3, 1])
        for rows in (slice(0, 5), slice(5, 6)):
            yield token_ids[rows], token_ids[rows, 0] % 2, weights[rows]


def run_words(data: Path, output: Path, distribution: Distribution) -> None:
    """Everything that `fit`, `evaluate` and `predict` return, as JSON."""
    keras.utils.set_random_seed(1)
    with distribution.scope():
        model = Words()
        model.compile(
            optimizer=keras.optimizers.SGD(0.5, global_clipnorm=0.05),  # The first gradients' norms are 0.11 and 0.75.
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
            weighted_metrics=["accuracy"],
        )
    token_ids, classes, weights = next(iter(WordBatches().epoch(0)))
    validation = (token_ids[:4], classes[:4], weights[:4])
    source = EpochSource(WordBatches(), distribution)
    history = model.fit(
        **source.fit_arguments(), epochs=2, validation_data=validation, verbose=0, shuffle=False
    ).history
    evaluated = model.evaluate(*validation[:2], sample_weight=validation[2], verbose=0, return_dict=True)
    predicted = model.predict(token_ids[:4], verbose=0).tolist()
    if distribution.is_chief:
        output.mkdir(parents=True)
        (output / "results.json").write_text(json.dumps([history, evaluated, predicted]))
        np.savez(output / "final.npz", *model.get_weights())


def run_masks(data: Path, output: Path, distribution: Distribution) -> None:
    """What each replica draws in the same epoch, twice, and in another epoch: `(epochs, replicas, 64)`."""
    with distribution.scope():
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dropout(0.5)])
    seeds = DeterministicEpochs(EpochSource(WordBatches(), distribution), seed=1)
    seeds.set_model(model)
    masks = []
    for epoch in (0, 0, 1):
        seeds.on_epoch_begin(epoch)
        drawn = distribution.strategy.run(lambda: model(np.ones((1, 64), np.float32), training=True))
        masks.append([mask.numpy()[0] for mask in distribution.strategy.experimental_local_results(drawn)])
    output.mkdir(parents=True)
    np.save(output / "masks.npy", masks)


# === The trainings ===


class LastWeights(keras.callbacks.Callback):
    """Keeps the weights of the last epoch; kills the process after another one, if it is told to."""

    def __init__(self, path: Path, distribution: Distribution):
        super().__init__()
        self.path = path
        self.distribution = distribution

    def on_epoch_end(self, epoch, logs=None):
        if os.environ.get("STOP_AFTER_EPOCH") == str(epoch + 1):
            os.kill(os.getpid(), signal.SIGKILL)

    def on_train_end(self, logs=None):
        if self.distribution.is_chief:
            np.savez(self.path, *self.model.get_weights())


def tiny_captioner(network: NetworkConfig, vocabulary: Vocabulary, decoding: DecodingConfig) -> CaptionModel:
    encoder = VGGEncoder(repeats=(1, 1), filters=(4, 8), image_size=8)
    decoder = LSTMDecoder(
        vocabulary_size=len(vocabulary), embedding_dim=8, units=8, pyramid=(1,), tie_embeddings=network.tie_embeddings
    )
    return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)


def run_captioner(data: Path, output: Path, distribution: Distribution) -> None:
    train_captioner(data, output, distribution, [FROZEN, FINETUNED])


def train_captioner(data: Path, output: Path, distribution: Distribution, stages: list[dict]) -> None:
    plain_callbacks = stage_run.stage_callbacks
    places = {"data": str(data), "output": str(output), "features": str(output / "features")}

    def callbacks(context, *arguments):
        return [*plain_callbacks(context, *arguments), LastWeights(context.folder.path / "final.npz", distribution)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start, "build_model", tiny_captioner)
        patch.setattr(stage_run, "stage_callbacks", callbacks)
        trainer.train(make_recipe({**CAPTIONER, **places, "stages": stages}), distribution)


def run_characters(data: Path, output: Path, distribution: Distribution) -> None:
    with keeping_last_weights(char_trainer, output, distribution):
        char_trainer.train(CHARACTERS, data / "text.txt", output, distribution)


def run_sentiment(data: Path, output: Path, distribution: Distribution) -> None:
    with keeping_last_weights(sentiment_trainer, output, distribution):
        sentiment_trainer.train(
            SENTIMENT,
            data / "train.tsv",
            output,
            validation_path=data / "dev.tsv",
            unlabelled=["good nice film", "bad dull film"],
            distribution=distribution,
        )


@contextmanager
def keeping_last_weights(module, output: Path, distribution: Distribution):
    """A context in which a trainer's callbacks include `LastWeights`."""
    plain_callbacks = module.make_callbacks

    def callbacks(*arguments):
        return [*plain_callbacks(*arguments), LastWeights(output / "final.npz", distribution)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "make_callbacks", callbacks)
        yield


def run_frozen(data: Path, output: Path, distribution: Distribution) -> None:
    """The captioner's first stage alone."""
    train_captioner(data, output, distribution, [FROZEN])


def run_live(data: Path, output: Path, distribution: Distribution) -> None:
    """All of the CNN trained on pictures that are read in every step; how many at a time, as JSON."""
    read, plain_call = [], LivePictures.__call__

    def call(self, indices, epoch=0):
        read.append(len(indices))
        return plain_call(self, indices, epoch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LivePictures, "__call__", call)
        train_captioner(data, output, distribution, [LIVE])
    (output / f"read-{distribution.worker}.json").write_text(json.dumps(read))


def run_bundles(data: Path, output: Path, distribution: Distribution) -> None:
    """What a bundle of another process says, and one that was trained beside it by `frozen`."""
    answer(data / "bundle", output / "given.npz")
    answer(output.parent / "frozen" / "bundle", output / "trained.npz")


def answer(bundle: Path, path: Path) -> None:
    """Captions of two pictures by a bundle, and the logits of four words."""
    model = load_bundle(bundle)
    images = (np.arange(2 * 8 * 8 * 3) * 37 % 256).astype(np.uint8).reshape(2, 8, 8, 3)
    captions = [found[0].text for found in CaptionGenerator(model).from_images(images)]
    token_ids = np.array([[[1, 4, 5, 6]], [[1, 6, 7, 4]]], np.int32)
    logits = keras.ops.convert_to_numpy(model({"images": images, "token_ids": token_ids}))
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, captions=captions, logits=logits)


RUNS = {
    "words": run_words,
    "masks": run_masks,
    "self_critical": run_self_critical,
    "captioner": run_captioner,
    "frozen": run_frozen,
    "live": run_live,
    "characters": run_characters,
    "sentiment": run_sentiment,
    "bundles": run_bundles,
    "accumulated": run_accumulated,
    "overflow": run_overflow,
    "policies": run_policies,
}


def main(folder: str, strategy: str, cpus: str, *names: str) -> None:
    if keras.backend.backend() == "tensorflow" and cpus != "1":
        import tensorflow as tf

        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * int(cpus)
        )
    distribution = make_distribution(strategy)
    for name in names:
        RUNS[name](Path(folder, "data"), Path(folder, strategy, name), distribution)


if __name__ == "__main__":
    main(*sys.argv[1:])
