"""Scores of generated captions between the epochs of a training."""

from collections.abc import Callable
from pathlib import Path

import keras

from groundwork.callbacks import Logs, averaged_weights

SCORE_PREFIX = "val_"


class CaptionScore(keras.callbacks.Callback):
    """Scores generated captions after each epoch, with the averaged weights if there are any, and keeps the best.

    Adds `val_<name>` to the logs for every score. It stands before the callbacks that write logs.

    Args:
        score: captions the validation images and returns scores by name, and a few captions to look at.
        monitor: the score that decides.
        best: that score so far, -inf at the beginning.
        save: called when it rises, with all scores and the epoch, while the averaged weights are in place.
        sample_directory: where TensorBoard finds the sample captions; None keeps none.
    """

    def __init__(
        self,
        score: Callable[[], tuple[dict[str, float], list[str]]],
        *,
        monitor: str,
        best: float,
        save: Callable[[dict[str, float], int], None],
        sample_directory: Path | None = None,
    ):
        super().__init__()
        self.score = score
        self.monitor = monitor
        self.best = best
        self.save = save
        self.sample_directory = sample_directory

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        with averaged_weights(self.model):
            scores, samples = self.score()
            if scores[self.monitor] > self.best:
                self.best = scores[self.monitor]
                self.save(scores, epoch)
        if logs is not None:
            logs.update({f"{SCORE_PREFIX}{name}": value for name, value in scores.items()})
        if self.sample_directory is not None:
            write_samples(self.sample_directory, samples, epoch)


def write_samples(directory: Path, samples: list[str], epoch: int) -> None:
    """Sample captions as a TensorBoard text summary; without TensorFlow there is none."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    with tf.summary.create_file_writer(str(directory)).as_default():
        tf.summary.text("captions", "\n\n".join(samples), step=epoch)
