"""Gradient flow of the three cells in four conditions: as initialised, with larger weights, and after training."""

from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np

from groundwork.errors import DataError
from language_models.alphabet import Alphabet
from language_models.carried_state import CarriedState
from language_models.char_batches import CharBatches
from language_models.char_model import CharModel
from language_models.gradient_config import GradientConfig
from language_models.gradient_flow import gradient_norms
from language_models.text import split_text

CELLS = ("rnn", "gru", "lstm")


class Flow(NamedTuple):
    """One curve: the mean norm of d loss_T / d state_t at each distance T - t, `(distance,)`.

    Attributes:
        cell: "rnn", "gru" or "lstm".
        part: "hidden" or, of an LSTM, "cell".
    """

    condition: str
    cell: str
    part: str
    norms: np.ndarray


def measure_flows(text: str, config: GradientConfig) -> Iterator[Flow]:
    """Trains on the first nine tenths of a text and follows gradients on the last.

    Raises:
        DataError: the text is too short for that.
    """
    alphabet = Alphabet.from_text(text)
    parts = [alphabet.encode(part) for part in split_text(text, "90/10")[:2]]
    held_out = _held_out_sequences(parts[1], config)
    for cell in CELLS:
        for condition, model in _models(cell, alphabet, parts[0], config):
            for part, norms in gradient_norms(model, held_out).items():
                yield Flow(condition, cell, part, norms)


def _models(cell: str, alphabet: Alphabet, token_ids: np.ndarray, config: GradientConfig):
    yield "at initialisation", _new_model(cell, alphabet, config)
    large = _new_model(cell, alphabet, config)
    recurrent_kernel = large.stack.forward_layers[0].cell.recurrent_kernel
    recurrent_kernel.assign(recurrent_kernel * config.gain)
    yield f"initialised, recurrent weights x {config.gain:g}", large
    for clip_norm, name in ((None, "trained without clipping"), (config.clip_norm, "trained with clipping")):
        model = _new_model(cell, alphabet, config)
        _train(model, token_ids, clip_norm, config)
        yield name, model


def _new_model(cell: str, alphabet: Alphabet, config: GradientConfig) -> CharModel:
    keras.utils.set_random_seed(config.seed)
    return CharModel(alphabet, cell=cell, units=config.units, embedding_dim=0)


def _train(model: CharModel, token_ids: np.ndarray, clip_norm: float | None, config: GradientConfig) -> None:
    """Truncated backpropagation through windows of the text, one after the other, with the state carried."""
    batches = CharBatches(token_ids, batch_size=config.batch_size, window=config.distance, seed=config.seed)
    trained = CarriedState(model, config.batch_size)
    trained.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, global_clipnorm=clip_norm),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    done = 0
    while done < config.training_steps:
        trained.reset_state()
        count = min(len(batches), config.training_steps - done)
        windows = [window for _, window in zip(range(count), batches.epoch(0), strict=False)]
        inputs, targets = (np.concatenate(arrays) for arrays in zip(*windows, strict=True))
        trained.fit(inputs, targets, batch_size=config.batch_size, shuffle=False, verbose=0)
        done += count


def _held_out_sequences(token_ids: np.ndarray, config: GradientConfig) -> np.ndarray:
    """Random pieces of the text, int32 `(sequences, distance + 1)`."""
    if len(token_ids) <= config.distance:
        raise DataError(
            f"The last tenth of the text has {len(token_ids)} characters; following gradients over {config.distance} "
            f"steps needs at least {config.distance + 1}: give a longer text or a smaller --distance."
        )
    starts = np.random.default_rng(config.seed).integers(len(token_ids) - config.distance, size=config.sequences)
    return token_ids[starts[:, None] + np.arange(config.distance + 1)]
