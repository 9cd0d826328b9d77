import numpy as np
import pytest
from PIL import Image

from captioner.explanation.highlights import evidence, highlighted, percent, probabilities, strengths, whole_caption


def test_with_occlusion_all_words_are_lit_on_one_scale(occlusion):
    first, second = strengths(occlusion)
    assert first[0, 0] == 1
    assert second[0, 0] == pytest.approx(0.5)


def test_attention_to_all_places_alike_lights_none_of_them_fully(attention):
    np.testing.assert_allclose(strengths(attention)[0], 0.5)


def test_lit_places_keep_their_colours_and_the_others_are_grey_and_dark():
    photograph = Image.new("RGB", (20, 40), (200, 60, 60))
    pixels = np.asarray(highlighted(photograph, np.array([[1, 0], [0, 0]], np.float32))).astype(int)
    np.testing.assert_allclose(pixels[2, 1], [200, 60, 60], atol=3)
    assert np.ptp(pixels[-1, -1]) < 5
    assert pixels[-1, -1].max() < 60


@pytest.mark.parametrize(
    ("probability", "text"), [(0, "0 %"), (0.004, "<1 %"), (0.126, "13 %"), (0.996, ">99 %"), (1, "100 %")]
)
def test_what_is_almost_certain_is_not_called_so(probability, text):
    assert percent(probability) == text


def test_numbers_and_method_are_named(occlusion, attention):
    assert probabilities(occlusion.words[0]) == "50 % → 12 %"
    assert probabilities(attention.words[0]) == ">99 %"
    assert evidence(occlusion).startswith("Occlusion: ")
    assert evidence(attention).startswith("Attention: ")
    assert whole_caption(occlusion) == "Probability of the whole caption: 6 %."
