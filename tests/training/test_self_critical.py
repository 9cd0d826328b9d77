import keras
import numpy as np
import pytest
from keras import ops

from captioner.config import DecodingConfig
from captioner.data.vocabulary import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from captioner.models.augmentation import PictureAugmentation
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder
from captioner.training.self_critical import SelfCriticalModel
from groundwork.callbacks import Backup, DeterministicEpochs
from groundwork.distribution import Distribution
from groundwork.epochs import EpochSource

IMAGES = (np.arange(3 * 8 * 8 * 3) * 37 % 256).astype(np.uint8).reshape(3, 8, 8, 3)
NUMBERS = np.array([4, 0, 7], np.int32)
RATE = 0.5


def reward(image_numbers, token_ids):
    """Some number for each caption of each image: words have values, which the image's number turns around."""
    values = np.cos(np.arange(10) * 3)[token_ids] * (token_ids != PAD_ID)
    return (values.sum(-1) * np.cos(image_numbers)[:, None] + values[..., 0] ** 2).reshape(-1)


def batch(images=IMAGES, numbers=NUMBERS):
    """A batch whose images have the human captions `e f` and `f`."""
    token_ids = np.array([[[START_ID, 8, 9], [START_ID, 9, PAD_ID]]] * len(images), np.int32)
    targets = np.array([[[8, 9, END_ID], [9, END_ID, PAD_ID]]] * len(images), np.int32)
    inputs = {"images": images, "image_numbers": numbers, "token_ids": token_ids}
    return inputs, targets, np.ones(len(images), np.float32)


def step_gradients(model, *data):
    """What one step of plain gradient descent subtracts from each weight; the weights stay as they are."""
    model.compile(keras.optimizers.SGD(RATE))
    before = [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    model.train_on_batch(*data)
    after = [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)
    return [(old - new) / RATE for old, new in zip(before, after, strict=True)]


class Negative(PictureAugmentation):
    """Training pictures become their own negatives."""

    def call(self, images, may_flip=None, training=False):
        return 255 - images


def captions_of(token_ids):
    return [[int(token) for token in row if token != PAD_ID] for row in np.asarray(token_ids)]


@pytest.fixture
def self_critical(tiny_model):
    """`self_critical(max_length, kind, **options)`: a model with uneven weights, so that probabilities differ."""

    def make(max_length=4, kind="lstm", dropout=0.0, **options):
        decoder = make_decoder(kind=kind, vocabulary_size=10, embedding_dim=6, units=5, dropout=dropout)
        decoding = DecodingConfig(max_length=max_length)
        captioner = CaptionModel(tiny_model.encoder, decoder, tiny_model.vocabulary, decoding=decoding)
        for index, weight in enumerate(decoder.weights):
            uneven = np.cos(np.arange(np.prod(weight.shape)) * (index + 1)).reshape(weight.shape)
            weight.assign(weight + 0.15 * uneven)
        return SelfCriticalModel(captioner, options.pop("reward", reward), **options)

    return make


REINFORCE = [{}, {"baseline": "greedy"}, {"kind": "soft", "temperature": 0.7}]


@pytest.mark.parametrize("options", REINFORCE, ids=str)
def test_a_step_is_reinforce_with_a_baseline(self_critical, gradients_of, log_probability, options):
    drawn = []

    def remembered(image_numbers, token_ids):
        drawn.append(np.array(token_ids))
        return reward(image_numbers, token_ids)

    model = self_critical(reward=remembered, samples=3, **options)
    found = step_gradients(model, *batch())
    token_ids, *greedy = sorted(drawn, key=np.size, reverse=True)
    rewards = reward(NUMBERS, token_ids).reshape(3, 3)
    others = (rewards.sum(1, keepdims=True) - rewards) / 2
    advantages = rewards - (reward(NUMBERS, greedy[0]).reshape(3, 1) if greedy else others)
    assert len(np.unique(token_ids.reshape(9, -1), axis=0)) > 4

    def loss():
        temperature = options.get("temperature", 1.0)
        log_probs = [
            log_probability(model.captioner, image, caption, max_length=4, temperature=temperature)
            for image, captions in zip(IMAGES, token_ids, strict=True)
            for caption in captions_of(captions)
        ]
        return -sum(map(ops.multiply, advantages.flatten(), log_probs)) / 9

    for gradient, expected in zip(found, gradients_of(model.trainable_variables, loss), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


def test_captions_are_drawn_for_the_picture_as_it_was_changed_and_learnt_beside_it(self_critical):
    changed, plain = (self_critical(kind="soft") for _ in range(2))
    plain.captioner.decoder.set_weights(changed.captioner.decoder.get_weights())
    changed.captioner = changed.captioner.on_pictures(None, augmentation=Negative())
    steps = []
    for model, images in ((changed, IMAGES), (plain, 255 - IMAGES), (plain, IMAGES)):
        model.chance.state.assign([1, 2])
        steps.append(step_gradients(model, *batch(images)))
    found, expected, unchanged = (np.concatenate([gradient.ravel() for gradient in step]) for step in steps)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found - unchanged).max() > 1e-2


@pytest.mark.parametrize("kind", ["lstm", "soft"])
def test_dropout_is_in_the_loss_and_not_in_the_draw(self_critical, kind):
    plain, model = (self_critical(kind=kind, dropout=rate) for rate in (0.0, 0.5))
    plain.captioner.decoder.set_weights(model.captioner.decoder.get_weights())
    features = model.captioner.encode(IMAGES)
    for each in (plain, model):
        each.chance.state.assign([1, 2])
    drawn = model.draw(features)
    np.testing.assert_array_equal(drawn, plain.draw(features))
    advantages = ops.ones((3, 5))
    first, second = (np.asarray(model.policy_losses(drawn, features, advantages, training=True)) for _ in range(2))
    assert not np.allclose(first, second)
    without = [np.asarray(each.policy_losses(drawn, features, advantages)) for each in (model, plain)]
    np.testing.assert_allclose(*without, rtol=1e-6)


def test_the_mean_step_climbs_the_expected_reward(self_critical, gradients_of, log_probability):
    model = self_critical(max_length=3, samples=4000)
    data = batch(IMAGES[:1], NUMBERS[:1])
    found = np.concatenate([gradient.flatten() for gradient in step_gradients(model, *data)])
    words = range(UNKNOWN_ID + 1, 10)
    captions = [[first, second, END_ID] for first in words for second in words] + [[word, END_ID] for word in words]
    padded = np.array([[*caption, PAD_ID][:3] for caption in captions])
    rewards = reward(NUMBERS[:1], padded[None])

    def loss():
        log_probs = [log_probability(model.captioner, IMAGES[0], caption, max_length=3) for caption in captions]
        return -sum(ops.exp(log_prob) * value for log_prob, value in zip(log_probs, rewards, strict=True))

    expected = np.concatenate(
        [np.asarray(gradient).flatten() for gradient in gradients_of(model.trainable_variables, loss)]
    )
    np.testing.assert_allclose(found, expected, atol=0.1 * np.abs(expected).max())
    assert found @ expected / np.linalg.norm(found) / np.linalg.norm(expected) > 0.99


def test_a_share_of_crossentropy_is_that_of_human_captions(self_critical, gradients_of):
    model = self_critical(samples=2, crossentropy_share=1.0)
    inputs, targets, _ = batch()
    found = step_gradients(model, *batch())

    def loss():
        log_probs = ops.log_softmax(model.captioner({"images": IMAGES, "token_ids": inputs["token_ids"]}))
        words = [(row, place, targets[0, row, place]) for row, place in np.argwhere(targets[0] != PAD_ID)]
        return -sum(log_probs[image, row, place, word] for image in range(3) for row, place, word in words) / 15

    for gradient, expected in zip(found, gradients_of(model.trainable_variables, loss), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


class TwoBatches:
    """Two batches an epoch, of three images, one of which has a weight of 0, and of two."""

    def __len__(self):
        return 2

    @property
    def shapes(self):
        captions = (None, None, None)
        inputs = {"images": (None, 8, 8, 3), "image_numbers": (None,), "token_ids": captions}
        return inputs, captions, (None,)

    def epoch(self, epoch):
        inputs, targets, _ = batch()
        yield inputs, targets, np.float32([1, 1, 0])
        yield batch(IMAGES[1:], NUMBERS[1:])


def fit(model, *, epochs, callbacks=()):
    source = EpochSource(TwoBatches())
    callbacks = [DeterministicEpochs(source, seed=1), *callbacks]
    return model.fit(**source.fit_arguments(), epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks).history


def test_captions_are_drawn_with_the_weights_of_the_step(self_critical):
    def prefers_f(image_numbers, token_ids):
        return (token_ids[..., 0] == 9).astype(float).reshape(-1)

    model = self_critical(reward=prefers_f, samples=8)
    model.compile(keras.optimizers.Adam(0.1))  # So large that a few steps decide.
    rewards = fit(model, epochs=2)["reward"]
    assert rewards[0] < 0.6
    assert rewards[1] > 0.8


def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(self_critical, tmp_path):
    class Interruption(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    model = self_critical(samples=3)
    start = [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]

    def train(folder, *callbacks):
        for variable, value in zip(model.trainable_variables, start, strict=True):
            variable.assign(value)
        model.compile(keras.optimizers.Adam(0.01, use_ema=True))
        return fit(model, epochs=2, callbacks=[*callbacks, Backup(tmp_path / folder, Distribution())])

    undisturbed = train("one"), model.captioner.get_weights()
    with pytest.raises(KeyboardInterrupt):
        train("two", Interruption())
    resumed = train("two"), model.captioner.get_weights()
    assert resumed[0]["reward"] == undisturbed[0]["reward"][1:]
    for weight, expected in zip(resumed[1], undisturbed[1], strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_images_of_weight_0_teach_nothing(self_critical):
    inputs, targets, weights = batch()
    model = self_critical(reward=lambda numbers, ids: reward(numbers, ids) * np.repeat(numbers != 4, 3), samples=3)
    with_first = step_gradients(model, inputs, targets, weights)
    model.chance.state.assign([0, 0])
    without_first = step_gradients(model, inputs, targets, np.float32([0, 1, 1]))
    for one, other in zip(with_first, without_first, strict=True):
        np.testing.assert_allclose(3 * one, 2 * other, rtol=1e-4, atol=1e-5)
