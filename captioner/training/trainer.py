"""A whole training run, resumed by the same call: stage after stage, and the bundle of the best epoch."""

import sys
from collections.abc import Sequence
from pathlib import Path

import keras

from captioner.bundle import load_bundle, save_bundle
from captioner.bundle_files import read_metrics
from captioner.data.prepared_data import PreparedData
from captioner.training.best import best_bundle
from captioner.training.folders import StageFolder
from captioner.training.needs import describe_needs
from captioner.training.network import build_model, with_dropout
from captioner.training.recipe import Recipe
from captioner.training.recipe_changes import changes
from captioner.training.stage_context import StageContext
from captioner.training.stage_features import stage_features
from captioner.training.stage_run import run_stage
from groundwork.config import read_yaml
from groundwork.distribution import Distribution
from groundwork.errors import ConfigError
from groundwork.files import write_text


def train(recipe: Recipe, distribution: Distribution | None = None) -> Path:
    """Trains a captioner; called again after an interruption, it goes on where it stopped.

    Args:
        recipe: data, network, stages; its output folder holds a folder for each stage.
        distribution: the devices to train on, see `make_distribution`; a run may be resumed on others.

    Returns:
        The final bundle's directory, `output/bundle`.

    Raises:
        ConfigError: the folder holds a run of another recipe, or a batch is too small for the devices.
        DataError: the prepared directory is incomplete.
        TrainingError: the loss is not finite.
    """
    distribution = distribution or Distribution()
    for stage in recipe.stages:
        distribution.check_batch_size(stage.batch_size)
    data = PreparedData.load(recipe.data_directory)
    run = recipe.output_directory
    folders = [StageFolder(run / stage.name) for stage in recipe.stages]
    claim_directory(run, recipe, folders)
    if distribution.is_chief:
        print(describe_needs(data), file=sys.stderr)
    train_stages(recipe, data, folders, distribution)
    if distribution.is_chief:
        best = best_bundle([folder.best for folder in folders], monitor=recipe.stages[-1].monitor)
        save_bundle(load_bundle(best), run / "bundle", precision=recipe.precision, metrics=read_metrics(best))
    with distribution.watch():
        distribution.barrier()
    return run / "bundle"


def claim_directory(run: Path, recipe: Recipe, folders: Sequence[StageFolder]) -> None:
    """Writes the recipe into a run's folder, after a check that nothing done before was told otherwise."""
    recorded = run / "recipe.yaml"
    if recorded.is_file():
        begun = sum(folder.path.is_dir() for folder in folders)
        changed = changes(read_yaml(recorded), recipe.plain(), begun=begun)
        if changed:
            raise ConfigError(f"{run} holds a run of another recipe: {'; '.join(changed)}. Choose another --output.")
    write_text(recorded, recipe.to_yaml())


def train_stages(
    recipe: Recipe, data: PreparedData, folders: Sequence[StageFolder], distribution: Distribution
) -> None:
    """Trains the stages that are not done."""
    done = next((number for number, folder in enumerate(folders) if not folder.is_done), len(folders))
    for number in range(done, len(folders)):
        stage = recipe.stages[number]
        keras.utils.set_random_seed(stage.seed)
        with distribution.scope():
            model = (
                build_model(recipe.network, data.vocabulary, recipe.decoding)
                if number == 0
                else load_bundle(folders[number - 1].best)
            )
        cache = stage_features(recipe, number, model.encoder, data, distribution)
        with distribution.scope():
            model = with_dropout(model, dropout=stage.dropout, image_dropout=stage.image_dropout)
            _, trainee = model.cut_before(stage.cut)
        run_stage(StageContext(recipe, stage, model, trainee, data, cache, folders[number], distribution))
