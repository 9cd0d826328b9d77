"""What happens around the epochs of a training: seeds, a watch on the loss, a log, averaged weights."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
from keras import ops

from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource
from groundwork.errors import TrainingError
from groundwork.files import write_text

Logs = dict[str, float] | None


class DeterministicEpochs(keras.callbacks.Callback):
    """Makes an epoch's data and dropout depend on the seed and its number alone, so that a resumed run is the same run.

    Keras keeps the state of dropout out of its checkpoints. This callback stands before all that read data.
    """

    def __init__(self, source: EpochSource, *, seed: int):
        super().__init__()
        self.source = source
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.source.epoch = epoch
        for index, layer in enumerate(self.model._flatten_layers()):
            for generator in layer._seed_generators:
                self.source.distribution.assign_seed(generator.state, self.seed * 1_000_003 + epoch, index)


class StopOnNonFiniteLoss(keras.callbacks.Callback):
    """Ends a training whose loss is not a number any more, before the broken weights are saved."""

    def __init__(self) -> None:
        super().__init__()
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss became {loss} in step {batch + 1} of epoch {self._epoch + 1}; the last finished epoch is "
                f"saved. Try a smaller `learning_rate` or `clip_norm`."
            )


class EpochLog(keras.callbacks.Callback):
    """One CSV line an epoch; a resumed run replaces the lines of the epochs that it repeats.

    Keras' CSVLogger keeps its file open, and after an interruption it may write an epoch twice.
    """

    def __init__(self, path: Path):
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        row = {"epoch": epoch, **(logs or {})}
        kept = self.path.read_text(encoding="utf-8").splitlines()[1 : epoch + 1] if self.path.exists() else []
        lines = [",".join(row), *kept, ",".join(map(str, row.values()))]
        write_text(self.path, "\n".join(lines) + "\n")


class Backup(keras.callbacks.BackupAndRestore):
    """Saves the training after each epoch and goes on with it; of several workers one writes, and all read its files.

    Raises:
        TrainingError: workers would begin at different epochs, because they do not see the same files.
    """

    def __init__(self, folder: Path, distribution: Distribution, *, delete_checkpoint: bool = True):
        super().__init__(folder, delete_checkpoint=delete_checkpoint and distribution.is_chief)
        self.distribution = distribution

    def on_train_begin(self, logs: Logs = None) -> None:
        super().on_train_begin(logs)
        self.distribution.check_agreement(self.model._initial_epoch or 0, what="the first epoch")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self.distribution.is_chief:
            super().on_epoch_end(epoch, logs)


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Inside the block a model has the running average of its weights, if its optimizer keeps one; afterwards its own.

    Keras' SwapEMAWeights restores by subtraction, which rounds; a resumed run would differ from an undisturbed one.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # That of a LossScaleOptimizer.
    if not optimizer.use_ema:
        yield
        return
    pairs = list(zip(model.trainable_variables, optimizer._model_variables_moving_average, strict=True))
    own = [ops.convert_to_numpy(variable) for variable, _ in pairs]
    try:
        for variable, average in pairs:
            variable.assign(ops.copy(average))  # JAX' predictions consume the arrays of the weights they read.
        yield
    finally:
        for (variable, _), value in zip(pairs, own, strict=True):
            variable.assign(value)
