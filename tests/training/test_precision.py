import keras
import numpy as np
import pytest

from captioner.bundle import load_bundle, save_bundle
from captioner.generation import CaptionGenerator
from captioner.training.loss import CaptionCrossentropy
from captioner.training.optimizer import TwoRateAdam
from captioner.training.precision import computing_in, scaled_for
from groundwork.callbacks import averaged_weights

MIXED = pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
INPUTS = {
    "images": np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.uint8),
    "token_ids": np.array([[[1, 4 + row, 5 + row]] for row in range(4)], np.int32),
}
TARGETS = np.roll(INPUTS["token_ids"], -1, axis=2) + 1
WEIGHTS = np.ones((4, 1, 3), np.float32)


def train(model, optimizer, steps):
    """The loss of each step."""
    model.compile(optimizer, CaptionCrossentropy(0.1))
    losses = []
    for _ in range(steps):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(INPUTS, TARGETS, WEIGHTS)))
    return losses


def adam(model, rate=0.03):
    slow = model.encoder.trainable_variables
    return TwoRateAdam(rate, slow_variables=slow, slow_rate=0.1, global_clipnorm=5.0, use_ema=True, ema_momentum=0.5)


@MIXED
def test_a_captioner_learns_as_in_float32(tiny_model, policy):
    start = tiny_model.get_weights()
    expected = train(tiny_model, adam(tiny_model), 20)
    tiny_model.set_weights(start)
    with computing_in(policy, tiny_model):
        losses = train(tiny_model, scaled_for(policy, adam(tiny_model)), 20)
        with averaged_weights(tiny_model):
            caption = CaptionGenerator(tiny_model).from_images(INPUTS["images"])[0][0]
    assert expected[-1] < expected[0] - 0.3
    np.testing.assert_allclose(losses, expected, atol=0.05)
    assert 0 < caption.probability < 1


@MIXED
def test_convolutions_compute_in_16_bits_and_logits_in_32(tiny_model, policy):
    with computing_in(policy, tiny_model):
        image_features = tiny_model.encode(INPUTS["images"])
        logits, next_state = tiny_model.step(INPUTS["token_ids"][:, 0, 0], tiny_model.initial_state(image_features))
        wide = [tiny_model(INPUTS), logits]
    assert {keras.backend.standardize_dtype(part.dtype) for part in wide} == {"float32"}
    narrow = {f"mixed_{keras.backend.standardize_dtype(part.dtype)}" for part in (image_features, *next_state)}
    assert narrow == {policy}


@MIXED
def test_a_bundle_holds_the_float32_weights(tiny_model, policy, tmp_path):
    with computing_in(policy, tiny_model):
        save_bundle(tiny_model, tmp_path / "bundle", precision="float32")
        in_16_bits = np.asarray(tiny_model(INPUTS))
    loaded = load_bundle(tmp_path / "bundle")
    np.testing.assert_array_equal(loaded(INPUTS), tiny_model(INPUTS))  # Afterwards it computes in float32 again.
    assert np.abs(in_16_bits - np.asarray(loaded(INPUTS))).max() > 1e-6


def test_a_step_that_overflows_is_left_out_and_the_scale_halved(tiny_model):
    start = tiny_model.get_weights()
    with computing_in("mixed_float16", tiny_model):
        optimizer = keras.optimizers.LossScaleOptimizer(adam(tiny_model), initial_scale=2.0**30)
        first = train(tiny_model, optimizer, 1)
        for weight, old in zip(tiny_model.get_weights(), start, strict=True):
            np.testing.assert_array_equal(weight, old)
        assert float(optimizer.dynamic_scale) == 2.0**29
        assert int(optimizer.iterations) == 0
        losses = [float(tiny_model.train_on_batch(INPUTS, TARGETS, WEIGHTS)) for _ in range(40)]
    assert losses[-1] < first[0] - 0.2
    assert all(np.isfinite(weight).all() for weight in tiny_model.get_weights())
