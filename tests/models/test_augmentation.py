import keras
import numpy as np
import pytest

from captioner.models.augmentation import PictureAugmentation, recoloured
from groundwork.errors import ConfigError

# Every pixel has its own colour, neighbours similar ones.
PICTURE = (np.indices((12, 12)).transpose(1, 2, 0) @ [[12, 3, 0], [0, 5, 9]] + 30).astype(np.uint8)
COPIES = np.repeat(PICTURE[None], 16, axis=0)


def layer(**options):
    return PictureAugmentation(**{"crop_area": 1, "crop_stretch": 1, "colour": 0, "seed": 1, **options})


def augmented(may_flip=True, **options):
    return np.asarray(layer(**options)(COPIES, np.full(len(COPIES), may_flip), training=True))


class Compiled(keras.Model):
    """Calls its only layer in training, inside a compiled function."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, images):
        return self.layer(images, training=True)


def test_outside_training_pictures_pass_unchanged():
    np.testing.assert_array_equal(PictureAugmentation()(COPIES), COPIES)


def test_without_any_change_pictures_pass_unchanged():
    np.testing.assert_array_equal(augmented(flip=0), COPIES)


def test_some_pictures_are_mirrored_and_nothing_else_happens_to_them():
    pictures = augmented()
    mirrored = [np.array_equal(picture, PICTURE[:, ::-1]) for picture in pictures]
    same = [np.array_equal(picture, PICTURE) for picture in pictures]
    assert 4 <= sum(mirrored) == 16 - sum(same) <= 12


def test_a_picture_that_may_not_be_mirrored_is_not():
    np.testing.assert_array_equal(augmented(may_flip=False, flip=1), COPIES)


@pytest.mark.parametrize("options", [{"crop_area": 0.5}, {"crop_area": 0.9, "crop_stretch": 1.3}, {"colour": 0.4}])
def test_pictures_of_a_batch_have_their_own_draws(options):
    assert len({picture.tobytes() for picture in augmented(flip=0, **options)}) == len(COPIES)


def test_draws_differ_from_step_to_step_of_a_compiled_function():
    model = Compiled(layer(crop_area=0.5))
    first, second = (model.predict_on_batch(COPIES) for _ in range(2))
    assert len({picture.tobytes() for picture in (*first, *second)}) == 2 * len(COPIES)


def test_a_crop_is_a_part_of_the_picture_enlarged():
    for picture in augmented(flip=0, crop_area=0.4).astype(int):
        heights, widths = (np.diff(picture[..., channel], axis=axis) for channel, axis in ((0, 0), (2, 1)))
        assert 0 <= heights.min() <= heights.max() <= 12  # What rises by 12 from row to row rises more slowly.
        assert 0 <= widths.min() <= widths.max() <= 9
        kept = (np.ptp(picture[..., 0]) + 12) / (12 * 12)
        assert 0.4**0.5 - 0.1 <= kept <= 1.01


def test_colours_change_as_their_definitions_say():
    images = np.float32([[[[10, 20, 30], [90, 60, 30]]]])
    grey = images @ np.float32([0.299, 0.587, 0.114])[:, None]
    for place, expected in enumerate([images * 0.5, grey.mean() + 0.5 * (images - grey.mean()), (images + grey) / 2]):
        factors = np.ones((3, 1), np.float32)
        factors[place] = 0.5
        np.testing.assert_allclose(recoloured(images, factors), expected, rtol=1e-5)


def test_values_stay_in_range():
    bright = np.full((16, 4, 4, 3), 250, np.uint8)
    brighter = np.asarray(layer(colour=0.9)(bright, training=True))
    assert brighter.dtype == np.uint8
    assert brighter.max() == 255


def test_an_option_out_of_range_is_one_sentence():
    with pytest.raises(ConfigError, match="`crop_area` above 0"):
        PictureAugmentation(crop_area=0)
