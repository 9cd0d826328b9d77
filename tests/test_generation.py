import math

import numpy as np
import pytest

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.decoding.decoded import Decoded
from captioner.generation import Caption, CaptionGenerator, in_words
from groundwork.errors import BundleError, ConfigError

BLACK, WHITE = np.zeros((1, 8, 8, 3), "uint8"), np.full((1, 8, 8, 3), 255, "uint8")


def test_each_picture_gets_its_caption(brightness_model):
    found = CaptionGenerator(brightness_model).from_images(np.concatenate([BLACK, WHITE, BLACK]))
    assert [best.text for (best,) in found] == ["dark", "bright", "dark"]


def test_a_caption_knows_its_probability(brightness_model):
    ((best,),) = CaptionGenerator(brightness_model, length_penalty=1.0).from_images(BLACK)
    assert best.probability == pytest.approx(0.9 * 0.75, rel=1e-4)
    assert best.log_probability == pytest.approx(math.log(0.9 * 0.75), rel=1e-4)
    assert best.score == pytest.approx(math.log(0.9 * 0.75) / 2, rel=1e-4)


def test_several_captions_come_best_first(brightness_model):
    generator = CaptionGenerator(brightness_model, num_captions=4, beam_size=4, length_penalty=0.0)
    (found,) = generator.from_images(BLACK)
    assert [caption.text for caption in found] == ["dark", "dark picture", "bright", "bright picture"]
    assert [caption.probability for caption in found] == pytest.approx([0.675, 0.225, 0.075, 0.025], rel=1e-3)


def test_features_give_what_their_pictures_give(brightness_model):
    generator = CaptionGenerator(brightness_model, num_captions=2)
    features = np.asarray(brightness_model.encode(WHITE))
    assert generator.from_features(features) == generator.from_images(WHITE)


def test_a_batch_may_change_its_size(brightness_model):
    generator = CaptionGenerator(brightness_model)
    sizes = [len(generator.from_images(np.repeat(WHITE, rows, axis=0))) for rows in (3, 1, 2)]
    assert sizes == [3, 1, 2]


def test_the_model_decides_what_is_not_given(brightness_model):
    brightness_model.decoding = type(brightness_model.decoding)(beam_size=1, max_length=2)
    ((best,),) = CaptionGenerator(brightness_model).from_images(WHITE)
    assert best.text == "bright"


def test_the_beam_grows_with_the_captions_asked_for(brightness_model):
    (found,) = CaptionGenerator(brightness_model, num_captions=4).from_images(WHITE)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_captions": 3, "beam_size": 2}, "`num_captions` must lie between 1 and the beam size 2, received 3"),
        ({"diversity": -1.0}, "`diversity` must be 0 or more; received -1.0"),
        ({"num_captions": 0}, "`num_captions` must lie between"),
        ({"beam_size": 0}, "`beam_size` must be at least 1, received 0"),
        ({"max_length": 1}, "`max_length` must be at least 2, received 1"),
        ({"length_penalty": -1.0}, "`length_penalty` must lie between 0 and 2"),
    ],
)
def test_options_out_of_range_are_named(brightness_model, options, message):
    with pytest.raises(ConfigError, match=message):
        CaptionGenerator(brightness_model, **options)


def test_places_that_the_search_left_empty_are_no_captions(brightness_model):
    token_ids = np.array([[[4, 2, 0], [0, 0, 0]]])
    decoded = Decoded(token_ids, np.array([[-1.0, -np.inf]]), np.array([[-0.5, -np.inf]]))
    assert in_words(decoded, brightness_model.vocabulary) == [[Caption("dark", math.exp(-1), -1.0, -0.5)]]


def test_weights_that_are_not_finite_are_told(brightness_model):
    features = np.full((1, 1, 1), np.nan, "float32")
    with pytest.raises(BundleError, match="not finite"):
        CaptionGenerator(brightness_model).from_features(features)


@pytest.fixture
def stutterer(brightness_model):
    """After `dark` or `bright` comes `the`, and after `the` the end with 0.5, `the` with 0.3, `dark` with 0.2."""
    brightness_model.vocabulary = Vocabulary([*SPECIAL_TOKENS, "dark", "bright", "the"])
    brightness_model.table[[4, 5]] = np.array([0, 0, 0.1, 0, 0, 0, 0.9]) + 1e-9
    brightness_model.table[6] = np.array([0, 0, 0.5, 0, 0.2, 0, 0.3]) + 1e-9
    return brightness_model


def test_captions_have_hygiene_unless_they_are_asked_not_to(stutterer):
    ((tidy,),) = CaptionGenerator(stutterer, beam_size=1, max_length=4).from_images(WHITE)
    ((free,),) = CaptionGenerator(
        stutterer, beam_size=1, max_length=4, no_repeat_ngram=0, dangling_ends=True
    ).from_images(WHITE)
    assert (tidy.text, free.text) == ("bright the dark", "bright the")


def test_captions_that_differ_begin_with_other_words(brightness_model):
    (alike,) = CaptionGenerator(brightness_model, num_captions=2).from_images(BLACK)
    (diverse,) = CaptionGenerator(brightness_model, num_captions=2, diversity=3.0).from_images(BLACK)
    assert [caption.text for caption in alike] == ["dark", "dark picture"]
    assert [caption.text for caption in diverse] == ["dark", "bright picture"]
