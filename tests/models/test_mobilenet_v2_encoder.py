import keras
import numpy as np
import pytest

from captioner.models.inverted_residual import InvertedResidual
from captioner.models.mobilenet_v2_encoder import MobileNetV2Encoder
from captioner.models.recomputation import RecomputedBlocks
from groundwork.errors import BundleError, ConfigError

TINY = {"bottlenecks": ((1, 2, 1, 1), (2, 3, 2, 2)), "filters": (4, 5), "image_size": 16}
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)


@pytest.fixture(scope="module")
def published():
    """The network of Keras, with normalisations that do something."""
    network = keras.applications.MobileNetV2((64, 64, 3), include_top=False, weights=None)
    draw = np.random.default_rng(0)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            channels = layer.gamma.shape
            layer.set_weights([draw.uniform(0.5, 1.5, channels) for _ in range(4)])
    return network


def test_outputs_equal_keras_applications(published, tmp_path):
    published.save_weights(tmp_path / "mobilenet.weights.h5")
    encoder = MobileNetV2Encoder(image_size=64)
    encoder.load_imagenet_weights(tmp_path / "mobilenet.weights.h5")
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    prepared = keras.applications.mobilenet_v2.preprocess_input(images.astype("float32"))
    expected = np.asarray(published(prepared)).reshape(2, 4, 1280)
    assert expected.std() > 0.1
    np.testing.assert_allclose(encoder(images), expected, atol=1e-3)


def test_there_are_the_published_weights_less_two_for_each_normalised_channel(published):
    channels = sum(layer.gamma.shape[0] for layer in published.layers if hasattr(layer, "gamma"))
    assert published.count_params() == 2_257_984
    assert MobileNetV2Encoder().count_params() == 2_257_984 - 3 * channels


def test_pictures_of_any_size_become_the_same_number_of_regions():
    encoder = MobileNetV2Encoder(**TINY)
    assert encoder(IMAGES).shape == encoder(np.zeros((2, 31, 7, 3), np.uint8)).shape == (2, 16, 5)
    assert MobileNetV2Encoder().output_shape == (None, 49, 1280)


def test_blocks_begin_where_the_side_is_halved():
    encoder = MobileNetV2Encoder()
    sides = [encoder.split_before(block)[0].output_shape[1] for block in encoder.block_names[1:]]
    assert (encoder.block_names, sides) == (("block1", "block2", "block3", "block4", "block5"), [112, 56, 28, 14])


def test_the_two_parts_of_a_split_make_the_whole_and_are_frozen_alike():
    encoder = MobileNetV2Encoder(**TINY)
    trunk, head = encoder.split_before("block2")
    np.testing.assert_allclose(head(trunk(IMAGES)), encoder(IMAGES), atol=1e-6)
    encoder.train_from("block2")
    assert not trunk.trainable_weights
    assert len(head.trainable_weights) == len(head.weights) == 2 * (3 + 3 + 1)


def test_training_and_inference_give_the_same():
    encoder = MobileNetV2Encoder(**TINY)
    expected = encoder(IMAGES)
    for network in (encoder, RecomputedBlocks(encoder)):
        np.testing.assert_allclose(network(IMAGES, training=True), expected, atol=1e-6)


def test_the_input_is_added_where_shapes_allow_it():
    hidden = np.random.default_rng(0).normal(size=(1, 4, 4, 3)).astype("float32")
    for strides, filters in ((1, 3), (1, 2), (2, 3)):
        layer = InvertedResidual(3, filters, strides=strides)
        assert layer(hidden).shape == layer.compute_output_shape(hidden.shape)
        layer.project.set_weights([np.zeros((1, 1, 18, filters)), np.zeros(filters)])
        is_added = strides == 1 and filters == 3
        np.testing.assert_array_equal(layer(hidden), hidden if is_added else np.zeros(layer(hidden).shape))


def test_missing_foreign_or_impossible_weights_are_one_sentence(tmp_path):
    with pytest.raises(BundleError, match=r"nothing.weights.h5 does not hold the convolutions of MobileNetV2"):
        MobileNetV2Encoder().load_imagenet_weights(tmp_path / "nothing.weights.h5")
    with pytest.raises(ConfigError, match="published configuration of MobileNetV2 only"):
        MobileNetV2Encoder(**TINY).load_imagenet_weights("imagenet")
