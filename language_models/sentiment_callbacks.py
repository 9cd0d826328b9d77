"""What happens after each epoch of a sentiment model: validation, the best bundle, a line."""

import sys
import time
from collections.abc import Callable, Sequence

import keras
import numpy as np

from groundwork.callbacks import Logs, averaged_weights
from groundwork.console import write
from language_models.sentiment_model import SentimentModel


class Validation(keras.callbacks.Callback):
    """Scores the validation texts after each epoch and keeps the best model.

    Adds `val_accuracy` and `val_loss`, and the `seconds` of training, to the logs.

    Args:
        sequences: token ids of the validation texts.
        labels: their classes.
        best: the highest accuracy so far, -1 before there is one.
        save: called with accuracy and epoch when it is higher than ever, while the model has its averaged weights.
    """

    model: SentimentModel

    def __init__(
        self, sequences: Sequence[np.ndarray], labels: np.ndarray, *, best: float, save: Callable[[float, int], None]
    ):
        super().__init__()
        self.sequences = sequences
        self.labels = labels
        self.best = best
        self.save = save
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = {} if logs is None else logs
        logs["seconds"] = time.perf_counter() - self._started
        with averaged_weights(self.model):
            accuracy, loss = score(self.model.probabilities(self.sequences), self.labels)
            improved = accuracy > self.best
            if improved:
                self.best = accuracy
                self.save(accuracy, epoch)
        logs |= {"val_accuracy": accuracy, "val_loss": loss}
        write(
            f"epoch {epoch + 1}/{self.params['epochs']}: train loss {logs['loss']:.4f}, validation loss {loss:.4f}, "
            f"accuracy {100 * accuracy:.2f}%{', best' if improved else ''}; {logs['seconds']:.0f} s\n",
            sys.stderr,
        )


def score(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The share of texts whose likeliest class is right, and the mean of -log p of the right one."""
    right = np.take_along_axis(probabilities, labels[:, None], axis=1)
    return float(np.mean(probabilities.argmax(axis=1) == labels)), float(-np.mean(np.log(np.maximum(right, 1e-12))))
