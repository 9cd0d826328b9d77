import keras
import numpy as np
import pytest
from keras import ops

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.models.augmentation import PictureAugmentation
from captioner.training.loss import CaptionCrossentropy
from groundwork.errors import ConfigError

INPUTS = {
    "images": np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8),
    "token_ids": np.array([[[1, 4, 5], [1, 6, 0]], [[1, 7, 8], [1, 9, 4]]], np.int32),
}


def test_logits_have_a_row_a_caption(tiny_model):
    assert tiny_model(INPUTS).shape == (2, 2, 3, 10)


def test_encoding_then_stepping_equals_the_call(tiny_model):
    logits = tiny_model(INPUTS)
    state = tiny_model.initial_state(tiny_model.encode(INPUTS["images"]))
    for time in range(3):
        step_logits, state = tiny_model.step(INPUTS["token_ids"][:, 0, time], state)
        np.testing.assert_allclose(step_logits, logits[:, 0, time], atol=1e-5)


@pytest.mark.parametrize("block", [None, "block2"])
def test_a_cut_captioner_continues_from_what_the_first_part_made(tiny_model, block):
    trunk, rest = tiny_model.cut_before(block)
    logits = rest({**INPUTS, "images": trunk(INPUTS["images"])})
    np.testing.assert_allclose(logits, tiny_model(INPUTS), atol=1e-6)


def test_a_cut_captioner_trains_the_rest_of_the_encoder_only(tiny_model):
    _, rest = tiny_model.cut_before("block2")
    assert [w.path for w in rest.encoder.trainable_variables] == ["block2_conv1/kernel", "block2_conv1/bias"]
    _, rest = tiny_model.cut_before(None)
    assert rest.encoder.trainable_variables == []


@pytest.mark.parametrize(("block", "moving"), [("block1", 4), ("block2", 2), (None, 0)])
def test_on_pictures_the_encoder_is_trained_from_a_block_on(tiny_model, block, moving):
    live = tiny_model.on_pictures(block)
    assert live.encoder.trainable_variables == tiny_model.encoder.weights[4 - moving :]
    np.testing.assert_array_equal(live(INPUTS), tiny_model(INPUTS))


def test_a_network_is_trained_from_a_block_that_it_has(tiny_model):
    with pytest.raises(ConfigError, match="block1, block2, received 'block3'"):
        tiny_model.on_pictures("block3")


def test_pictures_are_augmented_in_training_only(tiny_model):
    live = tiny_model.on_pictures(None, augmentation=PictureAugmentation(crop_area=0.3, seed=1))
    np.testing.assert_array_equal(live(INPUTS), tiny_model(INPUTS))
    np.testing.assert_array_equal(live.encode(INPUTS["images"]), tiny_model.encode(INPUTS["images"]))
    assert float(ops.max(ops.abs(live(INPUTS, training=True) - tiny_model(INPUTS)))) > 1e-3


def test_a_picture_whose_caption_says_left_or_right_is_not_mirrored(tiny_model):
    tiny_model.vocabulary = Vocabulary([*SPECIAL_TOKENS, "a", "leftmost", *"cdef"])  # Token 5 is in the first image.
    flip = PictureAugmentation(flip=1, crop_area=1, crop_stretch=1, colour=0)
    logits = tiny_model.on_pictures(None, augmentation=flip)(INPUTS, training=True)
    first, second = INPUTS["images"]
    expected = tiny_model({**INPUTS, "images": np.stack([first, second[:, ::-1]])})
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_training_moves_every_convolution(tiny_model):
    before = [np.asarray(weight) for weight in tiny_model.encoder.weights]
    tiny_model.compile(keras.optimizers.SGD(1.0), CaptionCrossentropy())
    tiny_model.train_on_batch(INPUTS, INPUTS["token_ids"], np.ones((2, 2, 3), np.float32))
    after = tiny_model.encoder.weights
    assert all(float(ops.max(ops.abs(new - old))) > 0 for new, old in zip(after, before, strict=True))


def test_two_captions_are_learnt_by_heart(tiny_model):
    captions = np.array([[[1, 4, 5, 6]], [[1, 7, 8, 9]]], np.int32)
    black_and_white = np.zeros((2, 8, 8, 3), np.uint8) + np.uint8([0, 255]).reshape(2, 1, 1, 1)
    inputs = {"images": black_and_white, "token_ids": captions[..., :-1]}
    tiny_model.compile(keras.optimizers.Adam(0.05), CaptionCrossentropy())
    targets, weights = captions[..., 1:], np.ones((2, 1, 3), np.float32)
    first = float(tiny_model.test_on_batch(inputs, targets, weights))
    for _ in range(120):
        tiny_model.train_on_batch(inputs, targets, weights)
    tiny_model.reset_metrics()
    assert first > 1.5
    assert float(tiny_model.test_on_batch(inputs, targets, weights)) < 0.1


def test_a_preset_comes_back(tiny_model, tmp_path):
    tiny_model.save_to_preset(tmp_path / "bundle", precision="float32")
    loaded = type(tiny_model).from_preset(tmp_path / "bundle")
    np.testing.assert_array_equal(loaded(INPUTS), tiny_model(INPUTS))


def test_scheduled_sampling_feeds_other_words_in_training_only(tiny_model):
    sampled = type(tiny_model)(tiny_model.encoder, tiny_model.decoder, tiny_model.vocabulary, scheduled_sampling=0.9)
    inputs = {**INPUTS, "token_ids": np.full((2, 1, 8), 4, np.int32)}
    np.testing.assert_array_equal(sampled(inputs), tiny_model(inputs))
    fed = sampled(inputs, training=True) - tiny_model(inputs, training=True)
    assert float(ops.max(ops.abs(fed))) > 1e-4
    _, trainee = sampled.cut_before(None)
    assert trainee.scheduled_sampling.rate == 0.9
