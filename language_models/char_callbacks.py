"""What happens between two epochs of a character model: state, validation, best bundle, a line and a sample."""

import sys
import time
from collections.abc import Callable

import keras
import numpy as np

from groundwork.callbacks import Logs, averaged_weights
from groundwork.console import write
from language_models.carried_state import CarriedState
from language_models.char_batches import CharBatches
from language_models.char_evaluation import CharEvaluator, bits
from language_models.char_generation import CharGenerator


class FreshState(keras.callbacks.Callback):
    """Forgets the carried state where a pass over the text begins; it goes on from section to section."""

    model: CarriedState

    def __init__(self, batches: CharBatches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        if self.batches.starts_pass(epoch):
            self.model.reset_state()


class Validation(keras.callbacks.Callback):
    """Scores the validation text after each epoch, keeps the best model, and shows a sample.

    Adds `val_loss` and `val_bits` per token, and `seconds` and `tokens_per_second` of training to the logs.

    Args:
        evaluator: reads the model that is trained.
        token_ids: the validation text.
        best: the lowest loss so far, inf before there is one.
        save: called with loss and epoch when the loss is lower than ever, while the model has its averaged weights.
        generator: writes the sample.
        sample_length: its tokens.
        seed: its seed.
        tokens_per_epoch: what the speed is computed from.
    """

    model: CarriedState

    def __init__(
        self,
        evaluator: CharEvaluator,
        token_ids: np.ndarray,
        *,
        best: float,
        save: Callable[[float, int], None],
        generator: CharGenerator,
        sample_length: int,
        seed: int,
        tokens_per_epoch: int,
    ):
        super().__init__()
        self.evaluator = evaluator
        self.token_ids = token_ids
        self.best = best
        self.save = save
        self.generator = generator
        self.sample_length = sample_length
        self.seed = seed
        self.tokens_per_epoch = tokens_per_epoch
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = {} if logs is None else logs
        logs["seconds"] = time.perf_counter() - self._started
        with averaged_weights(self.model):
            loss = self.evaluator.nats_per_token(self.token_ids)
            improved = loss < self.best
            if improved:
                self.best = loss
                self.save(loss, epoch)
            sample = "".join(self.generator.generate(length=self.sample_length, seed=self.seed))
        logs |= {"val_loss": loss, "val_bits": bits(loss), "tokens_per_second": self.tokens_per_epoch / logs["seconds"]}
        self._show(epoch, logs, sample, improved)

    def _show(self, epoch: int, logs: dict[str, float], sample: str, improved: bool) -> None:
        unit = self.evaluator.model.alphabet.unit
        write(
            f"epoch {epoch + 1}/{self.params['epochs']}: train {logs['loss']:.4f}, validation {logs['val_loss']:.4f} "
            f"nats/{unit} ({logs['val_bits']:.4f} bits){', best' if improved else ''}; "
            f"{logs['tokens_per_second']:,.0f} {unit}s/s\n" + (f"{sample}\n\n" if sample else ""),
            sys.stderr,
        )
