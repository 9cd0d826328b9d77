"""One stage, trained to its end or from where it was interrupted."""

import sys
from contextlib import redirect_stdout
from pathlib import Path

import keras

from captioner.bundle import save_bundle
from captioner.training.best import best_score
from captioner.training.caption_score import CaptionScore
from captioner.training.epoch_record import EpochRecord
from captioner.training.folders import StageFolder
from captioner.training.objectives import PREPARE
from captioner.training.precision import computing_in
from captioner.training.recipe import Recipe
from captioner.training.stage import FROZEN
from captioner.training.stage_context import StageContext
from captioner.training.validation import ValidationCaptions
from groundwork.callbacks import Backup, DeterministicEpochs, EpochLog, StopOnNonFiniteLoss
from groundwork.epochs import EpochSource


def run_stage(context: StageContext) -> None:
    """Trains a stage; its best epoch is then in `folder.best`, and not yet in the model."""
    stage = context.stage
    with computing_in(stage.compute, context.trainee):
        fit(context, *PREPARE[stage.objective](context))


def fit(context: StageContext, model: keras.Model, source: EpochSource) -> None:
    """All epochs that are not done, and what happens between them."""
    stage, distribution = context.stage, context.distribution
    if distribution.is_chief:
        print(f"stage {stage.name}: {stage.epochs} epochs of {len(source.batches)} steps", file=sys.stderr)
    with redirect_stdout(sys.stderr), distribution.watch():  # Keras reports progress where results belong.
        model.fit(
            **source.fit_arguments(),
            epochs=stage.epochs,
            shuffle=False,  # The batches are shuffled already.
            verbose=distribution.verbosity(1 if sys.stderr.isatty() else 2),
            callbacks=stage_callbacks(context, source),
        )
        distribution.barrier()  # The best bundle is complete.


def stage_callbacks(context: StageContext, source: EpochSource) -> list[keras.callbacks.Callback]:
    """In the order in which they must act; the backup comes last, so that what it claims to be done is done.

    Of several workers one scores, logs and saves, while the others wait for it in their next step.
    """
    folder, distribution = context.folder, context.distribution
    everywhere = [DeterministicEpochs(source, seed=context.stage.seed), StopOnNonFiniteLoss()]
    backup = Backup(folder.backup, distribution)
    if not distribution.is_chief:
        return [*everywhere, backup]
    return [
        *everywhere,
        caption_score(context),
        EpochLog(folder.log),
        *tensorboard(folder),
        EpochRecord(context.record, context.number),
        backup,
    ]


def caption_score(context: StageContext) -> CaptionScore:
    """Scores of the validation images' captions; the best epoch becomes a bundle."""
    stage, model, images = context.stage, context.model, context.data.val

    def save(scores: dict[str, float], epoch: int) -> None:
        training = {
            **origin(context.recipe),
            "stage": stage.name,
            "objective": stage.objective,
            "cnn": "frozen" if stage.train_from == FROZEN else f"trained from {stage.train_from}",
            "epoch": epoch + 1,
            "seed": stage.seed,
        }
        conditions = {"split": "validation", "images": len(images), **model.decoding.plain()}
        metrics = {"training": training, "scores": [{"values": scores, "conditions": conditions}]}
        save_bundle(model, context.folder.best, precision="float32", metrics=metrics)

    return CaptionScore(
        ValidationCaptions(context.trainee, images, context.images.of(images)).score,
        monitor=stage.monitor,
        best=best_score(context.folder.best, stage.monitor),
        save=save,
        sample_directory=context.folder.tensorboard / "captions",
    )


def origin(recipe: Recipe) -> dict[str, str]:
    """Where the weights come from that a run began with, without folders."""
    if recipe.start_from is not None:
        return {"start_from": Path(recipe.start_from).name}
    return {"encoder_weights": Path(recipe.network.encoder_weights).name}


def tensorboard(folder: StageFolder) -> list[keras.callbacks.Callback]:
    """Keras writes TensorBoard's files through TensorFlow; on another backend there are none."""
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(folder.tensorboard, write_graph=False)]
