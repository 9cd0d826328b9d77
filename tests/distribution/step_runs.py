"""Runs of `runs.py` about how a step is computed, with a captioner whose images are random features."""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.training.loss import CaptionCrossentropy
from captioner.training.optimizer import TwoRateAdam
from captioner.training.precision import computing_in, scaled_for
from captioner.training.stage import POLICIES
from groundwork.callbacks import DeterministicEpochs
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource


class FeatureBatches:
    """Two batches an epoch, of 5 images and of 1, with captions of 1 to 6 words."""

    shapes = ({"images": (None, 4, 3), "token_ids": (None, 2, 6)}, (None, 2, 6), (None, 2, 6))

    def __init__(self, heavy: float = 1.0):
        self.heavy = heavy  # The weight of the fifth image's words.

    def __len__(self):
        return 2

    def epoch(self, epoch):
        randomness = np.random.default_rng(0)
        images = randomness.random((6, 4, 3), np.float32)
        token_ids, targets = randomness.integers(4, 9, (2, 6, 2, 6)).astype(np.int32)
        weights = (np.arange(6) < randomness.integers(1, 7, (6, 2, 1))).astype(np.float32)
        weights[4] *= self.heavy
        for rows in (slice(0, 5), slice(5, 6)):
            yield {"images": images[rows], "token_ids": token_ids[rows]}, targets[rows], weights[rows]


def captioner() -> CaptionModel:
    keras.utils.set_random_seed(1)
    features = keras.Input((4, 3))
    # Tied embeddings: TensorFlow clips and averages sparse gradients of others row by row, not exactly as one matrix.
    decoder = LSTMDecoder(vocabulary_size=9, embedding_dim=4, units=4)
    return CaptionModel(keras.Model(features, features), decoder, Vocabulary([*SPECIAL_TOKENS, *"abcde"]))


def adam() -> TwoRateAdam:
    return TwoRateAdam(0.01, global_clipnorm=0.1, use_ema=True, ema_momentum=0.5)


def fit(model: CaptionModel, source: EpochSource, *, epochs: int, callbacks=()) -> list[float]:
    """The loss of each epoch."""
    callbacks = [DeterministicEpochs(source, seed=1), *callbacks]
    return model.fit(**source.fit_arguments(), epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks).history[
        "loss"
    ]


def run_accumulated(data: Path, output: Path, distribution: Distribution) -> None:
    """Losses, weights and their averages after batches that are taken whole, and in three parts."""
    output.mkdir(parents=True)
    for micro_batches in (1, 3):
        source = EpochSource(FeatureBatches(), distribution)
        with distribution.scope():
            model, optimizer = captioner(), adam()
            model.compile(optimizer, CaptionCrossentropy(0.1), micro_batches=micro_batches)
        losses = fit(model, source, epochs=2)
        values = [*model.trainable_variables, *optimizer._model_variables_moving_average]
        np.savez(output / f"{micro_batches}.npz", losses, *map(keras.ops.convert_to_numpy, values))


def run_overflow(data: Path, output: Path, distribution: Distribution) -> None:
    """For each step in float16 the loss scale, the steps that counted, and a digest of each replica's weights.

    Gradients overflow in the first steps, only for the fifth image and for the sixth, which is a batch of its own.
    """
    source, seen = EpochSource(FeatureBatches(heavy=1e4), distribution), []
    with distribution.scope():
        model = captioner()
    with computing_in("mixed_float16", model):
        with distribution.scope():
            optimizer = keras.optimizers.LossScaleOptimizer(adam(), initial_scale=2.0**22)
            model.compile(optimizer, CaptionCrossentropy())

        def look(batch, logs):
            if keras.backend.backend() == "jax":
                model.jax_state_sync()
            replicas = zip(*(copies(weight, distribution) for weight in model.trainable_variables), strict=True)
            digests = [hashlib.sha256(b"".join(weights)).hexdigest() for weights in replicas]
            finite = all(np.isfinite(weight).all() for weight in model.get_weights())
            scale, steps = map(keras.ops.convert_to_numpy, (optimizer.dynamic_scale, optimizer.iterations))
            seen.append([float(scale), int(steps), finite, digests])

        fit(model, source, epochs=4, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=look)])
    output.mkdir(parents=True)
    (output / "steps.json").write_text(json.dumps(seen))


def copies(weight: keras.Variable, distribution: Distribution) -> list[bytes]:
    """A weight's values on each replica."""
    if distribution.strategy is None:
        return [np.asarray(weight).tobytes()]
    return [copy.numpy().tobytes() for copy in distribution.strategy.experimental_local_results(weight.value)]


def run_policies(data: Path, output: Path, distribution: Distribution) -> None:
    """The losses under each dtype policy."""
    losses = {}
    for policy in POLICIES:
        model = captioner()
        with computing_in(policy, model):
            model.compile(scaled_for(policy, adam()), CaptionCrossentropy())
            losses[policy] = fit(model, EpochSource(FeatureBatches(), distribution), epochs=8)
    output.mkdir(parents=True)
    (output / "losses.json").write_text(json.dumps(losses))
