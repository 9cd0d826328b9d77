import keras
import numpy as np
import pytest
from keras import ops

from captioner.models.recomputation import RecomputedBlocks
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training.loss import CaptionCrossentropy

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
TOKEN_IDS = np.array([[[1, 4, 5]], [[1, 6, 7]]], np.int32)


def test_values_and_weights_are_those_of_the_network():
    network = VGGEncoder(repeats=(2, 1, 1), filters=(2, 3, 4), image_size=16)
    recomputed = RecomputedBlocks(network)
    for training in (False, True):
        np.testing.assert_allclose(recomputed(IMAGES, training=training), network(IMAGES), atol=1e-6)
    assert [weight.path for weight in recomputed.weights] == [weight.path for weight in network.weights]


@pytest.mark.parametrize("block", ["block1", "block2"])
def test_a_step_is_that_of_the_network(tiny_model, block):
    start, ends = tiny_model.get_weights(), []
    for trainee in (tiny_model.on_pictures(block), tiny_model.on_pictures(block).recomputing()):
        tiny_model.set_weights(start)
        trainee.compile(keras.optimizers.SGD(1.0), CaptionCrossentropy())
        trainee.train_on_batch({"images": IMAGES, "token_ids": TOKEN_IDS}, TOKEN_IDS, np.ones((2, 1, 3), np.float32))
        ends.append(tiny_model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    moved = [float(ops.max(ops.abs(new - old))) > 0 for new, old in zip(ends[1], start, strict=True)]
    assert moved[:4] == [block == "block1"] * 2 + [True] * 2


def test_the_rest_of_a_cut_network_can_be_recomputed(tiny_model):
    trunk, rest = tiny_model.cut_before("block2")
    features = np.asarray(trunk(IMAGES))
    logits = rest.recomputing()({"images": features, "token_ids": TOKEN_IDS}, training=True)
    np.testing.assert_allclose(logits, rest({"images": features, "token_ids": TOKEN_IDS}), atol=1e-6)
