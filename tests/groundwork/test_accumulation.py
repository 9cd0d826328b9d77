import keras
import numpy as np
import pytest

from captioner.models.augmentation import PictureAugmentation
from captioner.training.loss import CaptionCrossentropy
from captioner.training.optimizer import TwoRateAdam
from groundwork.accumulation import divided
from groundwork.errors import ConfigError
from groundwork.schedule import WarmupCosine

RANDOMNESS = np.random.default_rng(0)
INPUTS = {
    "images": RANDOMNESS.integers(0, 256, (5, 8, 8, 3)).astype(np.uint8),
    "token_ids": RANDOMNESS.integers(4, 10, (5, 2, 6)).astype(np.int32),
}
TARGETS = RANDOMNESS.integers(4, 10, (5, 2, 6)).astype(np.int32)
LENGTHS = np.array([[6, 5], [1, 0], [3, 6], [2, 1], [1, 1]])  # Words of each caption; one image has one caption.
WEIGHTS = (np.arange(6) < LENGTHS[..., None]).astype(np.float32)
LAST = slice(4, 5)  # The last batch of an epoch, of one row.


def test_parts_take_every_so_manieth_row_and_are_filled_up_without_weight():
    rows = np.arange(5)
    (x, _, weights), shares = divided(rows, rows, np.float32([1, 2, 3, 4, 5]), 2)
    assert np.asarray(x).tolist() == [[0, 2, 4], [1, 3, 4]]
    assert np.asarray(weights).tolist() == [[1, 3, 5], [2, 4, 0]]
    np.testing.assert_allclose(shares, [9 / 15, 6 / 15])


def test_without_weights_all_rows_count_the_same():
    _, shares = divided(np.arange(3), np.arange(3), None, 2)
    np.testing.assert_allclose(shares, [2 / 3, 1 / 3])


def trained(model, micro_batches):
    """Losses of three steps, and what they leave: weights, their averages, and the optimizer's count."""
    optimizer = TwoRateAdam(
        WarmupCosine(0.01, warmup_steps=1, total_steps=4),
        slow_variables=model.encoder.trainable_variables,
        slow_rate=0.1,
        global_clipnorm=0.1,
        use_ema=True,
        ema_momentum=0.5,
    )
    model.compile(optimizer, CaptionCrossentropy(0.1), micro_batches=micro_batches)
    losses = []
    for rows in (slice(0, 5), LAST, slice(0, 5)):
        inputs = {name: array[rows] for name, array in INPUTS.items()}
        model.reset_metrics()
        losses.append(float(model.train_on_batch(inputs, TARGETS[rows], WEIGHTS[rows])))
    averages = map(np.asarray, optimizer._model_variables_moving_average)
    return losses, [*model.get_weights(), *averages], int(optimizer.iterations)


def test_steps_in_parts_are_the_steps_of_the_whole_batches(tiny_model):
    start = tiny_model.get_weights()
    losses, expected, steps = trained(tiny_model, 1)
    tiny_model.set_weights(start)
    in_parts, values, steps_in_parts = trained(tiny_model, 2)
    np.testing.assert_allclose(in_parts, losses, atol=1e-5)
    for value, other in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, other, atol=1e-5)
    assert steps == steps_in_parts == 3


def test_each_part_draws_anew(tiny_model):
    live = tiny_model.on_pictures("block2", augmentation=PictureAugmentation(seed=1))
    draws = live.augmentation.seed_generator.state
    before = np.asarray(draws)
    live.compile(keras.optimizers.SGD(0.0), CaptionCrossentropy(), micro_batches=5)
    live.train_on_batch(INPUTS, TARGETS, WEIGHTS)
    assert (np.asarray(draws) - before).tolist() == [0, 5]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"loss": keras.losses.SparseCategoricalCrossentropy()}, "reduction mean_with_sample_weight"),
        ({"loss": CaptionCrossentropy(), "weighted_metrics": ["accuracy"]}, "without metrics"),
    ],
)
def test_what_parts_cannot_give_is_refused(tiny_model, options, complaint):
    with pytest.raises(ConfigError, match=complaint):
        tiny_model.compile(keras.optimizers.SGD(), **options, micro_batches=2)
