import keras
import numpy as np
import pytest
from keras import ops

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.errors import VocabularyError
from captioner.generation import CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder
from captioner.models.ensemble import Ensemble
from captioner.models.vgg_encoder import VGGEncoder
from groundwork.errors import ConfigError

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)


def relative(model, *, encoder=None, words="abcdef", seed=1):
    """A captioner like `model` with another decoder."""
    keras.utils.set_random_seed(seed)
    decoder = make_decoder(kind="soft", vocabulary_size=4 + len(words), embedding_dim=6, units=5)
    return CaptionModel(encoder or model.encoder, decoder, Vocabulary([*SPECIAL_TOKENS, *words]))


def log_probs(model, images, token_ids):
    logits, _ = model.step(np.array(token_ids, "int32"), model.initial_state(model.encode(images)))
    return ops.convert_to_numpy(ops.log_softmax(logits, axis=-1))


def test_a_word_has_the_normalised_geometric_mean_of_its_probabilities(tiny_model):
    other = relative(tiny_model)
    mean = (log_probs(tiny_model, IMAGES, [1, 1]) + log_probs(other, IMAGES, [1, 1])) / 2
    expected = mean - np.log(np.exp(mean).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(log_probs(Ensemble([tiny_model, other]), IMAGES, [1, 1]), expected, atol=1e-5)


def test_a_model_twice_is_that_model(tiny_model):
    alone = CaptionGenerator(tiny_model, num_captions=2).from_images(IMAGES)
    twice = CaptionGenerator(Ensemble([tiny_model, tiny_model]), num_captions=2).from_images(IMAGES)
    assert [[caption.text for caption in found] for found in twice] == [
        [caption.text for caption in found] for found in alone
    ]


def test_an_encoder_with_equal_weights_runs_once(tiny_model):
    copy, other = (VGGEncoder(repeats=(1, 1), filters=(4, 6), image_size=8) for _ in range(2))
    copy.set_weights(tiny_model.encoder.get_weights())
    ensemble = Ensemble([tiny_model, relative(tiny_model, encoder=copy), relative(tiny_model, encoder=other)])
    first, second, third = ensemble.encode(IMAGES)
    assert second is first
    np.testing.assert_allclose(third, other(IMAGES), atol=1e-6)


def test_other_words_are_refused(tiny_model):
    with pytest.raises(VocabularyError, match=r"model 2 \(9 words\) is another than that of model 1 \(10 words\)"):
        Ensemble([tiny_model, relative(tiny_model, words="abcde")])


def test_pictures_of_another_size_are_refused(tiny_model):
    larger = VGGEncoder(repeats=(1, 1), filters=(4, 6), image_size=16)
    with pytest.raises(ConfigError, match="model 2 takes 16 pixels, model 1 takes 8"):
        Ensemble([tiny_model, relative(tiny_model, encoder=larger)])


def test_no_models_are_no_ensemble():
    with pytest.raises(ConfigError, match="at least one"):
        Ensemble([])
