import keras
import numpy as np
import pytest

from captioner.models.published import VGG_FILTERS, VGG_REPEATS
from captioner.models.vgg_encoder import VGGEncoder
from groundwork.errors import BundleError, ConfigError


def convolution_parameters(repeats, filters):
    channels = [3, *filters]
    first = [(9 * channels[i] + 1) * channels[i + 1] for i in range(len(filters))]
    rest = [(repeat - 1) * (9 * width + 1) * width for repeat, width in zip(repeats, filters, strict=True)]
    return sum(first) + sum(rest)


@pytest.mark.parametrize(("name", "published"), [("vgg16", 14_714_688), ("vgg19", 20_024_384)])
def test_parameter_counts_are_the_published_ones(name, published):
    assert VGGEncoder.from_name(name).count_params() == published


@pytest.mark.parametrize("name", ["vgg11", "vgg13"])
def test_parameter_counts_follow_from_the_table(name):
    assert VGGEncoder.from_name(name).count_params() == convolution_parameters(VGG_REPEATS[name], VGG_FILTERS)


@pytest.mark.parametrize("name", ["VGG16", "VGG19"])
def test_outputs_equal_keras_applications(name):
    published = getattr(keras.applications, name)(include_top=False, weights=None)
    encoder = VGGEncoder.from_name(name.lower(), image_size=64)
    encoder.set_weights(published.get_weights())
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    prepared = getattr(keras.applications, name.lower()).preprocess_input(images.astype("float32"))
    expected = np.asarray(published(prepared)).reshape(2, 4, 512)
    np.testing.assert_allclose(encoder(images), expected, atol=1e-4, rtol=1e-4)


def test_pictures_of_any_size_become_the_same_number_of_regions():
    encoder = VGGEncoder(repeats=(1, 1), filters=(2, 3), image_size=12)
    assert encoder(np.zeros((1, 12, 12, 3), np.uint8)).shape == (1, 9, 3)
    assert encoder(np.zeros((2, 31, 7, 3), np.uint8)).shape == (2, 9, 3)


def test_without_the_last_pooling_there_are_four_times_the_regions():
    encoder = VGGEncoder(repeats=(1, 1), filters=(2, 3), image_size=12, last_pooling=False)
    images = np.random.default_rng(0).integers(0, 256, (1, 12, 12, 3), np.uint8)
    regions = np.asarray(encoder(images))
    assert regions.shape == (1, 36, 3)
    pooled = VGGEncoder(repeats=(1, 1), filters=(2, 3), image_size=12)
    pooled.set_weights(encoder.get_weights())
    expected = regions.reshape(3, 2, 3, 2, 3).max(axis=(1, 3)).reshape(1, 9, 3)
    np.testing.assert_allclose(pooled(images), expected, atol=1e-6)


def test_the_two_parts_of_a_split_make_the_whole():
    encoder = VGGEncoder(repeats=(1, 2, 1), filters=(2, 3, 4), image_size=16)
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    trunk, head = encoder.split_before("block3")
    np.testing.assert_allclose(head(trunk(images)), encoder(images), atol=1e-6)
    assert [layer.name for layer in head.layers if layer.weights] == ["block3_conv1"]


def test_an_unknown_configuration_or_block_is_one_sentence():
    with pytest.raises(ConfigError, match="vgg11, vgg13, vgg16, vgg19, received 'resnet'"):
        VGGEncoder.from_name("resnet")
    with pytest.raises(ConfigError, match="block2, received 'block7'"):
        VGGEncoder(repeats=(1, 1), filters=(2, 2)).split_before("block7")


def test_a_missing_weight_file_is_one_sentence(tmp_path):
    with pytest.raises(BundleError, match=r"nothing.weights.h5 does not hold the convolutions of VGG16"):
        VGGEncoder.from_name("vgg16").load_imagenet_weights(tmp_path / "nothing.weights.h5")


def test_published_weights_do_not_exist_for_the_small_configurations():
    with pytest.raises(ConfigError, match="vgg16 and vgg19 only"):
        VGGEncoder.from_name("vgg11").load_imagenet_weights("imagenet")


def test_a_weight_file_of_keras_applications_loads(tmp_path):
    published = keras.applications.VGG16(include_top=False, weights=None)
    published.save_weights(tmp_path / "vgg16.weights.h5")
    encoder = VGGEncoder.from_name("vgg16")
    encoder.load_imagenet_weights(tmp_path / "vgg16.weights.h5")
    np.testing.assert_array_equal(encoder.get_weights()[-2], published.get_weights()[-2])
