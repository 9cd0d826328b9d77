import numpy as np
import pytest
from keras import ops

from captioner.explanation import explain
from captioner.explanation.occlusion import GRID, covered
from captioner.generation import CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)


@pytest.fixture
def attentive(tiny_model):
    decoder = make_decoder(kind="soft", vocabulary_size=10, embedding_dim=6, units=5)
    return CaptionModel(tiny_model.encoder, decoder, tiny_model.vocabulary)


def test_the_words_together_are_as_likely_as_the_search_says(tiny_model):
    (caption,) = CaptionGenerator(tiny_model, max_length=4).from_images(PICTURE[None])[0]
    explanation = explain(tiny_model, PICTURE, caption.text)
    assert explanation.text == caption.text
    ends = len(caption.text.split()) < 4
    own = explanation.probability / (1 if ends else explanation.ending)
    assert own == pytest.approx(caption.probability, rel=1e-4)


def test_attention_is_where_the_decoder_looked(attentive):
    explanation = explain(attentive, PICTURE, "a c b")
    assert (explanation.method, explanation.words[1].covered) == ("attention", None)
    state = attentive.initial_state(attentive.encode(PICTURE[None]))
    for token_id, word in zip([1, 4, 6], explanation.words, strict=True):
        state = attentive.step(np.array([token_id], np.int32), state)[1]
        np.testing.assert_allclose(word.places.ravel(), ops.convert_to_numpy(state.weights)[0], atol=1e-6)
        assert word.places.sum() == pytest.approx(1, abs=1e-5)


def test_occlusion_finds_the_spot_on_which_a_word_depends(brightness_model):
    picture = np.zeros((28, 28, 3), np.uint8)
    picture[4:8, 20:24] = 255  # In the cell of row 1 and column 5.
    bright, ending = explain(brightness_model, picture, "bright picture").words
    assert np.unravel_index(bright.places.argmax(), bright.places.shape) == (1, 5)
    assert bright.covered < bright.probability
    assert bright.covered == pytest.approx(bright.probability * np.exp(-bright.places.max()), rel=1e-4)
    assert not ending.places.any()


def test_runners_up_are_the_likeliest_other_words(brightness_model):
    first, second = explain(brightness_model, np.full((8, 8, 3), 255, np.uint8), "bright picture").words
    assert first.probability == pytest.approx(0.9, abs=1e-4)
    assert first.runners_up[0] == ("dark", pytest.approx(0.1, abs=1e-4))
    assert second.runners_up[0] == ("(end)", pytest.approx(0.75, abs=1e-4))
    assert len(first.runners_up) == 3
    assert not {"bright", "<pad>", "<start>"} & {word for word, _ in first.runners_up}


def test_a_covered_spot_has_the_mean_colour_and_the_rest_stays():
    picture = np.zeros((56, 56, 3), np.uint8)
    picture[:28] = [200, 100, 0]
    first, *_, last = covered(picture)
    assert len(covered(picture)) == GRID * GRID
    np.testing.assert_allclose(first[4, 4], [100, 50, 0], atol=2)
    np.testing.assert_array_equal(first[-8:, -8:], picture[-8:, -8:])
    np.testing.assert_allclose(last[-4, -4], [100, 50, 0], atol=2)
