"""Trains a tiny captioner as its arguments say, for tests that compare devices, processes and backends.

    python captioner_run.py PREPARED OUTPUT STRATEGY [LOGICAL_CPUS]

Beside the run's own files it writes OUTPUT/final.npz, the weights after the last epoch; only the chief does.
The environment variable STOP_AFTER_EPOCH kills the process at the end of that epoch.
"""

import os
import signal
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # Before TensorFlow is imported.

import keras
import numpy as np

from captioner.config import TrainingConfig
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training import trainer
from groundwork.distribution import Distribution, make_distribution

CONFIG = TrainingConfig(
    epochs=2,
    batch_size=5,  # of 6 images: both batches of an epoch do not divide by two replicas, and the second is one row.
    learning_rate=0.01,
    warmup_epochs=0.0,
    clip_norm=0.5,
    weight_decay=0.01,
    dropout=0.0,
    image_dropout=0.0,
    tie_embeddings=False,  # so that embedding gradients are IndexedSlices
    max_length=6,
    finetune_from="block2",
    finetune_epochs=1,
    finetune_learning_rate=0.01,
    encoder_learning_rate=0.003,
    ema_momentum=0.5,
    precision="float32",
)


class FinalWeights(keras.callbacks.Callback):
    """Keeps the weights of the last epoch, and kills the process if it is told to."""

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


def build(config, vocabulary):
    encoder = VGGEncoder(repeats=(1, 1), filters=(4, 8), image_size=8)
    decoder = LSTMDecoder(
        vocabulary_size=len(vocabulary), embedding_dim=8, units=8, pyramid=(1,), tie_embeddings=config.tie_embeddings
    )
    return CaptionModel(encoder, decoder, vocabulary, decoding=config.decoding())


def run(prepared: Path, output: Path, distribution: Distribution) -> None:
    plain_callbacks = trainer.stage_callbacks

    def callbacks(stage, *arguments):
        return [*plain_callbacks(stage, *arguments), FinalWeights(output / stage.name / "final.npz", distribution)]

    trainer.build_model, trainer.stage_callbacks = build, callbacks
    trainer.train(CONFIG, prepared, output, output / "features", distribution)


def main(prepared: str, output: str, strategy: str, cpus: str = "1") -> None:
    if cpus != "1":
        import tensorflow as tf

        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * int(cpus)
        )
    run(Path(prepared), Path(output), make_distribution(strategy))


if __name__ == "__main__":
    main(*sys.argv[1:])
