"""A whole training run, resumed by the same call: features, frozen stage, fine-tuning stage, bundle."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from captioner.bundle import load_bundle, save_bundle
from captioner.bundle_files import read_metrics
from captioner.config import TrainingConfig
from captioner.data.batches import CaptionBatches
from captioner.data.feature_cache import FeatureCache
from captioner.data.prepared_data import PreparedData
from captioner.data.vocabulary import Vocabulary
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder, option_names
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training.caption_score import CaptionScore
from captioner.training.features import fill_caches, view_name
from captioner.training.loss import CaptionCrossentropy
from captioner.training.needs import describe_needs
from captioner.training.optimizer import TwoRateAdam
from captioner.training.validation import ValidationCaptions
from groundwork.callbacks import Backup, DeterministicEpochs, EpochLog, StopOnNonFiniteLoss
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource
from groundwork.errors import BundleError, ConfigError
from groundwork.files import write_text
from groundwork.schedule import WarmupCosine

MONITOR = "Bleu_4"


@dataclass(frozen=True)
class Stage:
    """A part of a run with one set of trained weights and one schedule."""

    name: str
    cut: str | None  # first block of the CNN that is trained; None: the CNN is frozen
    epochs: int
    learning_rate: float
    encoder_learning_rate: float


def stages(config: TrainingConfig) -> list[Stage]:
    """The frozen stage, and the fine-tuning stage, if each has epochs."""
    planned = [
        Stage("decoder", None, config.epochs, config.learning_rate, config.learning_rate),
        Stage(
            "finetune",
            config.finetune_from,
            config.finetune_epochs,
            config.finetune_learning_rate,
            config.encoder_learning_rate,
        ),
    ]
    return [stage for stage in planned if stage.epochs > 0]


def train(
    config: TrainingConfig,
    prepared: str | Path,
    output: str | Path,
    features: str | Path,
    distribution: Distribution | None = None,
) -> Path:
    """Trains a captioner on a prepared directory; called again after an interruption, it goes on where it stopped.

    Args:
        config: network, stages, selection.
        prepared: what `prepare_data.py` wrote.
        output: the run's folder; each stage keeps `log.csv`, `backup/` and its `best/` bundle there.
        features: where the frozen CNN's features are cached, shared by all runs.
        distribution: the devices to train on, see `make_distribution`; a run may be resumed on others.

    Returns:
        The final bundle's directory, `output/bundle`.

    Raises:
        ConfigError: the folder holds a run with another configuration, or a batch is too small for the devices.
        DataError: the prepared directory is incomplete.
        TrainingError: the loss is not finite.
    """
    distribution = distribution or Distribution()
    distribution.check_batch_size(config.batch_size)
    data = PreparedData.load(prepared)
    run = Path(output)
    claim_directory(run, config)
    if distribution.is_chief:
        print(describe_needs(data), file=sys.stderr)
    keras.utils.set_random_seed(config.seed)
    with distribution.scope():
        model = build_model(config, data.vocabulary)
    plan = stages(config)
    with distribution.watch(), distribution.chief_first():
        caches = fill_caches(
            model.encoder,
            data.paths,
            features,
            cuts=list({stage.cut: None for stage in plan}),
            mirrored=config.mirror,
            pictures=data.pictures,
        )
    for stage in plan:
        run_stage(stage, config, model, data, caches[stage.cut], run, distribution)
    if distribution.is_chief:
        write_final_bundle(plan, run, precision=config.precision)
    with distribution.watch():
        distribution.barrier()
    return run / "bundle"


def claim_directory(run: Path, config: TrainingConfig) -> None:
    """Writes the configuration into a new run's folder, or checks that an old run had the same."""
    recorded = run / "config.yaml"
    if recorded.is_file() and TrainingConfig.load(recorded) != config:
        raise ConfigError(f"{run} holds a run with another configuration (see {recorded}); choose another --output.")
    write_text(recorded, config.to_yaml())


def build_model(config: TrainingConfig, vocabulary: Vocabulary) -> CaptionModel:
    """A captioner with the encoder's weights as configured and a new decoder."""
    encoder = VGGEncoder.from_name(config.encoder, image_size=config.image_size, last_pooling=config.last_pooling)
    if config.encoder_weights != "random":
        encoder.load_imagenet_weights(config.encoder_weights)
    options = {name: getattr(config, name) for name in option_names(config.decoder)}
    decoder = make_decoder(kind=config.decoder, vocabulary_size=len(vocabulary), **options)
    return CaptionModel(
        encoder, decoder, vocabulary, decoding=config.decoding(), scheduled_sampling=config.scheduled_sampling
    )


def run_stage(
    stage: Stage,
    config: TrainingConfig,
    model: CaptionModel,
    data: PreparedData,
    cache: FeatureCache,
    run: Path,
    distribution: Distribution,
) -> None:
    """Trains one stage to its end and leaves `model` with the stage's best weights."""
    folder = run / stage.name
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "done").exists():
        source = EpochSource(caption_batches(config, data, cache), distribution)
        with distribution.scope():
            _, trainee = model.cut_before(stage.cut)
            trainee.compile(
                optimizer=make_optimizer(stage, config, trainee, steps=len(source.batches)),
                loss=CaptionCrossentropy(config.label_smoothing),
            )
        if distribution.is_chief:
            print(f"stage {stage.name}: {stage.epochs} epochs of {len(source.batches)} steps", file=sys.stderr)
        with redirect_stdout(sys.stderr), distribution.watch():  # Keras reports progress where results belong.
            trainee.fit(
                **source.fit_arguments(),
                epochs=stage.epochs,
                shuffle=False,  # The batches are shuffled already.
                verbose=distribution.verbosity(1 if sys.stderr.isatty() else 2),
                callbacks=stage_callbacks(stage, config, model, trainee, data, cache, source, folder),
            )
            if distribution.is_chief:
                write_text(folder / "done", "")
            distribution.barrier()  # The best bundle is complete.
    copy_weights(folder / "best", model)


def caption_batches(config: TrainingConfig, data: PreparedData, cache: FeatureCache) -> CaptionBatches:
    """The training captions beside cached features; mirrored pictures are drawn by (seed, epoch)."""
    captions = [[data.vocabulary.encode(caption) for caption in record.captions] for record in data.train]
    rows = [cache.rows([view_name(record.path) for record in data.train])]
    if config.mirror:
        rows.append(cache.rows([view_name(record.path, True) for record in data.train]))
    views_of_images, table = np.stack(rows), cache.open()

    def images(indices: np.ndarray, epoch: int) -> np.ndarray:
        views = np.random.default_rng((config.seed, epoch, 1)).integers(len(rows), size=len(data.train))
        return table[views_of_images[views[indices], indices]]

    return CaptionBatches(
        captions,
        images,
        batch_size=config.batch_size,
        captions_per_image=config.captions_per_image,
        max_caption_length=config.max_caption_length,
        seed=config.seed,
    )


def make_optimizer(stage: Stage, config: TrainingConfig, trainee: CaptionModel, *, steps: int) -> TwoRateAdam:
    """Adam with warm-up and cosine, clipped by global norm, with a running average of the weights if asked for."""
    schedule = WarmupCosine(
        stage.learning_rate, warmup_steps=round(config.warmup_epochs * steps), total_steps=stage.epochs * steps
    )
    return TwoRateAdam(
        schedule,
        slow_variables=trainee.encoder.trainable_variables,
        slow_rate=stage.encoder_learning_rate / stage.learning_rate,
        weight_decay=config.weight_decay or None,
        global_clipnorm=config.clip_norm,
        use_ema=config.ema_momentum > 0,
        ema_momentum=config.ema_momentum,
    )


def stage_callbacks(
    stage: Stage,
    config: TrainingConfig,
    model: CaptionModel,
    trainee: CaptionModel,
    data: PreparedData,
    cache: FeatureCache,
    source: EpochSource,
    folder: Path,
) -> list[keras.callbacks.Callback]:
    """In the order in which they must act; the backup comes last, so that what it claims to be done is done.

    Of several workers one scores, logs and saves, while the others wait for it in their next step.
    """
    validation = ValidationCaptions(trainee, data.val, cache)

    def save_best(scores: dict[str, float], epoch: int) -> None:
        training = {
            "encoder_weights": Path(config.encoder_weights).name,
            "stage": stage.name,
            "cnn": f"trained from {stage.cut}" if stage.cut else "frozen",
            "epoch": epoch + 1,
            "seed": config.seed,
        }
        conditions = {"split": "validation", "images": len(data.val), **vars(config.decoding())}
        metrics = {"training": training, "scores": [{"values": scores, "conditions": conditions}]}
        save_bundle(model, folder / "best", precision="float32", metrics=metrics)

    everywhere = [DeterministicEpochs(source, seed=config.seed), StopOnNonFiniteLoss()]
    backup = Backup(folder / "backup", source.distribution)
    if not source.distribution.is_chief:
        return [*everywhere, backup]
    return [
        *everywhere,
        CaptionScore(
            validation.score,
            monitor=MONITOR,
            best=best_score(folder / "best"),
            save=save_best,
            sample_directory=folder / "tensorboard" / "captions",
        ),
        EpochLog(folder / "log.csv"),
        *tensorboard(folder / "tensorboard"),
        backup,
    ]


def tensorboard(folder: Path) -> list[keras.callbacks.Callback]:
    """Keras writes TensorBoard's files through TensorFlow; on another backend there are none."""
    return [keras.callbacks.TensorBoard(folder, write_graph=False)] if keras.backend.backend() == "tensorflow" else []


def best_score(bundle: Path) -> float:
    """The monitored score of a stage's best bundle, -inf before there is one."""
    try:
        return read_metrics(bundle)["scores"][0]["values"][MONITOR]
    except (BundleError, KeyError, IndexError):
        return -np.inf


def copy_weights(bundle: Path, model: CaptionModel) -> None:
    """Gives a model the weights of a bundle of the same shape."""
    model.set_weights(load_bundle(bundle).get_weights())


def write_final_bundle(plan: Sequence[Stage], run: Path, *, precision: str) -> None:
    """The best of all stages, stored small."""
    best = max((run / stage.name / "best" for stage in plan), key=best_score)
    save_bundle(load_bundle(best), run / "bundle", precision=precision, metrics=read_metrics(best))
