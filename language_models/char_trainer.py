"""A whole training run of a character model, resumed by the same call: text, model, epochs, bundle."""

import hashlib
import sys
from contextlib import redirect_stdout
from pathlib import Path

import keras
import numpy as np

from groundwork.callbacks import Backup, DeterministicEpochs, EpochLog, StopOnNonFiniteLoss
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource
from groundwork.errors import ConfigError, DataError
from groundwork.files import write_text
from groundwork.text_files import read_text
from language_models.alphabet import Alphabet, ByteAlphabet
from language_models.carried_state import CarriedState
from language_models.char_batches import CharBatches
from language_models.char_callbacks import FreshState, Validation
from language_models.char_config import CharConfig
from language_models.char_evaluation import CharEvaluator
from language_models.char_generation import CharGenerator
from language_models.char_model import CharModel
from language_models.char_results import best_loss, write_final_bundle
from language_models.fast_lstm import xla_pays
from language_models.leak_check import check_unseen
from language_models.optimizer import make_optimizer
from language_models.text import TextParts, split_text


def train(
    config: CharConfig, text_path: str | Path, output: str | Path, distribution: Distribution | None = None
) -> Path:
    """Trains a character model on a text; called again after an interruption, it goes on where it stopped.

    Args:
        config: model, split, schedule.
        text_path: a UTF-8 text, gzipped or not, see `read_text`.
        output: the run's folder: `config.yaml`, `text.sha256`, `log.csv`, `backup/`, `best/`, and `bundle/`.
        distribution: the devices to train on, see `make_distribution`; a run may be resumed on others.

    Returns:
        The final bundle's directory, `output/bundle`.

    Raises:
        ConfigError: the folder holds a run with another configuration or another text, or the batch does not divide
            by the devices.
        DataError: the text is too short, or its validation part stands in its training part.
        TrainingError: the loss is not finite.
    """
    distribution = distribution or Distribution()
    distribution.check_batch_size(config.batch_size, whole=True)
    text = read_text(text_path)
    parts = split_text(text, config.split)
    alphabet = make_alphabet(text, config)
    batches, validation_ids = make_data(alphabet, parts, config)
    passage = check_unseen(parts.train, parts.validation)
    run = Path(output)
    claim_directory(run, config, text)
    keras.utils.set_random_seed(config.seed)
    with distribution.scope():
        model = make_model(alphabet, config)
    if distribution.is_chief:
        describe(model, parts, passage)
    with distribution.watch():
        if not (run / "done").exists():
            fit(model, batches, validation_ids, config, run, distribution)
        if distribution.is_chief:
            write_text(run / "done", "")
            write_final_bundle(parts, config, run)
        distribution.barrier()
    return run / "bundle"


def make_alphabet(text: str, config: CharConfig) -> Alphabet | ByteAlphabet:
    """The characters of the whole text, so that the validation part has no unknown ones; or bytes."""
    alphabet = ByteAlphabet() if config.bytes else Alphabet.from_text(text, min_count=config.min_count)
    if len(alphabet) < 2:
        raise DataError("The text has one character over and over; there is nothing to predict.")
    return alphabet


def make_data(
    alphabet: Alphabet | ByteAlphabet, parts: TextParts, config: CharConfig
) -> tuple[CharBatches, np.ndarray]:
    """Windows of the training part, and the ids of the validation part.

    Raises:
        DataError: one of them is too short.
    """
    batches = CharBatches(
        alphabet.encode(parts.train),
        batch_size=config.batch_size,
        window=config.window,
        sections=config.sections,
        seed=config.seed,
    )
    validation_ids = alphabet.encode(parts.validation)
    if len(validation_ids) < 2:
        raise DataError(f"The validation part has {len(validation_ids)} tokens; to be scored it needs two.")
    return batches, validation_ids


def make_model(alphabet: Alphabet | ByteAlphabet, config: CharConfig) -> CharModel:
    return CharModel(
        alphabet,
        cell=config.cell,
        units=config.units,
        depth=config.depth,
        embedding_dim=config.embedding_dim,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        layer_normalization=config.layer_normalization,
    )


def claim_directory(run: Path, config: CharConfig, text: str) -> None:
    """Writes configuration and text's hash into a new run's folder, or checks that an old run had the same."""
    recorded, digest = run / "config.yaml", hashlib.sha256(text.encode("utf-8")).hexdigest()
    if recorded.is_file() and CharConfig.load(recorded) != config:
        raise ConfigError(f"{run} holds a run with another configuration (see {recorded}); choose another --output.")
    hashed = run / "text.sha256"
    if hashed.is_file() and hashed.read_text(encoding="utf-8").strip() != digest:
        raise ConfigError(f"{run} holds a run over another text; choose another --output.")
    write_text(recorded, config.to_yaml())
    write_text(hashed, digest + "\n")


def describe(model: CharModel, parts: TextParts, passage: int) -> None:
    """Tells on stderr what will be trained on what, and how much of the validation text is known word for word."""
    sizes = ", ".join(f"{len(part):,} for {name}" for name, part in parts._asdict().items() if part)
    print(
        f"characters: {sizes}; {len(model.alphabet)} different tokens; {model.count_params():,} parameters\n"
        f"leak check: the longest passage that validation shares with training has {passage} characters",
        file=sys.stderr,
    )


def fit(
    model: CharModel,
    batches: CharBatches,
    validation_ids: np.ndarray,
    config: CharConfig,
    run: Path,
    distribution: Distribution,
) -> None:
    """All epochs that are not done yet."""
    source = EpochSource(batches, distribution)
    with distribution.scope():
        trainee = CarriedState(model, config.batch_size)
        optimizer = make_optimizer(config, steps=len(batches) * config.sections, clip_value=config.clip_value)
        compile_for_training(trainee, optimizer)
    with redirect_stdout(sys.stderr):  # Keras reports progress where results belong.
        trainee.fit(
            **source.fit_arguments(),
            epochs=config.epochs * config.sections,
            shuffle=False,  # A carried state needs the windows in their order.
            verbose=distribution.verbosity(1 if sys.stderr.isatty() else 0),
            callbacks=make_callbacks(model, source, batches, validation_ids, config, run),
        )


def compile_for_training(trainee: CarriedState, optimizer: keras.optimizers.Optimizer) -> None:
    """Cross-entropy, averaged over all characters of a batch."""
    trainee.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=xla_pays(),
    )


def make_callbacks(
    model: CharModel,
    source: EpochSource,
    batches: CharBatches,
    validation_ids: np.ndarray,
    config: CharConfig,
    run: Path,
) -> list[keras.callbacks.Callback]:
    """In the order in which they must act; the backup comes last, so that what it claims to be done is done.

    Of several workers one scores, logs and saves, while the others wait for it in their next step.
    """

    def save_best(loss: float, epoch: int) -> None:
        model.save_to_preset(run / "best", precision="float32", metrics={"val_loss": loss, "epoch": epoch + 1})

    everywhere = [DeterministicEpochs(source, seed=config.seed), FreshState(batches), StopOnNonFiniteLoss()]
    # Kept, so that a run stopped between its last epoch and its bundle is not trained again.
    backup = Backup(run / "backup", source.distribution, delete_checkpoint=False)
    if not source.distribution.is_chief:
        return [*everywhere, backup]
    return [
        *everywhere,
        Validation(
            CharEvaluator(model, streams=min(config.validation_streams, len(validation_ids) // 2)),
            validation_ids,
            best=best_loss(run / "best"),
            save=save_best,
            generator=CharGenerator(model),
            sample_length=config.sample_length,
            seed=config.seed,
            tokens_per_epoch=len(batches) * config.batch_size * config.window,
        ),
        EpochLog(run / "log.csv"),
        backup,
    ]
