import numpy as np

from captioner.models.image_preparation import IMAGENET_MEAN_BGR, ImagePreparation, SymmetricPreparation


def test_channels_are_reversed_and_the_mean_subtracted():
    images = np.array([[[[10, 20, 30]]]], np.uint8)
    expected = np.array([30, 20, 10], np.float32) - np.array(IMAGENET_MEAN_BGR, np.float32)
    np.testing.assert_allclose(ImagePreparation(1)(images)[0, 0, 0], expected, atol=1e-5)


def test_symmetric_preparation_keeps_the_order_and_maps_to_minus_one_to_one():
    images = np.array([[[[0, 127.5, 255]]]])
    np.testing.assert_array_equal(SymmetricPreparation(1)(images)[0, 0, 0], [-1, 0, 1])


def test_a_picture_is_squashed_without_cropping():
    images = np.zeros((1, 8, 16, 3), np.uint8)
    images[:, :, 15] = 255  # the right edge
    prepared = np.asarray(ImagePreparation(4)(images))
    assert prepared[0, 0, 3, 0] > prepared[0, 0, 0, 0] + 10


def test_halving_averages_instead_of_skipping_pixels():
    checkerboard = np.indices((16, 16)).sum(axis=0) % 2 * 255
    images = np.repeat(checkerboard[None, :, :, None], 3, axis=3).astype(np.uint8)
    red = np.asarray(ImagePreparation(4)(images))[0, 1:3, 1:3, 2] + IMAGENET_MEAN_BGR[2]
    np.testing.assert_allclose(red, 127.5, atol=1)
