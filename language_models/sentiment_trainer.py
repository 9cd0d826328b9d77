"""A whole training run of a sentiment model, resumed by the same call: texts, word vectors, epochs, bundle."""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import keras
import numpy as np

from groundwork.callbacks import Backup, DeterministicEpochs, EpochLog, StopOnNonFiniteLoss
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource
from groundwork.errors import ConfigError
from groundwork.files import atomic_path, write_text
from groundwork.word_vectors import Neighbours, word_vectors
from language_models.fast_lstm import xla_pays
from language_models.optimizer import make_optimizer
from language_models.sentiment_batches import SentimentBatches
from language_models.sentiment_callbacks import Validation
from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_model import SentimentModel
from language_models.sentiment_results import best_accuracy, write_final_bundle
from language_models.sentiment_split import Part, Split, make_split
from language_models.sentiment_vocabulary import Vocabulary

NEIGHBOURS = Neighbours(window=8, contexts=2000, first_word=2)
"""Of words for their first vectors; the ids before them are padding and the unknown word."""
VECTOR_SCALE = 0.3
"""Root mean square of the first word vectors, so that the recurrence begins unsaturated."""


def train(
    config: SentimentConfig,
    train_path: Path,
    output: Path,
    *,
    validation_path: Path | None = None,
    unlabelled: Sequence[str] = (),
    distribution: Distribution | None = None,
) -> Path:
    """Trains a sentiment model; called again after an interruption, it goes on where it stopped.

    Args:
        config: model and schedule.
        train_path: labelled texts, see `read_examples`.
        output: the run's folder: `config.yaml`, `texts.sha256`, `vectors.npy`, `log.csv`, `backup/`, `best/`, and
            `bundle/`.
        validation_path: more of them; without it a part of the training texts is held out.
        unlabelled: texts from which word vectors are made, beside those that are trained on; none: no vectors.
        distribution: the devices to train on, see `make_distribution`; a run may be resumed on others.

    Returns:
        The final bundle's directory, `output/bundle`.

    Raises:
        ConfigError: the folder holds a run with another configuration or other texts, or a batch is too small for the
            devices.
        DataError: the texts cannot be learnt from, see `make_split`.
        TrainingError: the loss is not finite.
    """
    distribution = distribution or Distribution()
    distribution.check_batch_size(config.batch_size)
    split = make_split(config, train_path, validation_path)
    claim_directory(output, config, split, unlabelled)
    keras.utils.set_random_seed(config.seed)
    vocabulary = make_vocabulary(config, split, unlabelled)
    with distribution.scope():
        model = make_model(vocabulary, split.classes, config)
    if distribution.is_chief:
        describe(model, split)
    with distribution.watch():
        if not (output / "done").exists():
            if unlabelled:
                with distribution.chief_first():
                    vectors = first_vectors(vocabulary, [*split.train.texts, *unlabelled], config, output)
                model.embedding.embeddings.assign(vectors)
            fit(model, split, config, output, distribution)
        if distribution.is_chief:
            write_text(output / "done", "")
            write_final_bundle(split, config, output)
        distribution.barrier()
    return output / "bundle"


def make_vocabulary(config: SentimentConfig, split: Split, unlabelled: Sequence[str]) -> Vocabulary:
    """The training texts' words and, behind them, the most frequent ones of the unlabelled texts."""
    vocabulary = Vocabulary.build(
        split.train.texts, unit=config.tokens, min_count=config.min_count, size=config.vocabulary_size
    )
    if not unlabelled or not config.vector_words:
        return vocabulary
    return vocabulary.extended(Vocabulary.build(unlabelled, unit=config.tokens, size=config.vector_words))


def make_model(vocabulary: Vocabulary, classes: Sequence[str], config: SentimentConfig) -> SentimentModel:
    return SentimentModel(
        vocabulary,
        classes=classes,
        cell=config.cell,
        units=config.units,
        depth=config.depth,
        bidirectional=config.bidirectional,
        pooling=config.pooling,
        embedding_dim=config.embedding_dim,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        word_dropout=config.word_dropout,
        max_length=config.max_length,
    )


def claim_directory(run: Path, config: SentimentConfig, split: Split, unlabelled: Sequence[str]) -> None:
    """Writes configuration and texts' hash into a new run's folder, or checks that an old run had the same."""
    recorded, hashed = run / "config.yaml", run / "texts.sha256"
    if recorded.is_file() and SentimentConfig.load(recorded) != config:
        raise ConfigError(f"{run} holds a run with another configuration (see {recorded}); choose another --output.")
    digest = hashlib.sha256()
    for part in (split.train, split.validation, Part(list(unlabelled), np.zeros(0, np.int32))):
        digest.update("\0".join(part.texts).encode("utf-8") + part.labels.tobytes())
    if hashed.is_file() and hashed.read_text(encoding="utf-8").strip() != digest.hexdigest():
        raise ConfigError(f"{run} holds a run over other texts; choose another --output.")
    write_text(recorded, config.to_yaml())
    write_text(hashed, digest.hexdigest() + "\n")


def describe(model: SentimentModel, split: Split) -> None:
    """Tells on stderr what will be trained on what, and which texts were left out."""
    print(
        f"texts: {len(split.train.texts):,} for training, {len(split.validation.texts):,} for validation; "
        f"classes: {', '.join(split.classes)}; {len(model.vocabulary):,} {model.vocabulary.unit}s; "
        f"{model.count_params():,} parameters\n"
        f"leak check: {split.repeated} training texts stand in the validation part and are left out",
        file=sys.stderr,
    )


def first_vectors(vocabulary: Vocabulary, texts: Sequence[str], config: SentimentConfig, run: Path) -> np.ndarray:
    """Word vectors from all texts, float32 `(words, embedding_dim)`, made once a run."""
    stored = run / "vectors.npy"
    if not stored.is_file():
        counts = NEIGHBOURS.count([vocabulary.encode(text) for text in texts], len(vocabulary))
        vectors = word_vectors(counts, dim=config.embedding_dim)
        with atomic_path(stored) as temporary:
            np.save(temporary, VECTOR_SCALE * vectors / max(np.sqrt(np.mean(vectors**2)), 1e-6))
    return np.load(stored)


def fit(model: SentimentModel, split: Split, config: SentimentConfig, run: Path, distribution: Distribution) -> None:
    """All epochs that are not done yet."""
    sequences = [model.encode(text) for text in split.train.texts]
    batches = SentimentBatches(sequences, split.train.labels, batch_size=config.batch_size, seed=config.seed)
    source = EpochSource(batches, distribution)
    with distribution.scope():
        model.compile(
            optimizer=make_optimizer(config, steps=len(batches)),
            # Weights come with replicas, whose last batch may be filled up with rows of weight 0.
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
            jit_compile=xla_pays(),
        )
    with redirect_stdout(sys.stderr):  # Keras reports progress where results belong.
        model.fit(
            **source.fit_arguments(),
            epochs=config.epochs,
            shuffle=False,
            verbose=distribution.verbosity(1 if sys.stderr.isatty() else 0),
            callbacks=make_callbacks(model, source, split, config, run),
        )


def make_callbacks(
    model: SentimentModel, source: EpochSource, split: Split, config: SentimentConfig, run: Path
) -> list[keras.callbacks.Callback]:
    """In the order in which they must act; the backup comes last, so that what it claims to be done is done.

    Of several workers one scores, logs and saves, while the others wait for it in their next step.
    """

    def save_best(accuracy: float, epoch: int) -> None:
        metrics = {"val_accuracy": accuracy, "epoch": epoch + 1}
        model.save_to_preset(run / "best", precision="float32", metrics=metrics)

    everywhere = [DeterministicEpochs(source, seed=config.seed), StopOnNonFiniteLoss()]
    backup = Backup(run / "backup", source.distribution, delete_checkpoint=False)
    if not source.distribution.is_chief:
        return [*everywhere, backup]
    return [
        *everywhere,
        Validation(
            [model.encode(text) for text in split.validation.texts],
            split.validation.labels,
            best=best_accuracy(run / "best"),
            save=save_best,
        ),
        EpochLog(run / "log.csv"),
        backup,
    ]
