"""Writes each finished epoch into the record of its run."""

import time

import keras

from captioner.training.caption_score import SCORE_PREFIX
from captioner.training.record import Record
from groundwork.callbacks import Logs


class EpochRecord(keras.callbacks.Callback):
    """Stands after the callbacks that score and save, whose time it counts, and before the backup, which is then sure
    that the record knows the epoch.

    Args:
        record: of the run.
        number: of the stage, from 0.
    """

    def __init__(self, record: Record, number: int):
        super().__init__()
        self.record = record
        self.number = number
        self._since = 0.0

    def on_train_begin(self, logs: Logs = None) -> None:
        self._since = time.monotonic()
        self.record.begin_stage(self.number)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        scores = {name: value for name, value in values.items() if name.startswith(SCORE_PREFIX)}
        now = time.monotonic()
        self.record.end_epoch(
            self.number,
            epoch,
            seconds=round(now - self._since, 3),
            logs={name: value for name, value in values.items() if name not in scores},
            scores={name.removeprefix(SCORE_PREFIX): value for name, value in scores.items()},
        )
        self._since = now
