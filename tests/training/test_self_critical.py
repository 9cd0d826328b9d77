import keras
import numpy as np
import pytest
from keras import ops

from captioner.data.vocabulary import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from captioner.training.self_critical import SelfCriticalModel

IMAGES = (np.arange(3 * 8 * 8 * 3) * 37 % 256).astype(np.uint8).reshape(3, 8, 8, 3)
NUMBERS = np.array([4, 0, 7], np.int32)
RATE = 0.5


def reward(image_numbers, token_ids):
    """Some number for each caption of each image: words have values, which the image's number turns around."""
    values = np.cos(np.arange(10) * 3)[token_ids] * (token_ids != PAD_ID)
    return (values.sum(-1) * np.cos(image_numbers)[:, None] + values[..., 0] ** 2).reshape(-1)


def batch(images=IMAGES, numbers=NUMBERS):
    token_ids = np.full((len(images), 1, 2), START_ID, np.int32)
    inputs = {"images": images, "image_numbers": numbers, "token_ids": token_ids}
    return inputs, np.full((len(images), 1, 2), END_ID, np.int32), np.ones(len(images), np.float32)


def gradients(model, *data):
    """What one step of plain gradient descent subtracts from each weight; the weights stay as they are."""
    model.compile(keras.optimizers.SGD(RATE))
    before = [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    model.train_on_batch(*data)
    after = [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)
    return [(old - new) / RATE for old, new in zip(before, after, strict=True)]


def direct_gradients(model, loss):
    """The gradients of `loss()`, by the backend alone."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss()
        return [
            np.zeros(v.shape, "float32") if g is None else tf.convert_to_tensor(g).numpy()
            for g, v in zip(tape.gradient(value, model.trainable_variables), model.trainable_variables, strict=True)
        ]
    import jax

    def of(values):
        with keras.StatelessScope(state_mapping=list(zip(model.trainable_variables, values, strict=True))):
            return loss()

    return jax.grad(of)([variable.value for variable in model.trainable_variables])


def log_probability(captioner, image, caption, *, max_length, temperature=1.0):
    """Of one caption under the distribution it is drawn from, by single steps."""
    state = captioner.initial_state(captioner.encoder(image[None]))
    total, last = 0.0, START_ID
    for place, token in enumerate(caption[: max_length - 1]):
        logits, state = captioner.step(np.array([last]), state)
        possible = [id for id in range(10) if id not in (PAD_ID, START_ID, UNKNOWN_ID) and (place or id != END_ID)]
        log_probs = ops.log_softmax(ops.take(logits[0], np.array(possible)) / temperature)
        total, last = total + log_probs[possible.index(token)], token
    return total


def captions_of(token_ids):
    return [[int(token) for token in row if token != PAD_ID] for row in np.asarray(token_ids)]


@pytest.fixture
def self_critical(tiny_model):
    """`self_critical(max_length, **options)`: a model with large, uneven weights, so that probabilities differ."""

    def make(max_length=4, **options):
        tiny_model.decoding = tiny_model.decoding.__class__(max_length=max_length)
        for index, weight in enumerate(tiny_model.decoder.weights):
            weight.assign(weight + 0.15 * np.cos(np.arange(np.prod(weight.shape)) * (index + 1)).reshape(weight.shape))
        return SelfCriticalModel(tiny_model, options.pop("reward", reward), **options)

    return make


@pytest.mark.parametrize("options", [{}, {"temperature": 0.7}, {"baseline": "greedy"}], ids=str)
def test_a_step_is_reinforce_with_a_baseline(self_critical, options):
    drawn = []

    def remembered(image_numbers, token_ids):
        drawn.append(np.array(token_ids))
        return reward(image_numbers, token_ids)

    model = self_critical(reward=remembered, samples=3, **options)
    found = gradients(model, *batch())
    token_ids, *greedy = sorted(drawn, key=np.size, reverse=True)
    rewards = reward(NUMBERS, token_ids).reshape(3, 3)
    others = (rewards.sum(1, keepdims=True) - rewards) / 2
    baselines = reward(NUMBERS, greedy[0]).reshape(3, 1) if greedy else others
    advantages = rewards - baselines
    assert len(np.unique(token_ids.reshape(9, -1), axis=0)) > 4

    def loss():
        return (
            sum(
                -advantages[image, sample]
                * log_probability(
                    model.captioner, IMAGES[image], caption, max_length=4, temperature=options.get("temperature", 1.0)
                )
                for image in range(3)
                for sample, caption in enumerate(captions_of(token_ids[image]))
            )
            / 9
        )

    for gradient, expected in zip(found, direct_gradients(model, loss), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)
