"""A whole training run, resumed by the same call: stage after stage, and the bundle of the best epoch."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import keras

from captioner.bundle import load_bundle, save_bundle
from captioner.bundle_files import read_metrics
from captioner.data.prepared_data import PreparedData
from captioner.training.best import best_bundle
from captioner.training.first_words import give_word_vectors
from captioner.training.folders import StageFolder
from captioner.training.needs import describe_needs
from captioner.training.network import for_stage, make_trainee
from captioner.training.recipe import Recipe
from captioner.training.record import Record
from captioner.training.stage_context import StageContext
from captioner.training.stage_features import stage_images
from captioner.training.stage_run import run_stage
from captioner.training.start import describe_inputs, first_model, training_data
from groundwork.distribution import Distribution
from groundwork.files import file_sha256
from groundwork.provenance import describe_devices, versions


def train(recipe: Recipe, distribution: Distribution | None = None) -> Path:
    """Trains a captioner; called again after an interruption, it goes on where it stopped.

    Args:
        recipe: data, network, stages; its output folder holds `record.json`, a folder for each stage, the bundle, and
            counted word vectors if the recipe wants any.
        distribution: the devices to train on, see `make_distribution`; a run may be resumed on others.

    Returns:
        The final bundle's directory, `output/bundle`.

    Raises:
        ConfigError: the folder holds another run, or a batch is too small for the devices.
        DataError: the prepared directory is incomplete, its words are not those of the bundle to start from, or a text
            to count words in cannot be read.
        BundleError: there is no such bundle.
        TrainingError: the loss is not finite.
    """
    distribution = distribution or Distribution()
    for stage in recipe.stages:
        distribution.check_batch_size(stage.batch_size)
    data = training_data(recipe)
    record = Record(recipe.output_directory / "record.json", writes=distribution.is_chief)
    record.claim(recipe, describe_inputs(recipe, data))
    if distribution.is_chief:
        print(describe_needs(data), file=sys.stderr)
    train_stages(recipe, data, record, distribution)
    if distribution.is_chief:
        finish(recipe, record)
    with distribution.watch():
        distribution.barrier()
    return recipe.output_directory / "bundle"


def train_stages(recipe: Recipe, data: PreparedData, record: Record, distribution: Distribution) -> None:
    """Trains the stages that are not done."""
    todo = [number for number in range(len(recipe.stages)) if not record.is_done(number)]
    if not todo:
        return
    record.start(
        {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            **describe_devices(distribution),
            "software": versions("captioner", "numpy"),
        }
    )
    for number in todo:
        run_stage(prepare_stage(recipe, number, data, record, distribution))


def prepare_stage(
    recipe: Recipe, number: int, data: PreparedData, record: Record, distribution: Distribution
) -> StageContext:
    """The model with the best weights of the stage before, and the images that the stage is trained from."""
    stage = recipe.stages[number]
    keras.utils.set_random_seed(stage.seed)
    with distribution.scope():
        if number == 0:
            model = first_model(recipe, data.vocabulary)
        else:
            model = load_bundle(stage_folder(recipe, number - 1).best)
    if number == 0:
        stored = recipe.output_directory / "word_vectors.npy"
        give_word_vectors(model.decoder, recipe.network.word_vectors, data, distribution, stored)
    before = time.monotonic()
    images = stage_images(recipe, number, model.encoder, data, distribution)
    record.add_feature_seconds(round(time.monotonic() - before, 3))
    with distribution.scope():
        model = for_stage(model, stage)
        trainee = make_trainee(model, stage)
    return StageContext(recipe, number, model, trainee, data, images, record, distribution)


def finish(recipe: Recipe, record: Record) -> None:
    """Makes the best epoch of all stages, by the last one's score, the final bundle."""
    folders = [stage_folder(recipe, number) for number in range(len(recipe.stages))]
    best = best_bundle([folder.best for folder in folders], monitor=recipe.stages[-1].monitor)
    metrics, directory = read_metrics(best), recipe.output_directory / "bundle"
    save_bundle(
        load_bundle(best), directory, precision=recipe.precision, metrics={**metrics, "record": record.essentials()}
    )
    record.end(
        {
            "directory": directory.name,
            "stage": metrics["training"]["stage"],
            "epoch": metrics["training"]["epoch"],
            "scores": metrics["scores"][0]["values"],
            "weights_sha256": file_sha256(directory / "model.weights.h5"),
        }
    )


def stage_folder(recipe: Recipe, number: int) -> StageFolder:
    return StageFolder(recipe.output_directory / recipe.stages[number].name)
